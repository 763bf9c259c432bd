#!/usr/bin/env python3
"""Compares settings of `charlstm classify train` by texts that validate; no test text is read.

    python3 Tests/Benchmarks/choose_classifier_settings.py SETS "" "--ngrams 1" "--preset quick"

SETS is the folder that classification_sets.py writes; each setting is a string of options, the empty
one stands for the defaults. Every setting trains on SETS/NAME/train.csv with each seed, a tenth of
which validates, the same for all settings. Prints a table in Markdown of accuracy, nats per label
and seconds, means over the seeds, and with several sets the means over those.
"""

import argparse
import json
import shlex
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import fmean


def trial(charlstm: str, data: Path, options: list[str], seed: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        subprocess.run(
            [charlstm, "classify", "train", data, "--output", f"{folder}/run", "--quiet",
             "--seed", str(seed), *options], check=True)
        seconds = time.monotonic() - began
        info = subprocess.run(
            [charlstm, "info", f"{folder}/run/best.safetensors", "--json"],
            check=True, capture_output=True, text=True)
    training = json.loads(info.stdout)["training"]
    return training["validationAccuracy"], training["validationLoss"], seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path)
    parser.add_argument("settings", nargs="+", help="options of classify train, as one string each")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these sets alone")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--charlstm", default="charlstm", help="the program")
    arguments = parser.parse_args()
    files = sorted(arguments.sets.glob("*/train.csv"))
    if arguments.only:
        files = [file for file in files if file.parent.name in arguments.only]
    if not files:
        parser.error(f"no NAME/train.csv in {arguments.sets}: classification_sets.py makes them")
    print("| set | setting | accuracy | nats per label | seconds |\n|---|---|---|---|---|")
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for file in files:
        for setting in arguments.settings:
            trials = [trial(arguments.charlstm, file, shlex.split(setting), seed)
                      for seed in range(1, arguments.seeds + 1)]
            row = tuple(fmean(column) for column in zip(*trials))
            rows.setdefault(setting, []).append(row)
            show(file.parent.name, setting, row)
    if len(files) > 1:
        for setting, found in rows.items():
            show("mean", setting, tuple(fmean(column) for column in zip(*found)))


def show(name: str, setting: str, row: tuple[float, ...]) -> None:
    print(f"| {name} | `{setting}` | {row[0]:.4f} | {row[1]:.4f} | {row[2]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
