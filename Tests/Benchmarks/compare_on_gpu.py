#!/usr/bin/env python3
"""The same work in PyTorch with cuDNN and in charlstm, in turns on one NVIDIA GPU, and the ratios.

    swift build -c release
    python3 Tests/Benchmarks/compare_on_gpu.py        # a python3 that has PyTorch for CUDA

Training is a whole optimizer step on both sides, as in compare_with_pytorch.py. PyTorch is measured in TF32 (its
products of float32 rounded to 10 bits) and under autocast to bfloat16, in one process that stays; charlstm in float32
and in bfloat16, each in a process of its own. A round measures each once; what is printed are medians over the rounds
and the median of the rounds' ratios. `best` is charlstm's faster precision against PyTorch's faster one.

What goes wrong with one kind of work is said, and the others are still measured; the exit code is 1 then.
"""
import argparse, json, os, statistics, subprocess, sys, time

BINARY = os.path.join(os.path.dirname(__file__), "..", "..", ".build", "release", "charlstm")
TRAINING = [  # layers, hidden size, lanes, steps
    (2, 512, 64, 64), (2, 128, 50, 50), (2, 1024, 64, 64), (2, 1024, 256, 128), (2, 2048, 256, 128)]
WRITING = (2, 512)  # layers, hidden size
STREAMS = [1, 64, 1024]
KINDS = ["TF32", "bf16"]
PRECISIONS = ["float32", "bfloat16"]


# --- PyTorch's side: a process that takes a line of JSON for each measurement ----------------------

def serve():
    import torch
    from torch import nn
    from torch.nn import functional as F
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True

    class CharLSTM(nn.Module):
        def __init__(self, layers, hidden):
            super().__init__()
            self.embedding = nn.Embedding(65, 64)
            self.lstm = nn.LSTM(64, hidden, layers)
            self.head = nn.Linear(hidden, 65)

        def forward(self, symbols, state):
            output, state = self.lstm(self.embedding(symbols), state)
            return self.head(output), state

    def zero(layers, lanes, hidden):
        return tuple(torch.zeros(layers, lanes, hidden, device="cuda") for _ in range(2))

    def autocast(kind):
        return torch.autocast("cuda", dtype=torch.bfloat16, enabled=kind == "bf16")

    def rates(body, characters, seconds):
        """Of blocks of calls, each waited for; the first are to warm up."""
        for _ in range(3): body()
        torch.cuda.synchronize()
        found, start = [], time.perf_counter()
        while len(found) < 5 or time.perf_counter() - start < seconds:
            began = time.perf_counter()
            for _ in range(4): body()
            torch.cuda.synchronize()
            found.append(4 * characters / (time.perf_counter() - began))
        return statistics.median(found)

    def train(kind, layers, hidden, lanes, steps, seconds):
        model = CharLSTM(layers, hidden).cuda()
        optimizer = torch.optim.Adam(model.parameters(), 2e-3, fused=True)
        symbols = torch.randint(0, 65, (steps, lanes), device="cuda")
        state = [zero(layers, lanes, hidden)]

        def step():
            with autocast(kind):
                logits, after = model(symbols, state[0])
                loss = F.cross_entropy(logits.float().view(-1, 65), symbols.view(-1))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            state[0] = tuple(s.detach().float() for s in after)

        return rates(step, lanes * steps, seconds)

    def write(kind, layers, hidden, streams, seconds):
        # The weights themselves in bfloat16: autocast would convert them anew for each character.
        dtype = torch.bfloat16 if kind == "bf16" else torch.float32
        model = CharLSTM(layers, hidden).to("cuda", dtype).eval()
        state = tuple(s.to(dtype) for s in zero(layers, streams, hidden))
        now = [state, torch.zeros(1, streams, dtype=torch.long, device="cuda")]

        def some():
            for _ in range(25):
                logits, now[0] = model(now[1], now[0])
                now[1] = torch.multinomial(torch.softmax(logits[0].float() / 0.8, -1), 1).T

        with torch.no_grad():
            return rates(some, 25 * streams, seconds)

    print(json.dumps({
        "torch": torch.__version__, "cudnn": torch.backends.cudnn.version(),
        "gpu": torch.cuda.get_device_name(0)}), flush=True)
    for line in sys.stdin:
        what, *values = json.loads(line)
        try:
            answer = {"rate": (train if what == "train" else write)(*values)}
        except Exception as error:  # Another kind of work may still do.
            answer = {"error": f"PyTorch: {type(error).__name__}: {error}"}
        torch.cuda.empty_cache()
        print(json.dumps(answer), flush=True)


