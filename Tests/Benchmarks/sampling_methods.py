"""Do mirostat and temperature schedules pay beside plain temperature? Texts of each method, and what they are worth.

    python3 Tests/Benchmarks/sampling_methods.py CORPUS [--model checkpoints/shakespeare.safetensors]
        [--charlstm .build/release/charlstm] [--texts 64] [--length 1000]

CORPUS is what the model was trained on (tiny Shakespeare's input.txt). The network is computed in NumPy, and its
surprisals of some text are first held against `charlstm evaluate` (1e-4 nats). Of each method: mean surprisal under
the model at temperature 1; the share of a text's 20-grams that stood in it before (loops); the share of pairs of words
that are different ones (variety); the share of words that stand in the corpus (spelling); the share of 20-grams that
stand in the corpus (copying). Then the comparison that counts: with plain temperature at the same mean surprisal,
linearly between the neighbours of the grid, in standard errors of the difference. A method pays if it is better
in something by more than three of them and worse in nothing by more than two.

The result, in README.md beside this file: neither pays, and charlstm has neither. Of mirostat's targets those from 2 nats
on change nothing, those below 1 loop, and those between do less than top-p, min-p and typical-p, which do pay.
"""

import argparse
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
N = 20
LOOPS, VARIETY, WORDS, COPIED = range(4)
NAMES = ["loops", "variety", "words", "copied"]
# Which way is better.
SIGNS = [-1, 1, 1, -1]


