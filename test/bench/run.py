"""Prints wall time and peak memory of `notifygen synth` for generated files, and of
`cdk synth` of the same files in the same run. Usage: run.py NOTIFYGEN CDKAPP"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROUTES = (1, 100, 1_000, 10_000)


def run(command, environment=None):
    """Seconds and MiB of one run, all its child processes included."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command}: {errors.decode()}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def measure(times, command, environment=None):
    runs = [run(command, environment) for _ in range(times)]
    return statistics.median(seconds for seconds, _ in runs), max(mebibytes for _, mebibytes in runs)


def main():
    notifygen, app = (str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:])
    seconds, _ = measure(21, [notifygen, "version"])
    print(f"notifygen version (start-up): {seconds * 1000:.1f} ms")
    seconds, memory = measure(11, [notifygen, "-f", "examples/slack/notifygen.yaml", "synth"])
    print(f"notifygen synth of the slack example: {seconds * 1000:.1f} ms, {memory:.0f} MiB")
    environment = {**os.environ, "CDK_VALIDATION": "false"}
    print("\n| routes | notifygen synth | peak memory | cdk synth | peak memory of its largest process |\n| ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as work:
        for routes in ROUTES:
            file = f"{work}/{routes}.yaml"
            with open(file, "wb") as out:
                subprocess.run(["go", "run", "./test/bench/generate", "-routes", str(routes)], cwd=ROOT, stdout=out, check=True)
            ours = measure(5, [notifygen, "-f", file, "synth", "--out", f"{work}/templates"])
            cdk = measure(3 if routes <= 100 else 1, ["node_modules/.bin/cdk", "synth", "--app", app, "--output", f"{work}/cdk.out", "--quiet", "-c", f"file={file}"], environment)
            print(f"| {routes:,} | {ours[0]:.3f} s | {ours[1]:.0f} MiB | {cdk[0]:.2f} s | {cdk[1]:.0f} MiB |", flush=True)


main()
