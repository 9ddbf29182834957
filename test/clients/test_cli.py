"""The AWS CLI as it is, against `notifygen serve`."""
import json
import subprocess
import unittest

from serving import ENVIRONMENT, ROOT, Serve


class CLI(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.serve = Serve.templates("webhook-site", "slack")
        cls.addClassCleanup(cls.serve.__exit__)

    def aws(self, *args, status=0):
        done = subprocess.run(["aws", "events", *args], cwd=ROOT, env={**ENVIRONMENT, "AWS_ENDPOINT_URL": self.serve.url}, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout) if status == 0 else done.stderr

    def test_put_events(self):
        entries = [{"Source": "nobody", "DetailType": "t", "Detail": "{}", "Time": "2026-03-02T10:15:30Z"}, {"Source": "nobody", "DetailType": "t", "Detail": "[]"}]
        reply = self.aws("put-events", "--entries", json.dumps(entries))
        self.assertEqual((reply["FailedEntryCount"], reply["Entries"][1]["ErrorCode"]), (1, "MalformedDetail"))
        record = [r for r in self.serve.get("/api/events") if r["id"] == reply["Entries"][0]["EventId"]]
        self.assertEqual([r["event"]["time"] for r in record], ["2026-03-02T10:15:30Z"])

    def test_test_event_pattern(self):
        event = '{"id":"1","account":"1","source":"s","time":"2026-03-02T10:15:30Z","region":"r","detail-type":"t"}'
        self.assertEqual(self.aws("test-event-pattern", "--event-pattern", '{"source":["s"]}', "--event", event), {"Result": True})
        self.assertIn("(InvalidEventPatternException)", self.aws("test-event-pattern", "--event-pattern", '{"source":"s"}', "--event", event, status=255))

    def test_reads(self):
        rules = self.aws("list-rules", "--event-bus-name", "MyEventBus", "--max-items", "1")
        name = rules["Rules"][0]["Name"]
        rest = self.aws("list-rules", "--event-bus-name", "MyEventBus", "--starting-token", rules["NextToken"])
        self.assertNotEqual(rest["Rules"][0]["Name"], name)
        self.assertEqual(self.aws("describe-rule", "--name", name, "--event-bus-name", "MyEventBus")["Name"], name)
        self.assertEqual(len(self.aws("list-targets-by-rule", "--rule", name, "--event-bus-name", "MyEventBus")["Targets"]), 1)
        self.assertEqual(self.aws("describe-event-bus", "--name", "MyEventBus")["Name"], "MyEventBus")
        self.assertIn("An error occurred (ResourceNotFoundException) when calling the DescribeRule operation: Rule none does not exist on EventBus default.", self.aws("describe-rule", "--name", "none", status=255))
        self.assertIn("(UnknownOperationException)", self.aws("put-rule", "--name", "r", "--schedule-expression", "rate(1 day)", status=255))


if __name__ == "__main__":
    unittest.main()
