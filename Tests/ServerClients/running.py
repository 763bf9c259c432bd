"""A server of this machine to test: started on a free port, ended at the end."""

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request


# Seconds that anything may take on a machine with much else to do.
patience = 300


class Server:
    def __init__(self, program, model, *options):
        self.program = program
        self.model = model
        self.process = subprocess.Popen(
            [program, "serve", model, "--port", "0", *options], stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, f"the server did not start: {line}"
        self.port = int(found[1])
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=patience)

    def request(self, path, body=None, headers={}, method=None):
        """The status, the headers and the body of an answer."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path, data,
            {"Content-Type": "application/json", **headers} if data is not None else headers,
            method=method)
        try:
            with urllib.request.urlopen(request, timeout=patience) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def complete(self, **fields):
        status, _, body = self.request("/v1/completions", fields)
        assert status == 200, body
        return json.loads(body)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=patience)

    def sample(self, seed, length, *options):
        """What `charlstm sample` writes."""
        output = subprocess.run(
            [self.program, "sample", self.model, "--seed", str(seed), "--length", str(length),
             "--omit-prompt", *options], stdout=subprocess.PIPE, check=True).stdout.decode()
        return output.removesuffix("\n")

    def resident(self):
        """Bytes of memory."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) * 1024

    def counts(self):
        return json.loads(self.request("/healthz")[2])

    def wait_until_idle(self):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            counts = self.counts()
            if counts["writing"] == counts["waiting"] == 0:
                return
            time.sleep(0.05)
        raise AssertionError(f"texts are left: {counts}")
