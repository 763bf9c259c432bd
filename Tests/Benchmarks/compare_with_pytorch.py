#!/usr/bin/env python3
"""The same work in PyTorch and in charlstm, in turns on this machine, and the ratios.

    swift build -c release
    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python Tests/Benchmarks/compare_with_pytorch.py

Training is a whole optimizer step on both sides: forward, cross-entropy, backward through the chunk,
clipping by the global norm 5, Adam, state carried to the next chunk. Every measurement is a process
of its own; a round measures each program once, and what is printed are medians over the rounds and
the median of the rounds' ratios. Memory is the peak resident size of the training process.
PyTorch is compared in bfloat16 too where it can train in that on this CPU.

What a CPU without AVX-512 does, on one that has it:

    CHARLSTM_CPU=avx2 ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 \\
      venv/bin/python Tests/Benchmarks/compare_with_pytorch.py
"""
import argparse, json, os, resource, statistics, subprocess, sys, tempfile, time

BINARY = os.path.join(os.path.dirname(__file__), "..", "..", ".build", "release", "charlstm")
TRAINING = [  # layers, hidden size, lanes, steps
    (2, 128, 50, 50), (2, 512, 64, 64), (3, 512, 64, 128), (2, 1024, 64, 64)]
SAMPLING = [(2, 512, 1), (2, 512, 64)]  # layers, hidden size, streams


# --- PyTorch's side, in a process of its own -------------------------------------------------------

