"""The put-events command in each example's README ends in the request that the
README promises."""
import json
import re
import shlex
import subprocess
import unittest

from serving import ENVIRONMENT, PARAMETERS, ROOT, Serve


def documented(example):
    """The put-events command of an example's README, word by word."""
    text = (ROOT / "examples" / example / "README.md").read_text()
    commands = [line for line in text.replace("\\\n", " ").splitlines() if re.match(r"aws .*\bevents put-events ", line)]
    assert len(commands) == 1, commands
    return shlex.split(commands[0])


def bodies(requests):
    return [json.loads(r["body"]) for r in requests]


class Documented(unittest.TestCase):
    def put(self, serve, example, with_flag):
        command, environment = documented(example), dict(ENVIRONMENT)
        if with_flag:
            command += ["--endpoint-url", serve.url]
        else:
            environment["AWS_ENDPOINT_URL"] = serve.url
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        reply = json.loads(done.stdout)
        self.assertEqual(reply["FailedEntryCount"], 0)
        return reply["Entries"]

    def run_example(self, example, count, check):
        for with_flag in (True, False):
            with self.subTest(example=example, endpoint_url=with_flag), Serve.example(example) as serve:
                entries = self.put(serve, example, with_flag)
                requests = serve.caught(count)
                self.assertEqual(len(requests), count)
                for r in requests:
                    self.assertEqual((r["method"], r["outcome"], r["problems"]), ("POST", "delivered", []), r)
                check(entries, requests)
                for record in serve.get("/api/events"):
                    for name, value in PARAMETERS[example].items():
                        if not value.startswith(("https://", "C")):  # the endpoint and the channel are no secrets on AWS
                            self.assertNotIn(value, json.dumps(record), name)

    def test_webhook_site(self):
        def check(entries, requests):
            body = json.loads(requests[0]["body"])
            self.assertEqual(body["id"], entries[0]["EventId"])
            self.assertEqual((body["source"], body["detail-type"], body["detail"]), ("MyTestApp", "MyTestMessage", {"event": "Payment failed"}))
            self.assertIn("X-Notifygen-Unused", requests[0]["headers"])
            self.assertEqual(requests[0]["service"], "webhook.site")
        self.run_example("webhook-site", 1, check)

    def test_slack(self):
        def check(_, requests):
            self.assertEqual(requests[0]["url"], "https://slack.com/api/chat.postMessage")
            self.assertEqual(bodies(requests)[0]["text"], "Payment failed")
            self.assertEqual(bodies(requests)[0]["channel"], "C0123456789")
            self.assertEqual(requests[0]["headers"]["Authorization"], "Bearer ***")
        self.run_example("slack", 1, check)

    def test_support_to_slack_workflow(self):
        def check(_, requests):
            self.assertEqual({r["service"] for r in requests}, {"slack-workflow"})
            details = [b["updateDetails"].lower() for b in bodies(requests)]
            for word in ("created", "communication", "resolved", "reopened"):
                self.assertEqual(sum(word in d for d in details), 1, details)
            for b in bodies(requests):
                self.assertEqual(set(b), {"caseId", "caseUrl", "updateDetails"})
                self.assertEqual(b["caseId"], "1234563851")
        self.run_example("support-to-slack-workflow", 4, check)

    def test_health_to_dingtalk(self):
        def check(_, requests):
            self.assertTrue(requests[0]["url"].startswith("https://oapi.dingtalk.com/robot/send"))
            body = bodies(requests)[0]
            self.assertEqual(body["msgtype"], "markdown")
            text = json.dumps(body, ensure_ascii=False)
            self.assertIn("AWS Health 事件通知", text)
            self.assertIn("KAFKA", text)
        self.run_example("health-to-dingtalk", 1, check)

    def shown(self, example):
        """What the test event causes behind queues, which serve shows and does not send."""
        with Serve.example(example) as serve:
            self.put(serve, example, True)
            records = serve.get("/api/events")
            text = json.dumps(records)
            for name, value in PARAMETERS[example].items():
                if not value.startswith("C"):
                    self.assertNotIn(value, text, name)
            return [d for record in records for d in record["deliveries"]]

    def test_slack_verified(self):
        sent = [d for d in self.shown("slack-verified") if d["kind"] == "http-task"]
        self.assertEqual([(d["request"]["url"], d["outcome"]) for d in sent], [("https://slack.com/api/chat.postMessage", "delivered")])
        self.assertIn("Payment failed", sent[0]["request"]["body"])

    def test_health_to_dingtalk_signed(self):
        sent = [d for d in self.shown("health-to-dingtalk-signed") if d["kind"] == "http-task"]
        self.assertEqual([d["outcome"] for d in sent], ["delivered"])
        self.assertRegex(sent[0]["request"]["url"], r"^https://oapi\.dingtalk\.com/robot/send\?timestamp=[0-9]{13}&sign=\*\*\*&access_token=\*\*\*$")
        self.assertIn("KAFKA", sent[0]["request"]["body"])

    def test_support_enriched_to_slack(self):
        asked = [d for d in self.shown("support-enriched-to-slack") if d["kind"] == "lambda"]
        self.assertEqual(len(asked), 4)
        for d in asked:
            self.assertIn("1234563851", d["message"])

    def test_every_example_is_here(self):
        examples = {p.parent.name for p in (ROOT / "examples").glob("*/testEvent.json")}
        self.assertEqual(examples, set(PARAMETERS))
        for name in examples:
            self.assertTrue(hasattr(self, "test_" + name.replace("-", "_")), name)
            self.assertTrue((ROOT / documented(name)[-1].removeprefix("file://")).exists())

    def test_stacks_together(self):
        with Serve.templates("webhook-site", "slack") as serve:
            self.put(serve, "slack", True)
            self.assertEqual({r["service"] for r in serve.caught(2)}, {"slack", "webhook.site"})


if __name__ == "__main__":
    unittest.main()
