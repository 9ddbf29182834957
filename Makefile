# make test installs what it needs, pinned, and runs every check. The first two
# targets are the two commands of the README.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
# jsii prints a banner on stderr for node versions it does not know yet.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

.DEFAULT_GOAL := build
.PHONY: build release preview test lint layers unit judge functions clients cdk page chromium docs check-docs bench fuzz clean lambdas

build: bin/notifygen

bin/notifygen: FORCE
	$(GO) build -trimpath -ldflags "-s -w" -o $@ ./cmd/notifygen

FORCE:

# The Lambda functions, zipped: the same bytes on every machine. A binary built
# with -tags lambdas afterwards has them in it.
lambdas:
	$(GO) run ./lambda/package -out lambda/assets/zips

# The CLI with the functions in it.
release: lambdas
	$(GO) build -trimpath -tags lambdas -ldflags "-s -w" -o bin/notifygen ./cmd/notifygen

# The main job, on an example: print the template it compiles to.
preview: bin/notifygen
	@bin/notifygen -f examples/slack/notifygen.yaml synth

test: lint layers check-docs unit judge functions clients cdk page
	@echo "make test: everything passed"

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt wants to change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

layers:
	@test/layers.sh

unit:
	$(GO) test ./...

# cfn-lint, asl-validator and moto judge the templates.
judge: bin/notifygen .venv/ready node_modules/ready
	PATH="$(CURDIR)/.venv/bin:$$PATH" python3 -m unittest discover -s test/moto
	PATH="$(CURDIR)/.venv/bin:$$PATH" test/judge.sh bin/notifygen

# The zips as a released CLI holds them, and the functions against moto.
functions: lambdas .venv/ready
	$(GO) test -tags lambdas ./lambda/assets
	PATH="$(CURDIR)/.venv/bin:$$PATH" python3 -W ignore -m unittest discover -s lambda/judge

# The AWS CLI and boto3 drive `notifygen serve`, as the READMEs of the examples say.
clients: bin/notifygen .venv/ready
	PATH="$(CURDIR)/.venv/bin:$$PATH" python3 -m unittest discover -s test/clients

# The judges come with some machines; others get them from pip.
.venv/ready: test/requirements.txt
	@mkdir -p .venv/bin
	@if python3 -c "import moto, cfnlint, boto3; from importlib.metadata import version as v; assert v('moto') == '5.2.1' and v('cfn-lint') == '1.51.0' and v('awscli') == '1.45.11'" 2>/dev/null; then \
		echo "using the installed moto, cfn-lint and AWS CLI"; \
	else \
		python3 -m venv .venv && .venv/bin/pip install --quiet -r test/requirements.txt; \
	fi
	@touch $@

# The CDK CLI, pinned by package-lock.json, synthesises every example and deploys
# those with functions to moto.
cdk: node_modules/ready lambdas .venv/ready
	PATH="$(CURDIR)/.venv/bin:$$PATH" test/cdk.sh

node_modules/ready: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

# The inspector page, in a real browser. Screenshots stay in build/page.
CHROMIUM ?= chromium
page: bin/notifygen node_modules/ready chromium
	@if command -v "$(CHROMIUM)" >/dev/null; then \
		CHROMIUM="$$(command -v "$(CHROMIUM)")" node --test --test-concurrency=2 test/page/*.test.mjs; \
	else \
		echo "make page: SKIPPED, nothing was tested: there is no Chromium"; \
	fi

chromium:
	@CHROMIUM="$(CHROMIUM)" test/page/chromium.sh

# Pages that are printed from the declarations.
docs: bin/notifygen
	bin/notifygen schema > examples/notifygen.schema.json
	bin/notifygen schema --reference > docs/reference.md
	bin/notifygen schema --tests > examples/tests.schema.json
	bin/notifygen schema --tests --reference > docs/tests.md
	$(GO) run ./docs/generate > docs/diagnostics.md

check-docs: bin/notifygen
	@bin/notifygen schema | diff -u examples/notifygen.schema.json - || { echo "run: make docs"; exit 1; }
	@bin/notifygen schema --reference | diff -u docs/reference.md - || { echo "run: make docs"; exit 1; }
	@bin/notifygen schema --tests | diff -u examples/tests.schema.json - || { echo "run: make docs"; exit 1; }
	@bin/notifygen schema --tests --reference | diff -u docs/tests.md - || { echo "run: make docs"; exit 1; }
	@$(GO) run ./docs/generate | diff -u docs/diagnostics.md - || { echo "run: make docs"; exit 1; }

bench: bin/notifygen node_modules/ready
	test/bench/run.sh

# Every fuzz target for a while: make fuzz FUZZTIME=5m
FUZZTIME ?= 30s
fuzz:
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

clean:
	rm -rf bin cdk.out node_modules .venv build
