"""boto3 as it is, against `notifygen serve`: results, and errors as botocore's own
exceptions."""
import datetime
import json
import unittest

import boto3
import botocore.config
import botocore.exceptions

from serving import ENVIRONMENT, Serve

EVENT = json.dumps({"id": "1", "account": "1", "source": "s", "time": "2026-03-02T10:15:30Z", "region": "r", "detail-type": "t"})


class Boto3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.serve = Serve.templates("webhook-site", "slack")
        cls.addClassCleanup(cls.serve.__exit__)
        cls.events = boto3.client(
            "events", endpoint_url=cls.serve.url, region_name="ap-southeast-2",
            aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"], aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            # the server is to refuse what botocore would not send
            config=botocore.config.Config(retries={"total_max_attempts": 1}, proxies={}, parameter_validation=False))

    def refused(self, code, call, **parameters):
        with self.assertRaises(botocore.exceptions.ClientError) as raised:
            call(**parameters)
        error = raised.exception.response
        self.assertEqual(error["Error"]["Code"], code)
        self.assertEqual(error["ResponseMetadata"]["HTTPStatusCode"], 400)
        self.assertRegex(error["ResponseMetadata"]["RequestId"], "^[0-9a-f-]{36}$")
        modelled = getattr(self.events.exceptions, code, None) if code in ("ResourceNotFoundException", "InvalidEventPatternException") else None
        if modelled:
            self.assertIsInstance(raised.exception, modelled)
        return error["Error"]["Message"]

    def test_partial_failure(self):
        good = {"Source": "MyTestApp", "DetailType": "MyTestMessage", "EventBusName": "MyEventBus", "Detail": '{"event":"boto3"}', "Time": datetime.datetime(2026, 3, 2, 10, 15, 30, tzinfo=datetime.timezone.utc), "Resources": ["arn:x"], "TraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793"}
        reply = self.events.put_events(Entries=[
            good, {"DetailType": "t", "Detail": "{}"}, {**good, "Detail": "no"}, {**good, "Source": "aws.health"},
            {**good, "EventBusName": "arn:aws:events:us-east-1:123456789012:event-bus/MyEventBus"}])
        self.assertEqual(reply["FailedEntryCount"], 3)
        self.assertEqual([e.get("ErrorCode") for e in reply["Entries"]], [None, "InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException", None])
        self.assertEqual(reply["Entries"][1]["ErrorMessage"], "Parameter Source is not valid. Reason: Source is a required argument.")
        ids = {reply["Entries"][0]["EventId"], reply["Entries"][4]["EventId"]}
        self.assertEqual(len(ids), 2)
        caught = [json.loads(r["body"]) for r in self.serve.caught(4) if r["service"] == "webhook.site"]
        self.assertEqual({b["id"] for b in caught}, ids)
        self.assertEqual({b["time"] for b in caught}, {"2026-03-02T10:15:30Z"})

    def test_refused_requests(self):
        entry = {"Source": "s", "DetailType": "t", "Detail": "{}"}
        put = self.events.put_events
        self.assertEqual(self.refused("ValidationException", put, Entries=[]), "1 validation error detected: Value '[]' at 'entries' failed to satisfy constraint: Member must have length greater than or equal to 1")
        self.assertIn("Member must have length less than or equal to 10", self.refused("ValidationException", put, Entries=[entry] * 11))
        self.assertEqual(self.refused("ValidationException", put, Entries=[{**entry, "Detail": json.dumps({"x": "x" * (1 << 20)})}]), "Total size of the entries in the request is over the limit.")

    def test_patterns(self):
        test = self.events.test_event_pattern
        self.assertTrue(test(EventPattern='{"source":[{"prefix":"s"}]}', Event=EVENT)["Result"])
        self.assertFalse(test(EventPattern='{"source":[{"anything-but":"s"}]}', Event=EVENT)["Result"])
        self.assertTrue(self.refused("InvalidEventPatternException", test, EventPattern='{"source":[{"PREFIX":"s"}]}', Event=EVENT).startswith("Event pattern is not valid. Reason: Unrecognized match type PREFIX"))
        self.assertEqual(self.refused("ValidationException", test, EventPattern='{"source":["s"]}', Event="{}"), "Parameter Event is not valid.")

    def test_rules(self):
        pages = self.events.get_paginator("list_rules").paginate(EventBusName="MyEventBus", PaginationConfig={"PageSize": 1})
        names = [r["Name"] for page in pages for r in page["Rules"]]
        self.assertEqual(names, ["slack_my-test-message", "webhook-site_my-test-message"])
        rule = self.events.describe_rule(Name=names[0], EventBusName="MyEventBus")
        self.assertEqual((rule["State"], rule["EventBusName"], rule["Arn"]), ("ENABLED", "MyEventBus", "arn:aws:events:us-east-1:123456789012:rule/MyEventBus/slack_my-test-message"))
        self.assertEqual(json.loads(rule["EventPattern"])["source"], ["MyTestApp"])
        target, = self.events.list_targets_by_rule(Rule=names[0], EventBusName="MyEventBus")["Targets"]
        self.assertEqual(target["RetryPolicy"], {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400})
        self.assertIn("<", target["InputTransformer"]["InputTemplate"])
        self.assertEqual(self.events.list_rules()["Rules"], [])
        self.assertEqual(self.refused("ResourceNotFoundException", self.events.describe_rule, Name="none"), "Rule none does not exist on EventBus default.")
        self.assertEqual(self.refused("ResourceNotFoundException", self.events.list_targets_by_rule, Rule=names[0]), f"Rule {names[0]} does not exist on EventBus default.")
        self.assertEqual(self.refused("ResourceNotFoundException", self.events.list_rules, EventBusName="none"), "Event bus none does not exist.")

    def test_buses(self):
        self.assertEqual(self.events.describe_event_bus()["Name"], "default")
        self.assertEqual(self.events.describe_event_bus(Name="MyEventBus")["Arn"], "arn:aws:events:us-east-1:123456789012:event-bus/MyEventBus")
        self.assertEqual({b["Name"] for b in self.events.list_event_buses()["EventBuses"]}, {"default", "MyEventBus"})
        self.assertEqual(self.refused("ResourceNotFoundException", self.events.describe_event_bus, Name="none"), "Event bus none does not exist.")

    def test_others(self):
        for call, parameters in ((self.events.put_rule, {"Name": "r"}), (self.events.list_archives, {}), (self.events.delete_rule, {"Name": "r"})):
            message = self.refused("UnknownOperationException", call, **parameters)
            self.assertIn("PutEvents, TestEventPattern", message)


if __name__ == "__main__":
    unittest.main()
