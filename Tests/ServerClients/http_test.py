#!/usr/bin/env python3
"""What a server does with requests, right and wrong: http_test.py PROGRAM MODEL [CLASSIFIER].

Traffic goes to 127.0.0.1 alone.
"""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time

from running import Server, patience

program, model, *classifier = sys.argv[1:]


def texts(server):
    for seed in (0, 7, 2**64 - 1):
        answer = server.complete(prompt="The ", max_tokens=300, seed=seed)
        assert answer["choices"][0]["text"] == server.sample(seed, 300, "--prompt", "The ")
    several = server.complete(prompt="A", max_tokens=100, seed=3, n=5, temperature=0.5)
    lines = subprocess.run(
        [program, "sample", model, "--seed", "3", "--length", "100", "--count", "5", "--prompt", "A",
         "--temperature", "0.5", "--omit-prompt", "--json-lines"],
        stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    assert [c["text"] for c in several["choices"]] == [json.loads(line)["text"] for line in lines]


def rules(server):
    """Bans, biases, the best of several and forms: what `sample` writes with the same options and seed."""
    for fields, options in (
            ({"ban": ["the ", "/[A-Z]{2}/"], "ban_ignoring_case": False},
             ("--ban", "the ", "--ban", "/[A-Z]{2}/")),
            ({"logit_bias": {"king": 3, "e": -1}}, ("--bias", "king=3", "--bias", "e=-1")),
            ({"best_of": 8}, ("--best-of", "8")),
            ({"best_of": 8, "best_by": "variety - nats"}, ("--best-of", "8", "--best-by", "variety - nats")),
            ({"lines": 2, "line_length": "20-30", "acrostic": "AB"},
             ("--lines", "2", "--line-length", "20-30", "--acrostic", "AB")),
            ({"match": "[a-z ]+\\."}, ("--match", "[a-z ]+\\.")),
            ({"suffix": " of the king", "particles": 32}, ("--infill", " of the king", "--particles", "32")),
            ({"beam": 8}, ("--beam", "8")),
            ({"beam": 8, "lines": 2, "line_length": "20-30"},
             ("--beam", "8", "--lines", "2", "--line-length", "20-30"))):
        answer = server.complete(prompt="The ", max_tokens=100, seed=7, temperature=0.8, **fields)
        written = server.sample(7, 100, "--prompt", "The ", "--temperature", "0.8", *options)
        assert answer["choices"][0]["text"] == written, (fields, answer, written)
    status, _, body = server.request("/v1/completions", {"lines": 3, "line_length": 40, "max_tokens": 100})
    assert status == 400 and "the shortest such text has 122" in json.loads(body)["error"]["message"], body


def streams(server):
    with server.connect() as client:
        body = json.dumps({"max_tokens": 200, "seed": 7, "stream": True}).encode()
        client.sendall(head(body) + body)
        answer = b""
        while b"[DONE]" not in answer:
            answer += client.recv(65536)
        assert b"text/event-stream" in answer
    text = ""
    for line in answer.decode().splitlines():
        if line.startswith("data: {"):
            text += "".join(c["text"] for c in json.loads(line[6:])["choices"])
    assert text == server.sample(7, 200)


def head(body, path="/v1/completions", host="localhost"):
    return (f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()


def refusals(server):
    def check(expected, *arguments, **named):
        status, headers, body = server.request(*arguments, **named)
        assert status == expected, (status, body, arguments)
        return headers, body
    _, body = check(400, "/v1/completions", {"temperature": -1})
    assert json.loads(body) == {"error": {
        "message": "temperature must be 0 or more, got -1", "type": "invalid_request_error",
        "param": "temperature", "code": None}}, body
    check(400, "/v1/completions", b"\xff\xfe")
    check(400, "/v1/completions", b"[" * 100_000)
    check(404, "/v1/completions", {"model": "other"})
    check(404, "/nothing")
    check(405, "/v1/completions")
    check(403, "/healthz", headers={"Host": "evil.example"})
    check(403, "/v1/completions", {"max_tokens": 1}, headers={"Origin": "https://evil.example"})
    headers, _ = check(200, "/healthz")
    assert "Access-Control-Allow-Origin" not in headers
    headers, _ = check(200, "/")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def malformed(server):
    """What is no HTTP is answered with 400 or not at all, and the connection closed."""
    for bytes in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                  b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
                  b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
                  b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"):
        with server.connect() as client:
            client.settimeout(patience)
            try:
                client.sendall(bytes)
                answer = b""
                while True:
                    piece = client.recv(65536)
                    if not piece:
                        break
                    answer += piece
            except ConnectionError:
                continue
            assert answer == b"" or answer.split()[1] in (b"400", b"431"), (bytes[:40], answer[:200])


def giant(server):
    """A body that is said, or found, to be too long is refused without being read."""
    with server.connect() as client:
        client.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                       b"Content-Length: 10000000000\r\n\r\n{")
        assert client.recv(65536).split()[1] == b"413"
    with server.connect() as client:
        client.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                       b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(64):
                client.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
            answer = client.recv(65536)
            assert answer.split()[1] == b"413", answer
        except ConnectionError:
            pass


def slow(server):
    """Whoever lets the server wait is shut out, though a byte comes now and then."""
    clients = [server.connect() for _ in range(50)]
    for client in clients:
        client.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Le")
    body = [server.connect() for _ in range(50)]
    for client in body:
        client.sendall(head(b"x" * 1000) + b"{")
    for _ in range(14):
        time.sleep(0.5)
        for client in clients + body:
            try:
                client.sendall(b"n")
            except OSError:
                pass
    for client in clients + body:
        client.settimeout(patience)
        try:
            while client.recv(1000):
                pass
        except ConnectionError:
            pass
        client.close()


def disconnects(server):
    """Whoever goes away leaves no text behind that is still being written, freely or in a form."""
    for stream in (True, False):
        body = json.dumps(
            {"match": "[^#]*", "max_tokens": 60000, "particles": 64, "stream": stream, "n": 9}).encode()
        clients = [server.connect() for _ in range(3)]
        for client in clients:
            client.sendall(head(body) + body)
        end = time.monotonic() + patience
        while server.counts()["waiting"] < 26 and time.monotonic() < end:
            time.sleep(0.05)
        assert server.counts() == {"status": "ok", "writing": 1, "waiting": 26}, server.counts()
        # Beside it, others write.
        assert len(server.complete(max_tokens=100)["choices"][0]["text"]) == 100
        for client in clients:
            client.close()
        server.wait_until_idle()
        body = json.dumps({"max_tokens": 60000, "stream": stream, "n": 2}).encode()
        clients = [server.connect() for _ in range(30)]
        for client in clients:
            client.sendall(head(body) + body)
        end = time.monotonic() + patience
        while server.counts()["writing"] < 60 and time.monotonic() < end:
            time.sleep(0.05)
        assert server.counts()["writing"] >= 60, server.counts()
        for client in clients:
            client.close()
        server.wait_until_idle()


def unread(server):
    """Whoever does not read is shut out, and nothing piles up."""
    body = json.dumps({"max_tokens": 60000, "stream": True, "logprobs": 5, "n": 4}).encode()
    clients = []
    for _ in range(10):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.sendall(head(body) + body)
        clients.append(client)
    server.wait_until_idle()
    for client in clients:
        client.close()


def ending():
    """A text that is being written has its moment, and then the server ends."""
    with Server(program, model) as server:
        long = json.dumps({"max_tokens": 65000, "stream": True}).encode()
        other = server.connect()
        other.sendall(head(long) + long)
        other.recv(1000)
        body = json.dumps({"max_tokens": 300, "seed": 1}).encode()
        for _ in range(100):
            client = server.connect()
            client.sendall(head(body) + body)
            while server.counts()["writing"] < 2 and not select.select([client], [], [], 0)[0]:
                pass
            if not select.select([client], [], [], 0)[0]:
                break
            # It was written before it was seen.
            client.close()
        server.process.send_signal(signal.SIGTERM)
        answer = b""
        while True:
            piece = client.recv(65536)
            if not piece:
                break
            answer += piece
        text = json.loads(answer.split(b"\r\n\r\n", 1)[1])["choices"][0]["text"]
        assert text == server.sample(1, 300)
        begun = time.monotonic()
        assert server.process.wait(timeout=patience) == 0
        # Less than the long text would take, which nobody reads.
        assert time.monotonic() - begun < 40
        other.close()


def classifiers():
    with Server(program, classifier[0]) as server:
        status, _, body = server.request(
            "/v1/classify", {"input": ["Guten Morgen", "Bonjour tout le monde"], "top_k": 2})
        assert status == 200, body
        assert [text["label"] for text in json.loads(body)["data"]] == ["de", "fr"], body
        assert server.request("/v1/completions", {})[0] == 404


def article():
    """What the article Serving shows is what comes, but for what is new every time."""
    path = os.path.join(
        os.path.dirname(__file__), "../../Sources/CharLSTM/CharLSTM.docc/Serving.md")
    with open(path) as file:
        shown = re.findall(
            r"\$ curl -s http://127\.0\.0\.1:(\d+)(/\S+) -d '(.*)'\n(.*)\n", file.read())
    assert len(shown) == 5, shown

    # The last have digits that differ from one CPU to another.
    new = ("id", "created", "statistics")

    def lasting(value):
        if isinstance(value, float):
            return round(value, 2)
        if isinstance(value, list):
            return [lasting(each) for each in value]
        if isinstance(value, dict):
            return {key: lasting(each) for key, each in value.items() if key not in new}
        return value

    with Server(program, model) as writing, Server(program, classifier[0]) as classifying:
        for port, path, body, answer in shown:
            server = writing if port == "8080" else classifying
            came = json.loads(server.request(path, body.encode())[2])
            assert lasting(came) == lasting(json.loads(answer)), (came, answer)


def run(name, check, *arguments):
    begun = time.monotonic()
    check(*arguments)
    print(f"{name}: {time.monotonic() - begun:.1f} s", flush=True)


with Server(program, model, "--request-timeout", "5", "--idle-timeout", "8") as server:
    for check in (texts, rules, streams, refusals):
        run(check.__name__, check, server)
    # Everything once, so that what is kept is kept; then again and again.
    attacks = (malformed, giant, slow, disconnects, unread)
    for check in attacks:
        run(check.__name__, check, server)
    before = server.resident()
    for _ in range(3):
        for check in attacks:
            check(server)
    server.wait_until_idle()
    after = server.resident()
    print(f"memory: {before / 1e6:.1f} MB, after as much three times more {after / 1e6:.1f} MB")
    assert after < before * 1.1 + 8e6
    run("texts", texts, server)
run("ending", ending)
if classifier:
    run("classifiers", classifiers)
    run("article", article)