def torch_model(layers, hidden):
    import torch
    from torch import nn

    class CharLSTM(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(65, 64)
            self.lstm = nn.LSTM(64, hidden, layers)
            self.head = nn.Linear(hidden, 65)

        def forward(self, symbols, state):
            output, state = self.lstm(self.embedding(symbols), state)
            return self.head(output), state

    def zero(lanes):
        return tuple(torch.zeros(layers, lanes, hidden) for _ in range(2))

    return CharLSTM(), zero


def torch_train(layers, hidden, lanes, steps, bfloat16, seconds):
    import torch
    from torch.nn import functional as F
    model, zero = torch_model(layers, hidden)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    symbols = torch.randint(0, 65, (steps, lanes))
    state, times, start = zero(lanes), [], time.perf_counter()
    while len(times) < 6 or time.perf_counter() - start < seconds:
        began = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bool(bfloat16)):
            logits, state = model(symbols, state)
            loss = F.cross_entropy(logits.float().view(-1, 65), symbols.view(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        state = tuple(s.detach().float() for s in state)
        times.append(time.perf_counter() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rate": lanes * steps / statistics.median(times[2:]), "memory": memory}


def torch_sample(layers, hidden, streams, one_dnn, seconds):
    import torch
    model, zero = torch_model(layers, hidden)
    rates = []
    with torch.no_grad(), torch.backends.mkldnn.flags(enabled=bool(one_dnn)):
        state, symbols = zero(streams), torch.zeros(1, streams, dtype=torch.long)
        start = time.perf_counter()
        while len(rates) < 4 or time.perf_counter() - start < seconds:
            began = time.perf_counter()
            for _ in range(50):
                logits, state = model(symbols, state)
                symbols = torch.multinomial(torch.softmax(logits[0] / 0.8, -1), 1).T
            rates.append(50 * streams / (time.perf_counter() - began))
    return {"rate": statistics.median(rates[1:])}


def torch_first_character():
    import torch
    model, zero = torch_model(2, 512)
    with torch.no_grad():
        logits, _ = model(torch.zeros(1, 1, dtype=torch.long), zero(1))
        symbol = torch.multinomial(torch.softmax(logits[0, 0] / 0.8, -1), 1).item()
    print(chr(32 + symbol), flush=True)


# --- Both sides, from outside ----------------------------------------------------------------------

def run(arguments):
    result = subprocess.run(arguments, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(arguments)} failed:\n{result.stderr}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def pytorch(what, *values):
    return run([sys.executable, __file__, "--worker", what, *map(str, values)])


def pytorch_has_bfloat16():
    arguments = [sys.executable, __file__, "--worker", "train", "1", "32", "8", "8", "1", "0.1"]
    return subprocess.run(arguments, capture_output=True).returncode == 0


def charlstm(precision, layers, hidden, lanes, steps, streams, seconds):
    return run([
        BINARY, "benchmark", "--no-classification", "--json", "--precision", precision, "--layers", str(layers),
        "--hidden-size", str(hidden), "--batch-size", str(lanes), "--sequence-length", str(steps),
        "--streams", str(streams), "--seconds", str(seconds)])


def seconds_to_first_byte(arguments):
    began = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.read(1)
    elapsed = time.perf_counter() - began
    process.stdout.close()
    process.wait()
    return elapsed


def ratio_line(name, ours, theirs, better="higher"):
    ratios = [a / b if better == "higher" else b / a for a, b in zip(ours, theirs)]
    form = "{:,.0f}" if statistics.median(ours) >= 10 else "{:.3f}"
    return (f"{name:46} {form.format(statistics.median(ours)):>10} "
            f"{form.format(statistics.median(theirs)):>10}  {statistics.median(ratios):5.2f}x "
            f"({min(ratios):.2f} to {max(ratios):.2f})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="for each measurement")
    parser.add_argument("--only", choices=["train", "sample", "start"])
    options = parser.parse_args()
    native = run([
        BINARY, "benchmark", "--no-classification", "--json", "--hidden-size", "32", "--streams", "1", "--seconds", "0.1"]
    )["precision"]
    kinds = {"fp32": 0}
    if pytorch_has_bfloat16():
        kinds["bf16 autocast"] = 1
    else:
        print("PyTorch cannot train in bfloat16 on this CPU: it is compared in fp32 alone")
    print(f"{'work':46} {'charlstm':>10} {'PyTorch':>10}  ratio (range over {options.rounds} rounds)")

    for layers, hidden, lanes, steps in TRAINING if options.only in (None, "train") else []:
        ours, theirs = {"float32": [], native: []}, {name: [] for name in kinds}
        memory = [], []
        for _ in range(options.rounds):
            for name, bfloat16 in kinds.items():
                result = pytorch("train", layers, hidden, lanes, steps, bfloat16, options.seconds)
                theirs[name].append(result["rate"])
                if bfloat16 == len(kinds) - 1: memory[1].append(result["memory"])
            for precision in ours:
                result = charlstm(precision, layers, hidden, lanes, steps, 1, options.seconds)
                ours[precision].append(result["training_characters_per_second"])
                if precision == native: memory[0].append(result["peak_resident_megabytes"])
        shape = f"train {layers}x{hidden}, B {lanes}, T {steps}:"
        print(shape, "characters/s")
        for precision, rates in ours.items():
            for name, other in theirs.items():
                print(ratio_line(f"  {precision} against {name}", rates, other))
        print(ratio_line(f"  peak memory, MB ({native})", *memory, better="lower"), flush=True)

    # PyTorch's own oneDNN path packs the weights at each call: for few rows it is faster without.
    for layers, hidden, streams in SAMPLING if options.only in (None, "sample") else []:
        # Many streams take all threads; one takes as many as it finds fastest, unless told otherwise.
        one = ["--threads", "1"] if streams == 1 else []
        cases = {native: (native, one), "auto": ("auto", one)}
        if streams == 1: cases["auto, threads by itself"] = ("auto", [])
        ours = {name: [] for name in cases}
        theirs = {"PyTorch": [], "PyTorch without oneDNN": []}
        for _ in range(options.rounds):
            for one_dnn, name in ((1, "PyTorch"), (0, "PyTorch without oneDNN")):
                theirs[name].append(
                    pytorch("sample", layers, hidden, streams, one_dnn, options.seconds)["rate"])
            for name, (precision, threads) in cases.items():
                result = run([
                    BINARY, "benchmark", "--no-classification", "--json", "--precision", native, "--sampling-precision",
                    precision, "--layers", str(layers), "--hidden-size", str(hidden), "--batch-size",
                    "8", "--sequence-length", "8", "--streams", str(streams), "--seconds",
                    str(options.seconds)] + threads)
                ours[name].append(result["sampling"][0]["characters_per_second"])
        print(f"sample {layers}x{hidden}, {streams} stream{'s' if streams > 1 else ''}:",
              "characters/s")
        for name, rates in ours.items():
            for other, against in theirs.items():
                print(ratio_line(f"  {name} against {other}", rates, against), flush=True)

    if options.only in (None, "start"):
        with tempfile.TemporaryDirectory() as folder:
            corpus = os.path.join(folder, "corpus.txt")
            with open(corpus, "w") as file: file.write("the quick brown fox " * 200)
            subprocess.run([
                BINARY, "train", corpus, "--output", folder, "--hidden-size", "512",
                "--max-steps", "1", "--quiet"], check=True)
            ours, theirs = [], []
            for _ in range(options.rounds):
                theirs.append(seconds_to_first_byte([sys.executable, __file__, "--worker", "first"]))
                ours.append(seconds_to_first_byte(
                    [BINARY, "sample", os.path.join(folder, "best.safetensors"), "--length", "1"]))
        print(ratio_line("start to first character, s", ours, theirs, better="lower"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        what, *values = sys.argv[2:]
        if what == "first":
            torch_first_character()
        else:
            *shape, seconds = values
            work = torch_train if what == "train" else torch_sample
            print(json.dumps(work(*map(int, shape), float(seconds))))
    else:
        main()