class Model:
    """An LSTM of a safetensors file: a step of many texts at a time."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        size = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + size])
        facts = header.pop("__metadata__")
        shape = json.loads(facts["configuration"])
        vocabulary = json.loads(facts["vocabulary"])
        if shape["cell"] != "lstm" or vocabulary["kind"] != "scalars" or vocabulary["byteFallback"]:
            sys.exit("only for an LSTM whose symbols are characters")
        self.scalars = vocabulary["scalars"]
        self.layers, self.hidden = shape["layers"], shape["hiddenSize"]

        def tensor(name):
            entry = header[name]
            begin, end = entry["data_offsets"]
            raw = data[8 + size + begin:8 + size + end]
            if entry["dtype"] == "BF16":
                values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
            else:
                values = np.frombuffer(raw, "<f4")
            return values.reshape(entry["shape"])

        biases = [tensor(f"lstm.bias_ih_l{i}") + tensor(f"lstm.bias_hh_l{i}") for i in range(self.layers)]
        # The first layer's input is a row of a table.
        self.table = tensor("embedding.weight") @ tensor("lstm.weight_ih_l0").T + biases[0]
        self.weights = [np.ascontiguousarray(tensor("lstm.weight_hh_l0").T)] + [
            np.ascontiguousarray(np.hstack([tensor(f"lstm.weight_ih_l{i}"), tensor(f"lstm.weight_hh_l{i}")]).T)
            for i in range(1, self.layers)]
        self.biases = biases
        self.head, self.head_bias = np.ascontiguousarray(tensor("head.weight").T), tensor("head.bias")

    def start(self, count):
        return [[np.zeros((count, self.hidden), np.float32) for _ in range(2)] for _ in range(self.layers)]

    def log_probabilities(self, symbols, state):
        """[B, V] of the symbols after these; `state` is then that after them."""
        def sigmoid(x):
            return 1 / (1 + np.exp(-x))

        below = None
        for layer, (hidden, cell) in enumerate(state):
            if layer == 0:
                gates = self.table[symbols] + hidden @ self.weights[0]
            else:
                gates = np.hstack([below, hidden]) @ self.weights[layer] + self.biases[layer]
            i, f, g, o = np.split(gates, 4, axis=1)
            cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
            below = sigmoid(o) * np.tanh(cell)
            state[layer] = [below, cell]
        return log_softmax(below @ self.head + self.head_bias)


def log_softmax(logits):
    logits = logits.astype(np.float64)
    logits = logits - logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


# Methods take log-probabilities [B, V], the number of the step and the length, and what they remember; they return
# log-probabilities up to a constant.

def temperature(value):
    return lambda p, step, length, memory: p / value


def schedule(value):
    return lambda p, step, length, memory: p / value(step, length)


def cut(keep):
    """What is not to be drawn, from probabilities in falling order [B, V]."""
    def method(p, step, length, memory):
        order = np.argsort(-p, axis=1, kind="stable")
        falling = np.take_along_axis(p, order, axis=1)
        kept = np.empty(p.shape, bool)
        np.put_along_axis(kept, order, keep(np.exp(falling)), axis=1)
        return np.where(kept, p, -np.inf)
    return method


def top_p(share):
    return cut(lambda q: np.cumsum(q, axis=1) - q < share)


def min_p(share):
    return cut(lambda q: q >= share * q[:, :1])


def typical(share):
    """Meister et al. 2023: those whose surprisal is nearest to the entropy, up to this probability."""
    def method(p, step, length, memory):
        q = np.exp(p)
        entropy = -(q * np.where(q > 0, p, 0)).sum(axis=1, keepdims=True)
        order = np.argsort(np.abs(-p - entropy), axis=1, kind="stable")
        nearest = np.take_along_axis(q, order, axis=1)
        kept = np.empty(p.shape, bool)
        np.put_along_axis(kept, order, np.cumsum(nearest, axis=1) - nearest < share, axis=1)
        return np.where(kept, p, -np.inf)
    return method


class Mirostat:
    """Version 2 (Basu et al. 2021): cuts off what is more surprising than a bound that follows the surprisal."""

    def __init__(self, target, rate=0.1):
        self.target, self.rate = target, rate

    def __call__(self, p, step, length, memory):
        if "bound" not in memory:
            memory["bound"] = np.full((len(p), 1), 2 * self.target)
        kept = -p <= np.maximum(memory["bound"], -p.max(axis=1, keepdims=True))
        return np.where(kept, p, -np.inf)

    def drawn(self, surprisal, memory):
        memory["bound"] -= self.rate * (surprisal[:, None] - self.target)


GRID = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
PLAIN = [(f"temperature {t}", temperature(t)) for t in GRID]
OTHERS = [
    ("top-p 0.9", top_p(0.9)), ("min-p 0.05", min_p(0.05)), ("min-p 0.1", min_p(0.1)),
    ("typical-p 0.9", typical(0.9)),
] + [(f"mirostat {tau} nats", Mirostat(tau)) for tau in [0.4, 0.6, 0.8, 1.0, 1.2, 2.0, 3.0, 4.0]] + [
    ("1.0 to 0.4, linear", schedule(lambda step, length: 1.0 - 0.6 * step / length)),
    ("0.4 to 1.0, linear", schedule(lambda step, length: 0.4 + 0.6 * step / length)),
    ("1.0 to 0.4, exponential", schedule(lambda step, length: 0.4 + 0.6 * np.exp(-5 * step / length))),
    ("0.4 to 1.0, exponential", schedule(lambda step, length: 1.0 - 0.6 * np.exp(-5 * step / length))),
]


def write(model, method, texts, length, seed):
    """The texts, and each one's mean surprisal at temperature 1."""
    random = np.random.default_rng(seed)
    newline = model.scalars.index("\n")
    state, memory = model.start(texts), {}
    symbols = np.full(texts, newline)
    written = np.empty((length, texts), np.int64)
    nats = np.zeros(texts)
    for step in range(length):
        p = model.log_probabilities(symbols, state)
        shaped = np.exp(log_softmax(method(p, step, length, memory)))
        running = np.cumsum(shaped, axis=1)
        draws = random.random((texts, 1)) * running[:, -1:]
        symbols = np.minimum((running <= draws).sum(axis=1), p.shape[1] - 1)
        surprisal = -p[np.arange(texts), symbols]
        if hasattr(method, "drawn"):
            method.drawn(surprisal, memory)
        nats += surprisal / length
        written[step] = symbols
    return ["".join(model.scalars[s] for s in column) for column in written.T], nats


