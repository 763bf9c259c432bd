#!/usr/bin/env python3
"""Prepares surnames by origin for `charlstm classify`, and says what simple classifiers make of them.

    python3 Tests/Benchmarks/surnames.py FOLDER OUTPUT

FOLDER holds a file for each origin, a name a line. Equal names of one origin are one. A name of
several origins stays in each of them, as it is in life, but all its rows fall on the same side of
the split: nobody can get all of them right, and none leaks. The split is 80/20 by name, by the
name's hash, the same on every machine. Writes OUTPUT/train.csv and OUTPUT/test.csv, and prints
accuracy and macro-F1 on the test rows of the majority class and of a naive Bayes on character
1-4-grams, with the beginning and the end marked.
"""

import csv
import hashlib
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path


def rows(folder: Path) -> list[tuple[str, str]]:
    found = {
        (path.stem, name.strip())
        for path in folder.glob("*.txt") if path.stem != "SOURCE"
        for name in path.read_text(encoding="utf-8").splitlines() if name.strip()
    }
    return sorted(found)


def is_test(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] < 51  # 51/256 = 0.199


def grams(name: str) -> list[str]:
    marked = f"^{name.lower()}$"
    return [marked[i:i + n] for n in range(1, 5) for i in range(len(marked) - n + 1)]


class NaiveBayes:
    def __init__(self, rows: list[tuple[str, str]]):
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        for label, name in rows:
            self.counts[label].update(grams(name))
        size = len({gram for counts in self.counts.values() for gram in counts})
        self.totals = {label: sum(counts.values()) + 0.1 * size
                       for label, counts in self.counts.items()}
        labels = Counter(label for label, _ in rows)
        self.priors = {label: math.log(count / len(rows)) for label, count in labels.items()}

    def __call__(self, name: str) -> str:
        found = grams(name)
        return max(self.priors, key=lambda label: self.priors[label] + sum(
            math.log((self.counts[label][gram] + 0.1) / self.totals[label]) for gram in found))


def report(name: str, truth: list[str], predicted: list[str]) -> None:
    scores = []
    for label in sorted(set(truth) | set(predicted)):
        hits = sum(t == p == label for t, p in zip(truth, predicted))
        scores.append(2 * hits / (truth.count(label) + predicted.count(label)))
    accuracy = sum(t == p for t, p in zip(truth, predicted)) / len(truth)
    print(f"{name}: accuracy {accuracy:.4f}, macro F1 {sum(scores) / len(scores):.4f}")


def main() -> None:
    folder, output = map(Path, sys.argv[1:])
    everything = rows(folder)
    parts = {"train": [r for r in everything if not is_test(r[1])],
             "test": [r for r in everything if is_test(r[1])]}
    output.mkdir(parents=True, exist_ok=True)
    for part, content in parts.items():
        with open(output / f"{part}.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([("label", "text"), *content])
    origins = Counter(name for _, name in everything)
    shared = {name for name, count in origins.items() if count > 1}
    print(f"{len(parts['train'])} rows to train on, {len(parts['test'])} to test on, "
          f"{len({label for label, _ in everything})} origins; {len(shared)} names have several, "
          f"which are {sum(name in shared for _, name in parts['test'])} of the test rows")
    truth = [label for label, _ in parts["test"]]
    majority = Counter(label for label, _ in parts["train"]).most_common(1)[0][0]
    report("majority class", truth, [majority] * len(truth))
    bayes = NaiveBayes(parts["train"])
    report("naive Bayes on 1-4-grams", truth, [bayes(name) for _, name in parts["test"]])


if __name__ == "__main__":
    main()
