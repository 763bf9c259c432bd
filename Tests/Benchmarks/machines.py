#!/usr/bin/env python3
"""What a step of training costs on many machines: a model, held against runs on two hosts that share nothing but
a network (namespaces, `.ci/network-hosts`), and what it says of more.

    swift build -c release --traits MPI --scratch-path .build-mpi-release --product charlstm
    python3 Tests/Benchmarks/machines.py --binary .build-mpi-release/release/charlstm TEXT

Needs root, Open MPI and iproute2. Each host has one thread, so two of them need a machine of two cores. The text should
have some 200,000 characters at least.

A step of N nodes, with `lanes` of each, takes

    compute + exchange - hidden + fixed
    compute   of one node alone, measured
    exchange  2 (N - 1) / N * bytes / bandwidth + 2 (N - 1) * segments * message
    hidden    what of the exchange of the upper segments goes on beside the backward pass through the lowest layer:
              min(share of the upper segments * exchange, share of that pass * compute)

and the leader sends each character's symbol and target, 8 bytes. `bytes` are the gradients', 4 a parameter, 2 with
--gradient-precision bfloat16; `segments` one more than layers; `message` what a message costs beside its bytes, half of
what `link-probe speed` has for 8 bytes there and back. `fixed`, questions, answers and copies, is fitted to the first
run of two hosts, and the others are the check. What the leader's questions cost where there are hundreds of followers
is not in the model.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
STEPS = 64
RATES = [1000, 200]  # Mbit/s
BACKWARD_OF_LOWEST = 0.3  # of a step's time


def run(binary, text, hosts, rate, lanes, hidden, precision, count):
    """Seconds of a step, the median over reports of 20 steps but the first, and the number of parameters."""
    script = f"""
      set -euo pipefail
      source {ROOT}/.ci/network-hosts
      private=
      trap end_hosts EXIT
      begin_hosts {max(2, hosts)} {rate}mbit
      export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
      out=$(mktemp -d)
      on host1 mpirun --host {",".join(f"host{n + 1}" for n in range(hosts))} --bind-to none \\
        --mca plm_rsh_agent "$network/enter" {binary} train {text} --output $out/run --quiet --sample-every 0 \\
        --threads 1 --layers 2 --hidden-size {hidden} --batch-size {lanes * hosts} --sequence-length {STEPS} \\
        --lane-blocks {hosts} --divide lanes --gradient-precision {precision} --max-steps {count} \\
        --validation-fraction 0 >&2
      cat $out/run/metrics.jsonl
      rm -rf $out
    """
    output = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, check=True, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    rates = [line["characters_per_second"] for line in lines if line["event"] == "step"]
    began = next(line for line in lines if line["event"] == "began")
    return lanes * hosts * STEPS / statistics.median(rates[1:]), began["parameters"]


def exchange(nodes, size, megabits, message, segments=3):
    return 2 * (nodes - 1) / nodes * size / (megabits * 125e3) + 2 * (nodes - 1) * segments * message


def step(nodes, compute, parameters, bytes_each, megabits, message, fixed, lanes, hidden):
    size = parameters * bytes_each
    total = exchange(nodes, size, megabits, message)
    # The lowest segment: a layer whose input is the embedding, and the embedding.
    lowest = min(1, 4 * hidden * (hidden + 128) / parameters)
    hidden_part = min((1 - lowest) * total, BACKWARD_OF_LOWEST * compute)
    texts = 8 * lanes * STEPS * (nodes - 1) / (megabits * 125e3)
    return compute + total - hidden_part + texts + fixed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--lanes", type=int, default=32, help="of each host")
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--message", type=float, default=0.12, help="milliseconds that a message costs")
    parser.add_argument("--count", type=int, default=80, help="steps of a run")
    options = parser.parse_args()
    binary, text = os.path.abspath(options.binary), os.path.abspath(options.text)

    def measured(hosts, rate, precision="float32"):
        return run(binary, text, hosts, rate, options.lanes, options.hidden, precision, options.count)

    compute, parameters = measured(1, RATES[0])
    print(f"one host: {compute * 1000:.0f} ms a step, {parameters:,} parameters", flush=True)
    rows = [(rate, precision, measured(2, rate, precision)[0])
            for rate in RATES for precision in ("float32", "bfloat16")]
    message = options.message / 1e3
    arguments = dict(
        compute=compute, parameters=parameters, message=message, fixed=0, lanes=options.lanes, hidden=options.hidden)
    first = rows[0]
    arguments["fixed"] = max(0, first[2] - step(2, bytes_each=4, megabits=first[0], **arguments))
    print(f"fixed: {arguments['fixed'] * 1e3:.0f} ms, fitted to the first row")
    print("| Mbit/s | gradients | measured, ms | model, ms |\n|---|---|---|---|")
    for rate, precision, seconds in rows:
        size = 4 if precision == "float32" else 2
        model = step(2, bytes_each=size, megabits=rate, **arguments)
        print(f"| {rate} | {precision} | {seconds * 1000:.0f} | {model * 1000:.0f} |")
    print("\n| nodes | Gbit/s | step, ms | exchange, ms | speed-up |\n|---|---|---|---|---|")
    for nodes in (8, 64, 512):
        for gigabits in (1, 10, 100):
            whole = step(nodes, bytes_each=4, megabits=1000 * gigabits, **arguments)
            total = exchange(nodes, 4 * parameters, 1000 * gigabits, message)
            print(f"| {nodes} | {gigabits} | {whole * 1000:.0f} | {total * 1000:.0f} | {nodes * compute / whole:.1f} |")


if __name__ == "__main__":
    main()