def words(text):
    return re.findall(r"[a-z']+", text.lower())


def worth(text, known, passages):
    grams = [text[i:i + N] for i in range(len(text) - N + 1)]
    # The last word may be cut off, and the first of a text is whole.
    own = words(text)[:-1]
    pairs = list(zip(own, own[1:]))
    return [1 - len(set(grams)) / len(grams), len(set(pairs)) / max(1, len(pairs)),
            sum(word in known for word in own) / max(1, len(own)), sum(g in passages for g in grams) / len(grams)]


def check(model, charlstm, path, corpus):
    """Holds the network against the command."""
    text = corpus[-2000:]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(text)
        file.flush()
        printed = subprocess.run(
            [charlstm, "evaluate", path, file.name, "--per-character", "--precision", "float32"],
            check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    found = [float(line.split("\t")[1]) for line in printed.splitlines()[1:]]
    state, own = model.start(1), []
    symbols = [model.scalars.index(c) for c in text]
    for symbol, following in zip(symbols, symbols[1:]):
        own.append(-model.log_probabilities(np.array([symbol]), state)[0, following])
    difference = np.abs(np.array(found) - np.array(own)).max()
    print(f"surprisal of {len(own)} characters: at most {difference:.2g} nats from `charlstm evaluate`", flush=True)
    if not difference < 1e-4:
        sys.exit("the network is another one")


def main():
    parser = argparse.ArgumentParser(description="Mirostat and schedules beside plain temperature.")
    parser.add_argument("corpus")
    parser.add_argument("--model", default=str(ROOT / "checkpoints/shakespeare.safetensors"))
    parser.add_argument("--charlstm", default=str(ROOT / ".build/release/charlstm"))
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--length", type=int, default=1000)
    arguments = parser.parse_args()
    corpus = pathlib.Path(arguments.corpus).read_text(encoding="utf-8")
    model = Model(arguments.model)
    check(model, arguments.charlstm, arguments.model, corpus)
    known = set(words(corpus))
    passages = {corpus[i:i + N] for i in range(len(corpus) - N + 1)}

    def measure(method, seed):
        texts, nats = write(model, method, arguments.texts, arguments.length, seed)
        values = np.array([worth(text, known, passages) for text in texts])
        count = len(texts)
        return nats.mean(), values.mean(axis=0), values.std(axis=0, ddof=1) / count ** 0.5

    print("| method | nats a character | " + " | ".join(NAMES) + " | beside temperature at equal nats, in standard "
          "errors, + is better | pays |")
    print("|---" * (len(NAMES) + 4) + "|")

    def line(name, nats, values, last):
        print(f"| {name} | {nats:.3f} | " + " | ".join(f"{100 * v:.2f}%" for v in values) + f" | {last} |", flush=True)

    grid = []
    for seed, (name, method) in enumerate(PLAIN):
        grid.append(measure(method, 100 + seed))
        line(name, grid[-1][0], grid[-1][1], " | ")
    for seed, (name, method) in enumerate(OTHERS):
        nats, values, errors = measure(method, 200 + seed)
        above = next((i for i in range(1, len(grid)) if grid[i][0] >= nats), len(grid) - 1)
        (n0, v0, e0), (n1, v1, e1) = grid[above - 1], grid[above]
        share = min(1.0, max(0.0, (nats - n0) / (n1 - n0)))
        expected = v0 + share * (v1 - v0)
        error = np.sqrt(errors ** 2 + ((1 - share) * e0) ** 2 + (share * e1) ** 2)
        scores = [sign * (v - x) / max(e, 1e-9) for sign, v, x, e in zip(SIGNS, values, expected, error)]
        pays = max(scores) > 3 and min(scores) > -2
        line(name, nats, values,
             ", ".join(f"{n} {s:+.1f}" for n, s in zip(NAMES, scores)) + f" | {'yes' if pays else 'no'}")


if __name__ == "__main__":
    main()
