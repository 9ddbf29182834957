"""The built functions against moto's Secrets Manager and Support, with a Lambda
Runtime API, a signature and an SDK that share no code with theirs."""
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

    def function(self, name):
        function = Function(f"{self.dir.name}/{name}", {**AWS, "AWS_ENDPOINT_URL": self.url})
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


if __name__ == "__main__":
    unittest.main()
