#!/usr/bin/env python3
"""Scores identifiers of languages on the same sentences, word pairs and single words: charlstm and lingua.

    pip install lingua-language-detector==2.1.1
    python3 Tests/Benchmarks/compare_identifiers.py OUT --model identifier.safetensors \\
      --charlstm .build/release/charlstm [--lingua high low] [--most 60] [--core 0] [--confusions 20]

OUT holds test-sentences.tsv, test-pairs.tsv and test-words.tsv of language_texts.py (any files of these names with
columns label and text will do; OUT/web and its neighbors hold other kinds). Scored are the texts of languages that all
compared identifiers know; lingua is built for these languages, whether there are texts in them or not, while charlstm
may also answer with the others that it knows, which counts as wrong. An accuracy is the share of a language's texts; means are over languages, each counting the same. Texts a
second are of CPU time, all on one core, reading the model not counted for lingua, but counted for charlstm. The
size is that of the model, for lingua of its compiled module, which holds the models.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

KINDS = ("sentences", "pairs", "words")
Texts = list[tuple[str, str]]


def read(path: Path, most: int) -> Texts:
    seen: Counter[str] = Counter()
    with open(path, encoding="utf-8", newline="") as file:
        rows = [(row["label"], row["text"]) for row in csv.DictReader(file, delimiter="\t")]
    return [row for row in rows if seen[row[0]] < most and not seen.update([row[0]])]


class CharLSTM:
    def __init__(self, program: str, model: str):
        self.name, self.command, self.size = "charlstm", [program, "classify"], os.path.getsize(model)
        self.model = model
        report = subprocess.run([program, "info", model, "--json"], capture_output=True, text=True, check=True).stdout
        self.languages = set(json.loads(report)["labels"])

    def answers(self, texts: list[str]) -> tuple[list[str], float]:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write("".join(f"{text}\n" for text in texts))
            file.flush()
            before = os.times()
            lines = subprocess.run([*self.command, "predict", self.model, "--input", file.name, "--format", "lines", "--threads", "1",
                                    "--output-format", "json-lines"], capture_output=True, text=True, check=True).stdout.splitlines()
            after = os.times()
        seconds = after.children_user + after.children_system - before.children_user - before.children_system
        return [json.loads(line)["label"] for line in lines], seconds


class Lingua:
    def __init__(self, mode: str, languages: set[str] | None):
        import lingua
        known = {language.iso_code_639_1.name.lower(): language for language in lingua.Language.all()}
        self.name, self.languages = f"lingua, {mode} accuracy", set(known)
        self.size = sum(file.stat().st_size for file in Path(lingua.__file__).parent.rglob("*") if file.is_file())
        if languages is not None:
            builder = lingua.LanguageDetectorBuilder.from_languages(*(known[code] for code in sorted(languages)))
            builder = builder.with_preloaded_language_models()
            self.detector = (builder.with_low_accuracy_mode() if mode == "low" else builder).build()

    def answers(self, texts: list[str]) -> tuple[list[str], float]:
        start = time.process_time()
        found = [self.detector.detect_language_of(text) for text in texts]
        seconds = time.process_time() - start
        return [language.iso_code_639_1.name.lower() if language else "" for language in found], seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--charlstm", default=".build/release/charlstm")
    parser.add_argument("--lingua", nargs="*", default=["high", "low"], choices=["high", "low"])
    parser.add_argument("--most", type=int, default=1_000, help="texts of a language and kind, the first ones of the file")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--confusions", type=int, default=20)
    options = parser.parse_args()

    os.sched_setaffinity(0, {options.core})
    os.environ["RAYON_NUM_THREADS"] = "1"
    tests = {kind: read(options.folder / f"test-{kind}.tsv", options.most) for kind in KINDS}
    models = [CharLSTM(options.charlstm, options.model)] if options.model else []
    knowing = models + ([Lingua("high", None)] if options.lingua else [])
    if not knowing:
        sys.exit("Name a --model, or --lingua high or low.")
    known = set.intersection(*(identifier.languages for identifier in knowing))
    identifiers = models + [Lingua(mode, known) for mode in options.lingua]
    shared = known & {label for texts in tests.values() for label, _ in texts}

    accuracy: dict[tuple[str, str], dict[str, float]] = {}
    for identifier in identifiers:
        for kind, rows in tests.items():
            rows = [row for row in rows if row[0] in shared]
            found, seconds = identifier.answers([text for _, text in rows])
            hits, all_of, confused = Counter(), Counter(), Counter()
            for (label, _), language in zip(rows, found, strict=True):
                all_of[label] += 1
                hits[label] += label == language
                confused[label, language] += label != language
            accuracy[identifier.name, kind] = {label: hits[label] / all_of[label] for label in sorted(all_of)}
            scores = accuracy[identifier.name, kind].values()
            print(f"{identifier.name}, {identifier.size / 1e6:.1f} MB, {kind}: mean accuracy {100 * sum(scores) / len(scores):.1f} "
                  f"over {len(scores)} languages, {len(rows):,} texts, {len(rows) / seconds:,.0f} texts/s", flush=True)
            if options.confusions:
                print("  most confused:", ", ".join(f"{a}→{b or '?'} {n}" for (a, b), n in confused.most_common(options.confusions)))

    print("\nlanguage  " + "  ".join(f"{i.name:>26}" for i in identifiers) + "   (sentences, pairs, words)")
    for label in sorted(shared):
        print(f"{label:<10}" + "  ".join(" " * 5 + "".join(
            f"{100 * accuracy[i.name, kind].get(label, float('nan')):7.1f}" for kind in KINDS) for i in identifiers))


if __name__ == "__main__":
    main()
