"""The built functions against moto's Secrets Manager and Support and against APIs
that are broken, with a Lambda Runtime API, a signature and an SDK that share no
code with theirs."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import queue
import subprocess
import tempfile
import threading
import time
import unittest

import boto3
from moto.server import ThreadedMotoServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "test", "AWS_REGION": "us-east-1"}


class Function:
    """A bootstrap binary and the Runtime API it asks for work."""

    def __init__(self, binary, environment):
        self.work, self.answers = queue.Queue(), queue.Queue()
        function = self

        class API(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                payload = function.work.get()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", "1")
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 20_000))
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) if "Content-Length" in self.headers else self.chunks()
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                function.answers.put((self.path.rsplit("/", 1)[1], json.loads(body)))

            def chunks(self):
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), API)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.process = subprocess.Popen(
            [binary], env={**environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}"}, stderr=subprocess.DEVNULL)

    def invoke(self, payload):
        self.work.put(json.dumps(payload).encode())
        return self.answers.get(timeout=20)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.server.shutdown()
        self.server.server_close()


class Broken:
    """An AWS API that answers every request the same: a status and a body, or nothing."""

    def __init__(self):
        self.status, self.body, self.targets = 200, {}, []
        broken = self

        class API(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                broken.targets.append(self.headers["X-Amz-Target"])
                if broken.status is None:
                    time.sleep(5)  # longer than one attempt of the SDK
                    return
                body = json.dumps(broken.body).encode()
                self.send_response(broken.status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), API)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def refuse(self, status, code):
        self.status, self.body = status, {"__type": code, "message": "TOPSECRET"}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def records(*bodies, receives=1):
    """What a pipe passes on of a queue."""
    return [{
        "messageId": f"059f36b4-87a3-44ab-83d2-{i:012}", "receiptHandle": "AQEB", "body": body, "messageAttributes": {},
        "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1545082649183", "SenderId": "AIDA"},
        "md5OfBody": hashlib.md5(str(body).encode()).hexdigest(), "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:q", "awsRegion": "us-east-1",
    } for i, body in enumerate(bodies)]


SUPPORT = {"id": "e-1", "source": "aws.support", "detail-type": "Support Case Update", "account": "1", "detail": {"case-id": "case-1", "event-name": "CreateCase"}}
HEALTH = {"id": "e-2", "source": "aws.health", "detail-type": "AWS Health Event", "account": "1", "detail": {
    "eventArn": "arn:aws:health:us-east-1::event/EC2/X/X_1", "eventScopeCode": "ACCOUNT_SPECIFIC", "affectedAccount": "1"}}


class LambdaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        cls.moto.start()
        host, port = cls.moto.get_host_and_port()
        cls.url = f"http://{host}:{port}"
        cls.dir = tempfile.TemporaryDirectory()
        for name in ("signer", "enricher"):
            subprocess.run(["go", "build", "-o", f"{cls.dir.name}/{name}", f"./lambda/{name}"], cwd=ROOT, check=True,
                           env={**os.environ, "CGO_ENABLED": "0"})

    @classmethod
    def tearDownClass(cls):
        cls.moto.stop()
        cls.dir.cleanup()

    def function(self, name, url=None):
        function = Function(f"{self.dir.name}/{name}", {**AWS, "AWS_ENDPOINT_URL": url or self.url})
        self.addCleanup(function.stop)
        return function

    def client(self, service):
        return boto3.client(service, endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")

    def test_signer(self):
        secrets = self.client("secretsmanager")
        arn = secrets.create_secret(Name="ding", SecretString=json.dumps({"sign": "SEC 键"}))["ARN"]
        signer = self.function("signer")
        for identifier in ("ding", arn):
            outcome, answer = signer.invoke({"scheme": "dingtalk", "secretId": identifier, "secretKey": "sign"})
            self.assertEqual("response", outcome, answer)
            self.check(answer, "SEC 键")
        secrets.put_secret_value(SecretId="ding", SecretString=json.dumps({"sign": "rotated"}))
        request = {"scheme": "dingtalk", "secretId": "ding", "secretKey": "sign"}
        self.check(signer.invoke(request)[1], "SEC 键")
        self.check(signer.invoke({**request, "fresh": True})[1], "rotated")
        self.check(signer.invoke(request)[1], "rotated")
        for identifier, error in (("none", "SecretNotFound"), ("deleted", "SecretUnreadable")):
            if identifier == "deleted":
                secrets.create_secret(Name="deleted", SecretString="x")
                secrets.delete_secret(SecretId="deleted")
            outcome, answer = signer.invoke({"scheme": "dingtalk", "secretId": identifier})
            self.assertEqual(("error", error), (outcome, answer["errorType"]))

    def check(self, answer, secret):
        self.assertEqual({"timestamp", "sign"}, set(answer))
        text = f'{answer["timestamp"]}\n{secret}'.encode()
        self.assertEqual(base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode(), answer["sign"])

    def test_enricher(self):
        support = self.client("support")
        case = support.create_case(subject="It broke", serviceCode="amazon-ec2", severityCode="urgent", categoryCode="other",
                                   communicationBody="Since noon", language="en")["caseId"]
        enricher = self.function("enricher")
        event = {"source": "aws.support", "detail-type": "Support Case Update", "detail": {"case-id": case, "event-name": "CreateCase"}}
        outcome, answer = enricher.invoke([{"messageId": "1", "body": json.dumps(event), "attributes": {"ApproximateReceiveCount": "1"}}])
        self.assertEqual("response", outcome, answer)
        enriched = answer[0]["enriched"]
        self.assertEqual(event, answer[0]["event"])
        # moto raises the severity by itself.
        self.assertIn(enriched["severityCode"], ("low", "normal", "high", "urgent", "critical"))
        self.assertEqual(("It broke", "amazon-ec2", "other", "en", "Since noon", False), (
            enriched["subject"], enriched["serviceCode"], enriched["categoryCode"], enriched["language"],
            enriched["latestCommunication"]["body"], enriched["latestCommunication"]["truncated"]))

    def test_missing_case(self):
        api = Broken()
        self.addCleanup(api.stop)
        api.body = {"cases": []}
        outcome, answer = self.function("enricher", api.url).invoke(records(json.dumps(SUPPORT)))
        self.assertEqual(("response", SUPPORT, "NotFound"), (outcome, answer[0]["event"], answer[0]["enriched"]["error"]["code"]))

    def test_faults_of_the_enricher(self):
        api = Broken()
        self.addCleanup(api.stop)
        enricher = self.function("enricher", api.url)
        for event, target in ((SUPPORT, "AWSSupport_20130415.DescribeCases"), (HEALTH, "AWSHealth_20160804.DescribeEventDetails")):
            for status, code, fault in ((400, "SubscriptionRequiredException", None), (400, "AccessDeniedException", None),
                                        (400, "ThrottlingException", "Throttled"), (500, "InternalServerError", "Unavailable")):
                api.refuse(status, code)
                for receives in (1, 3):
                    with self.subTest(source=event["source"], code=code, receives=receives):
                        outcome, answer = enricher.invoke(records(json.dumps(event), receives=receives))
                        self.assertNotIn("TOPSECRET", json.dumps(answer))
                        if fault and receives < 3:
                            self.assertEqual(("error", fault), (outcome, answer["errorType"]))
                        else:
                            self.assertEqual(("response", event, code), (outcome, answer[0]["event"], answer[0]["enriched"]["error"]["code"]))
            self.assertEqual({target}, set(api.targets))
            api.targets.clear()

    def test_time_out(self):
        api = Broken()
        self.addCleanup(api.stop)
        api.status = None
        outcome, answer = self.function("enricher", api.url).invoke(records(json.dumps(SUPPORT), receives=3))
        self.assertEqual(("response", "Timeout"), (outcome, answer[0]["enriched"]["error"]["code"]))

    def test_large_texts(self):
        api = Broken()
        self.addCleanup(api.stop)
        enricher = self.function("enricher", api.url)
        text = "x" + "\N{KEY}\u5b57" * 100_000
        api.body = {"cases": [{"caseId": "case-1", "subject": text, "recentCommunications": {"communications": [
            {"body": text, "submittedBy": "a", "timeCreated": "2026-01-01T00:00:00Z"}]}}]}
        large = {**SUPPORT, "detail": {**SUPPORT["detail"], "x": "y" * (256 * 1024 - 300)}}
        self.assertLess(256 * 1024 - 200, len(json.dumps(large)))
        for event in (SUPPORT, large):
            outcome, answer = enricher.invoke(records(json.dumps(event)))
            self.assertEqual(("response", event), (outcome, answer[0]["event"]))
            enriched = answer[0]["enriched"]
            if event is large:
                self.assertEqual({"error"}, set(enriched))
                self.assertEqual("TooLarge", enriched["error"]["code"])
                continue
            latest = enriched["latestCommunication"]
            self.assertTrue(latest["truncated"])
            self.assertTrue(text.startswith(latest["body"]) and text.startswith(enriched["subject"]))
            self.assertTrue(7990 < len(latest["body"].encode()) <= 8000)

    def test_poison(self):
        api = Broken()
        self.addCleanup(api.stop)
        api.body = {"cases": []}
        enricher = self.function("enricher", api.url)
        self.assertEqual(("response", []), enricher.invoke([]))
        for body in ("", "hello", "null", "[]", "{}", "\x00", '{"source":"aws.support"', "\N{KEY}", None, 7, ["x"]):
            with self.subTest(body=body):
                outcome, answer = enricher.invoke(records(body))
                self.assertEqual(("response", None, "NotAnEvent"), (outcome, answer[0]["event"], answer[0]["enriched"]["error"]["code"]))
                if body is not None:
                    self.assertEqual(body, answer[0]["record"]["body"])
        outcome, answer = enricher.invoke({"body": "x"})
        self.assertEqual(("error", "InvalidInput"), (outcome, answer["errorType"]))
        unicode = {**SUPPORT, "source": "custom.support", "detail": {"case-id": "none", "x": "\N{KEY} \u5b57 \u0000 <&> \u2028"}}
        for text in (json.dumps(unicode), json.dumps(unicode, ensure_ascii=False)):
            outcome, answer = enricher.invoke(records(text))
            self.assertEqual(("response", unicode, "NotFound"), (outcome, answer[0]["event"], answer[0]["enriched"]["error"]["code"]))

    def test_faults_of_the_signer(self):
        api = Broken()
        self.addCleanup(api.stop)
        signer = self.function("signer", api.url)
        request = {"scheme": "dingtalk", "secretId": "ding", "secretKey": "sign", "fresh": True}
        for status, code, error in ((400, "ResourceNotFoundException", "SecretNotFound"), (400, "AccessDeniedException", "SecretUnreadable"),
                                    (400, "ThrottlingException", "Throttled"), (500, "InternalServiceError", "Unavailable")):
            api.refuse(status, code)
            with self.subTest(code=code):
                outcome, answer = signer.invoke(request)
                self.assertEqual(("error", error), (outcome, answer["errorType"]))
                self.assertNotIn("TOPSECRET", json.dumps(answer))
        api.status = 200
        for text in ("TOPSECRET", '{"other":"TOPSECRET"}', '{"sign":["TOPSECRET"]}', '{"sign":""}'):
            api.body = {"SecretString": text}
            with self.subTest(text=text):
                outcome, answer = signer.invoke(request)
                self.assertEqual(("error", "SecretUnreadable"), (outcome, answer["errorType"]))
                self.assertNotIn("TOPSECRET", json.dumps(answer))
        api.body = {"SecretString": json.dumps({"sign": "SEC \u5b57"})}
        self.check(signer.invoke(request)[1], "SEC \u5b57")
        self.assertEqual({"secretsmanager.GetSecretValue"}, set(api.targets))


if __name__ == "__main__":
    unittest.main()
