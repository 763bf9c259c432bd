#!/usr/bin/env python3
"""Many clients at once: load.py PROGRAM MODEL [--clients 256] [--seconds 20] [--length 1000] [--least 0] [--stream].

Every text must be that of `charlstm sample` with its seed. With --least R the characters a second must be
at least R of what `sample --count CLIENTS` writes. Traffic goes to 127.0.0.1 alone.
"""

import argparse
import http.client
import json
import subprocess
import threading
import time

from running import Server

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("model")
parser.add_argument("--clients", type=int, default=256)
parser.add_argument("--seconds", type=float, default=20)
parser.add_argument("--length", type=int, default=1000)
parser.add_argument("--least", type=float, default=0)
parser.add_argument("--stream", action="store_true")
options = parser.parse_args()

failures = []
characters = 0
answers = 0
lock = threading.Lock()


def text_of(body):
    if not options.stream:
        return json.loads(body)["choices"][0]["text"]
    events = [line[6:] for line in body.splitlines() if line.startswith(b"data: ")]
    assert events[-1] == b"[DONE]", events[-1]
    return "".join(json.loads(event)["choices"][0]["text"] for event in events[:-1])


def client(number, server, expected, end):
    global characters, answers
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    turn = number
    while time.monotonic() < end:
        seed = turn % len(expected)
        turn += 1
        try:
            connection.request(
                "POST", "/v1/completions",
                json.dumps({"max_tokens": options.length, "seed": seed, "stream": options.stream}),
                {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {body[:200]}")
            text = text_of(body)
            if text != expected[seed]:
                raise RuntimeError(f"seed {seed} gave another text")
        except Exception as error:
            failures.append(repr(error))
            return
        with lock:
            characters += len(text)
            answers += 1


with Server(options.program, options.model) as server:
    expected = [server.sample(seed, options.length) for seed in range(16)]
    begun = time.monotonic()
    memory = []
    clients = [
        threading.Thread(target=client, args=(number, server, expected, begun + options.seconds))
        for number in range(options.clients)]
    for thread in clients:
        thread.start()
    while any(thread.is_alive() for thread in clients):
        time.sleep(1)
        memory.append(server.resident())
    elapsed = time.monotonic() - begun
    speed = characters / elapsed
    early = max(memory[:max(1, len(memory) // 3)])
    print(f"{options.clients} clients, {elapsed:.0f} s: {answers} texts, {len(failures)} errors, "
          f"{speed:.0f} characters a second, memory {early / 1e6:.0f} MB and in the end "
          f"{memory[-1] / 1e6:.0f} MB")
    assert not failures, failures[:3]
    assert memory[-1] < early * 1.1 + 8e6, memory

begun = time.monotonic()
subprocess.run(
    [options.program, "sample", options.model, "--count", str(options.clients), "--length",
     str(options.length), "--seed", "1"], stdout=subprocess.DEVNULL, check=True)
alone = options.clients * options.length / (time.monotonic() - begun)
print(f"sample --count {options.clients}: {alone:.0f} characters a second; "
      f"serve has {speed / alone:.0%} of it")
assert speed >= options.least * alone
