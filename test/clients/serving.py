"""Runs `notifygen serve` for the tests beside this file."""
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTIFYGEN = str(ROOT / "bin" / "notifygen")

# What the examples ask of those who deploy them.
PARAMETERS = {
    "webhook-site": {"MyWebhookURL": "https://webhook.site/11111111-2222-4333-8444-555555555555"},
    "slack": {"MySlackToken": "xoxb-made-up", "MySlackChannel": "C0123456789"},
    "support-to-slack-workflow": {"WorkflowURL": "https://hooks.slack.com/triggers/T00000000/1111111111111/abcdefabcdefabcdefabcdefabcdefab"},
    "health-to-dingtalk": {"DingTalkAccessToken": "0123456789abcdef" * 4},
    "slack-verified": {"MySlackToken": "xoxb-made-up", "MySlackChannel": "C0123456789"},
    "health-to-dingtalk-signed": {"DingTalkAccessToken": "0123456789abcdef" * 4, "DingTalkSignSecret": "SEC-made-up"},
    "support-enriched-to-slack": {"MySlackToken": "xoxb-made-up", "MySlackChannel": "C0123456789"},
}

# Clients as they are on a fresh machine: any credentials will do.
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
    "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1", "NO_PROXY": "127.0.0.1,localhost",
}


class Serve:
    """`notifygen serve --deliver catcher` on a free port."""

    def __init__(self, *args):
        self.process = subprocess.Popen(
            [NOTIFYGEN, "serve", "--addr", "127.0.0.1:0", "--output", "json", "--deliver", "catcher", "--speed", "100", *args],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines, self.errors = [], []
        self._error_reader = threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True)
        self._error_reader.start()
        first = self.process.stdout.readline()
        if not first:
            self.process.wait()
            self._error_reader.join()
            raise RuntimeError("serve did not start:\n" + "".join(self.errors))
        self.url = json.loads(first)["listening"]
        self._reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self._reader.start()

    @classmethod
    def example(cls, name):
        """Serves an example as its file is."""
        args = ["-f", f"examples/{name}/notifygen.yaml"]
        for key, value in PARAMETERS[name].items():
            args += ["--param", f"{key}={value}"]
        return cls(*args)

    @classmethod
    def templates(cls, *names):
        """Serves what several examples are compiled to, together."""
        args = []
        with tempfile.TemporaryDirectory() as out:
            for name in names:
                subprocess.run([NOTIFYGEN, "-f", f"examples/{name}/notifygen.yaml", "synth", "--out", out], cwd=ROOT, check=True, capture_output=True)
                args += ["--template", f"{out}/{name}.template.json"]
                for key, value in PARAMETERS[name].items():
                    args += ["--param", f"{key}={value}"]
            return cls(*args)

    def get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + path) as reply:
            return json.load(reply)

    def caught(self, count):
        """Waits for so many requests at the catcher, and gives them."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = self.get("/api/caught")
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{len(found)} requests reached the catcher, {count} were expected: {found}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.status = self.process.wait(timeout=20)
        self._reader.join()
        self._error_reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