class PyTorch:
    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = json.loads(self.process.stdout.readline() or "{}")
        if not self.about: sys.exit("PyTorch cannot use the GPU")

    def rate(self, *question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "PyTorch has ended"}')
        if "error" in answer: raise RuntimeError(answer["error"])
        return answer["rate"]


# --- charlstm's side -------------------------------------------------------------------------------

def charlstm(options, precision, layers, hidden, lanes, steps, streams):
    arguments = [
        options.charlstm, "benchmark", "--device", "cuda", "--json", "--no-classification", "--precision", precision,
        "--layers", str(layers), "--hidden-size", str(hidden), "--batch-size", str(lanes), "--sequence-length",
        str(steps), "--seconds", str(options.seconds)]
    for count in streams: arguments += ["--streams", str(count)]
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    if result.returncode != 0: raise RuntimeError(f"charlstm ended with {result.returncode}: {result.stderr.strip()}")
    return json.loads(result.stdout.strip().splitlines()[-1])


# --- Both ------------------------------------------------------------------------------------------

def say(name, ours, theirs):
    """A line of the table: rates by precision and by kind, a value for each round."""
    ratios = [max(o) / max(t) for o, t in zip(zip(*ours.values()), zip(*theirs.values()))]
    columns = [statistics.median(rates) for rates in (*ours.values(), *theirs.values())]
    print(
        f"{name:24}" + "".join(f"{rate:>14,.0f}" for rate in columns)
        + f"{statistics.median(ratios):>8.2f}x ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--charlstm", default=BINARY)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.6, help="for each measurement")
    parser.add_argument("--limit", type=float, default=1e9, help="seconds after which no other round begins")
    options = parser.parse_args()
    start = time.perf_counter()
    torch = PyTorch()
    about = torch.about
    print(f"{about['gpu']}, PyTorch {about['torch']}, cuDNN {about['cudnn']}; characters a second, medians of up to "
          f"{options.rounds} rounds")
    print(f"{'':24}{'float32':>14}{'bfloat16':>14}{'torch TF32':>14}{'torch bf16':>14}   best (range)")
    # By name: rates by precision and by kind, a value for each round, or why there are none.
    found, failures = {}, {}

    def measure(names, body):
        if any(name in failures for name in names): return
        try:
            body()
        except Exception as error:
            for name in names: failures[name] = error

    def rates(name):
        empty = lambda keys: {key: [] for key in keys}
        return found.setdefault(name, (empty(PRECISIONS), empty(KINDS)))

    def train(name, layers, hidden, lanes, steps):
        ours, theirs = rates(name)
        for kind in KINDS:
            theirs[kind].append(torch.rate("train", kind, layers, hidden, lanes, steps, options.seconds))
        for precision in PRECISIONS:
            record = charlstm(options, precision, layers, hidden, lanes, steps, [1])
            ours[precision].append(record["training_characters_per_second"])

    def write(names, layers, hidden):
        for count, name in names.items():
            for kind in KINDS:
                rates(name)[1][kind].append(torch.rate("write", kind, layers, hidden, count, options.seconds))
        for precision in PRECISIONS:
            for rate in charlstm(options, precision, layers, hidden, 8, 8, STREAMS)["sampling"]:
                rates(names[rate["streams"]])[0][precision].append(rate["characters_per_second"])

    writing = {n: f"write {WRITING[0]}x{WRITING[1]} {n} stream{'s' if n > 1 else ''}" for n in STREAMS}
    for number in range(options.rounds):
        # Everything once before anything twice.
        for layers, hidden, lanes, steps in TRAINING:
            if number > 0 and time.perf_counter() - start > options.limit: break
            name = f"train {layers}x{hidden} {lanes}x{steps}"
            measure([name], lambda: train(name, layers, hidden, lanes, steps))
        if number > 0 and time.perf_counter() - start > options.limit: break
        measure(writing.values(), lambda: write(writing, *WRITING))
    for name, (ours, theirs) in found.items():
        if name not in failures: say(name, ours, theirs)
    for name, error in failures.items(): print(f"{name:24}failed: {error}", flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["--serve"] else main()
