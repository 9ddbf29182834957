# make test installs what it needs, pinned, and runs every check. The first two
# targets are the two commands of the README.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
# jsii prints a banner on stderr for node versions it does not know yet.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

.DEFAULT_GOAL := build
.PHONY: build preview test lint layers unit judge cdk docs check-docs bench fuzz clean

build: bin/notifygen

bin/notifygen: FORCE
	$(GO) build -trimpath -ldflags "-s -w" -o $@ ./cmd/notifygen

FORCE:

# The main job, on an example: print the template it compiles to.
preview: bin/notifygen
	@bin/notifygen -f examples/slack/notifygen.yaml synth

test: lint layers check-docs unit judge cdk
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

# The judges come with some machines; others get them from pip.
.venv/ready: test/requirements.txt
	@mkdir -p .venv/bin
	@if python3 -c "import moto, cfnlint, boto3; from importlib.metadata import version as v; assert v('moto') == '5.2.1' and v('cfn-lint') == '1.51.0'" 2>/dev/null; then \
		echo "using the installed moto and cfn-lint"; \
	else \
		python3 -m venv .venv && .venv/bin/pip install --quiet -r test/requirements.txt; \
	fi
	@touch $@

# The CDK CLI, pinned by package-lock.json, synthesises every example.
cdk: node_modules/ready
	test/cdk.sh

node_modules/ready: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

# Pages that are printed from the declarations.
docs: bin/notifygen
	bin/notifygen schema > examples/notifygen.schema.json
	bin/notifygen schema --reference > docs/reference.md
	$(GO) run ./docs/generate > docs/diagnostics.md

check-docs: bin/notifygen
	@bin/notifygen schema | diff -u examples/notifygen.schema.json - || { echo "run: make docs"; exit 1; }
	@bin/notifygen schema --reference | diff -u docs/reference.md - || { echo "run: make docs"; exit 1; }
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
