#!/usr/bin/env python3
"""Measures this machine with `charlstm benchmark` and compares with what record.json has for its CPU.

    swift build -c release
    python3 Tests/Benchmarks/compare_with_record.py
    python3 Tests/Benchmarks/compare_with_record.py --update --note "a quiet machine"

A round measures every network once, each in a process of its own; what is compared are medians over the
rounds. Ends with 1 if a figure is less than --threshold of the record's, and with 2 if there is no record
of this CPU with these instructions and threads. The rate of a plain matrix product is shown beside the
others and not judged: where it is low, too, the machine is slower than it was, not charlstm.
"""
import argparse, datetime, json, os, statistics, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
NETWORKS = [(2, 128, 50, 50), (2, 512, 64, 64)]  # layers, hidden size, lanes, steps
PRODUCT = "a plain product, GFLOPS"
MEMORY = "peak memory of training, MB"


def cpu():
    fields = {}
    with open("/proc/cpuinfo") as file:
        for line in file:
            name, _, value = line.partition(":")
            fields.setdefault(name.strip(), value.strip())
    if "model name" in fields:
        return f"{fields['model name']}, family {fields['cpu family']}, model {fields['model']}"
    return f"implementer {fields.get('CPU implementer')}, part {fields.get('CPU part')}"


def figures(result):
    """Names and values of what a run of `charlstm benchmark --json` printed."""
    yield "train, characters/s", result["training_characters_per_second"]
    for each in result["sampling"]:
        yield f"write {each['streams']} at a time, characters/s", each["characters_per_second"]
    for each in result["classification"]:
        yield f"classify {each['texts']} at a time, texts/s", each["texts_per_second"]
    yield MEMORY, result["peak_resident_megabytes"]
    yield PRODUCT, result["peak_gigaflops"]


def measure(binary, rounds, seconds):
    """What was measured, with medians as record.json has them, and the values of each round."""
    values = {}
    for _ in range(rounds):
        for layers, hidden, lanes, steps in NETWORKS:
            command = [
                binary, "benchmark", "--json", "--layers", str(layers), "--hidden-size", str(hidden),
                "--batch-size", str(lanes), "--sequence-length", str(steps), "--seconds", str(seconds)]
            output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
            result = json.loads(output)
            for name, value in figures(result):
                values.setdefault(f"{layers}x{hidden}: {name}", []).append(value)
    return {
        "cpu": cpu(), "instruction_set": result["instruction_set"], "threads": result["threads"],
        "figures": {name: float(f"{statistics.median(v):.4g}") for name, v in values.items()}}, values


def is_same_machine(a, b):
    return all(a[key] == b[key] for key in ("cpu", "instruction_set", "threads"))


def compare(medians, rounds, record, threshold):
    """Prints a table. Returns the names of figures that are worse than the record allows."""
    print(f"{'':42} {'now':>9} {'record':>9}  ratio, and of the rounds")
    worse = []
    for name in sorted(medians.keys() | record.keys()):
        if name not in medians or name not in record:
            print(f"{name:42} {'is not measured' if name in record else 'is not in the record'}")
            worse.append(name)
            continue

        def ratio(value):
            return record[name] / value if name.endswith(MEMORY) else value / record[name]

        judged = not name.endswith(PRODUCT)
        if judged and ratio(medians[name]) < threshold: worse.append(name)
        each = [ratio(value) for value in rounds[name]]
        remark = f", below {threshold}" if name in worse else "" if judged else ", not judged"
        print(f"{name:42} {medians[name]:>9,.0f} {record[name]:>9,.0f}  {ratio(medians[name]):5.2f}"
              f" ({min(each):.2f} to {max(each):.2f}){remark}")
    return worse


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="for each figure of a round")
    parser.add_argument("--threshold", type=float, default=0.9)
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "charlstm"))
    parser.add_argument("--record", default=os.path.join(HERE, "record.json"))
    parser.add_argument("--update", action="store_true", help="make what is measured the record")
    parser.add_argument("--note", default="", help="with --update: the conditions")
    options = parser.parse_args()
    if not os.access(options.binary, os.X_OK):
        sys.exit(f"there is no {options.binary}: swift build -c release makes it")

    records = []
    if os.path.exists(options.record):
        with open(options.record) as file: records = json.load(file)
    now, values = measure(options.binary, options.rounds, options.seconds)
    record = next((each for each in records if is_same_machine(each, now)), None)
    machine = f"{now['cpu']}, {now['instruction_set']}, {now['threads']} threads"
    print(machine)
    worse = []
    if record:
        worse = compare(now["figures"], values, record["figures"], options.threshold)
        print(f"The record is of {record['date']}, {record['commit']}: {record['note']}")
    else:
        for name, value in sorted(now["figures"].items()): print(f"{name:42} {value:>9,.0f}")

    if options.update:
        commit = subprocess.run(
            ["git", "-C", ROOT, "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True)
        now |= {
            "date": datetime.date.today().isoformat(), "commit": commit.stdout.strip(),
            "note": options.note, "rounds": options.rounds, "seconds": options.seconds}
        records = [each for each in records if not is_same_machine(each, now)] + [now]
        records.sort(key=lambda each: (each["cpu"], each["instruction_set"], each["threads"]))
        partial = options.record + ".partial"
        with open(partial, "w") as file: file.write(json.dumps(records, indent=2) + "\n")
        os.replace(partial, options.record)
        print(f"{options.record} is updated")
    elif record is None:
        print("there is no record of this CPU: --update makes one", file=sys.stderr)
        sys.exit(2)
    elif worse:
        sys.exit(f"worse than the record: {', '.join(worse)}")


if __name__ == "__main__":
    main()
