#!/usr/bin/env python3
"""charlstm's presets beside other classifiers: accuracy, macro-F1, calibration, seconds.

    venv/bin/pip install scikit-learn torch jieba fasttext-numpy2-wheel
    venv/bin/python Tests/Benchmarks/classification_sets.py sets --ag-news FOLDER --surnames FOLDER
    venv/bin/python Tests/Benchmarks/compare_classifiers.py sets --results results.jsonl

Each result is a line of JSON, written as it comes; what is in the file already is not run again, and
the table is of all that is there. Every training is a process of its own on two threads, or as many
as COMPARE_THREADS says: on a machine that others use, two wait for each other. No method sees the test
before it is trained: whatever it chooses, it chooses on its training texts.

Seconds are the wall clock from the start of the process to the trained model, reading, imports and
the choice of settings included, the test not: of charlstm the whole of `classify train`. The
calibration error is the expected one in 15 bins of equal width of the first class's probability.

The others are set up as somebody would who knows them: regularization of logistic regression by
cross-validation, fastText's n-grams, passes and rate by a tenth of the training texts, the LSTM
stopped early. fastText and TF-IDF of words
get Chinese in words (jieba), since it has no spaces.
"""

import argparse
import csv
import json
import os
import random
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Callable

STARTED = time.monotonic()
THREADS = int(os.environ.get("COMPARE_THREADS", "2"))
BINARY = Path(__file__).resolve().parents[2] / ".build" / "release" / "charlstm"
Prediction = tuple[str, float]  # the likeliest label, its probability
Predictor = Callable[[list[str]], list[Prediction]]


def read(path: Path) -> tuple[list[str], list[str]]:
    csv.field_size_limit(1 << 30)
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row["label"] for row in rows], [row["text"] for row in rows]


def held_out(labels: list[str], seed: int) -> set[int]:
    """A tenth of each label, at least one."""
    found = defaultdict(list)
    for index, label in enumerate(labels):
        found[label].append(index)
    drawn = random.Random(seed)
    return {i for label in sorted(found) for i in drawn.sample(found[label], max(1, len(found[label]) // 10))}


# --- TF-IDF and logistic regression ------------------------------------------------------------------

def segmented(texts: list[str]) -> Callable[[str], str]:
    """Cuts into words, with spaces between, if the texts are Chinese."""
    sample = "".join(texts[:1000])
    if sum("\u4e00" <= c <= "\u9fff" for c in sample) < 0.2 * len(sample):
        return lambda text: text
    import jieba
    jieba.setLogLevel("ERROR")
    return lambda text: " ".join(jieba.cut(text))


def logistic_regression(vectorizer, labels: list[str], texts: list[str]) -> tuple[Predictor, dict]:
    from joblib import parallel_config
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, log_loss
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    vectors, names = vectorizer.fit_transform(texts), sorted(set(labels))

    def crossed(C: float) -> tuple[float, float]:  # log loss decides between equal accuracies
        folds = StratifiedKFold(3, shuffle=True, random_state=1)
        found = cross_val_predict(LogisticRegression(C=C, max_iter=1000), vectors, labels, cv=folds,
                                  method="predict_proba", n_jobs=THREADS)
        return accuracy_score(labels, [names[i] for i in found.argmax(1)]), -log_loss(labels, found, labels=names)

    with parallel_config(backend="threading"):
        C = max((1, 5, 25, 125, 625), key=crossed)
    model = LogisticRegression(C=C, max_iter=1000).fit(vectors, labels)

    def predict(texts: list[str]) -> list[Prediction]:
        found = model.predict_proba(vectorizer.transform(texts))
        return [(str(model.classes_[row.argmax()]), float(row.max())) for row in found]
    return predict, {"C": C, "features": vectors.shape[1]}


def tfidf_words(labels: list[str], texts: list[str], seed: int) -> tuple[Predictor, dict]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    cut = segmented(texts)
    return logistic_regression(
        TfidfVectorizer(preprocessor=lambda text: cut(text.lower()), token_pattern=r"\w+", ngram_range=(1, 2),
                        sublinear_tf=True), labels, texts)


def tfidf_characters(labels: list[str], texts: list[str], seed: int) -> tuple[Predictor, dict]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    return logistic_regression(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), sublinear_tf=True), labels, texts)


# --- fastText ----------------------------------------------------------------------------------------

def fasttext(labels: list[str], texts: list[str], seed: int, tuned: bool = False) -> tuple[Predictor, dict]:
    import fasttext as library
    library.FastText.eprint = lambda *_: None
    cut, names = segmented(texts), sorted(set(labels))

    def line(text: str) -> str:  # as its documentation prepares texts: lower case, punctuation apart
        return " ".join(re.sub(r"([^\w\s])", r" \1 ", cut(text.lower())).split())

    with tempfile.TemporaryDirectory() as folder:
        def write(name: str, wanted: Callable[[int], bool]) -> str:
            path = Path(folder) / name
            path.write_text("".join(f"__label__{names.index(label)} {line(text)}\n"
                                    for i, (label, text) in enumerate(zip(labels, texts)) if wanted(i)), "utf-8")
            return str(path)

        def trained(path: str, settings: dict):
            return library.train_supervised(path, thread=THREADS, seed=seed, verbose=0, **settings)

        chosen = {}
        if tuned:
            validation = held_out(labels, seed)
            paths = (write("train", lambda i: i not in validation), write("validation", lambda i: i in validation))

            def validated(settings: dict) -> float:
                try:
                    return trained(paths[0], settings).test(paths[1])[1]  # precision at 1 is accuracy
                except RuntimeError:  # diverged
                    return -1

            # Its own autotuning (0.9.2) ends in "Encountered NaN" on sms_spam.
            common = {"bucket": 500_000, "epoch": 10, "lr": 0.5}
            characters = {"minn": 1, "maxn": 5}
            chosen = max(({**common, **grams} for grams in (
                {}, {"wordNgrams": 2}, characters, {**characters, "wordNgrams": 2})), key=validated)
            chosen = max(({**chosen, "epoch": epoch, "lr": lr} for epoch, lr in (
                (10, 0.5), (5, 0.5), (25, 0.1), (25, 0.5), (25, 1.0), (50, 0.5))), key=validated)
        model = trained(write("all", lambda i: True), chosen)

    def predict(texts: list[str]) -> list[Prediction]:
        found, probabilities = model.predict([line(text) for text in texts])
        return [(names[int(label[0].removeprefix("__label__"))], min(1.0, float(p[0])))
                for label, p in zip(found, probabilities)]
    return predict, chosen


def fasttext_tuned(labels: list[str], texts: list[str], seed: int) -> tuple[Predictor, dict]:
    return fasttext(labels, texts, seed, tuned=True)


# --- A bidirectional LSTM over characters, in PyTorch ------------------------------------------------

def pytorch_bilstm(labels: list[str], texts: list[str], seed: int) -> tuple[Predictor, dict]:
    import torch
    from torch import nn
    from torch.nn import functional as F
    torch.manual_seed(seed)
    torch.set_num_threads(THREADS)
    drawn, names, longest, batch_size = random.Random(seed), sorted(set(labels)), 600, 32
    counts = Counter(c for text in texts for c in text)
    symbols = {c: i + 2 for i, c in enumerate(sorted(c for c in counts if counts[c] > 1))}  # 0 pads, 1 is unknown

    class BiLSTM(nn.Module):
        def __init__(self, embedding: int = 64, hidden: int = 128):
            super().__init__()
            self.embedding = nn.Embedding(len(symbols) + 2, embedding, padding_idx=0)
            self.lstms = nn.ModuleList(nn.LSTM(embedding, hidden, batch_first=True) for _ in range(2))
            self.head = nn.Linear(4 * hidden, len(names))

        def forward(self, codes, backward, lengths):  # [texts, characters] twice, [texts]
            pooled, padding = [], (codes == 0).unsqueeze(2)
            for read, lstm in zip((codes, backward), self.lstms):
                states, _ = lstm(F.dropout(self.embedding(read), 0.2, self.training))
                pooled += [states.masked_fill(padding, -1e9).amax(1),
                           states.masked_fill(padding, 0).sum(1) / lengths.unsqueeze(1)]
            return self.head(F.dropout(torch.cat(pooled, 1), 0.5, self.training))

    def encoded(text: str):
        return torch.tensor([symbols.get(c, 1) for c in text[:longest]] or [1])

    def batch(codes: list) -> tuple:
        # Texts are padded at their ends and read backward from their own, which on a CPU is three times as
        # fast as packed sequences. What is pooled knows no order.
        padded = [nn.utils.rnn.pad_sequence(part, batch_first=True) for part in (codes, [c.flip(0) for c in codes])]
        return *padded, torch.tensor([len(c) for c in codes])

    def probabilities(codes: list):
        order = sorted(range(len(codes)), key=lambda i: len(codes[i]))
        found = torch.empty(len(codes), len(names))
        model.eval()
        with torch.no_grad():
            for at in range(0, len(order), 128):
                part = order[at:at + 128]
                found[part] = model(*batch([codes[i] for i in part])).softmax(1)
        return found

    codes = [encoded(text) for text in texts]
    truth = torch.tensor([names.index(label) for label in labels])
    validation = sorted(held_out(labels, seed))
    training = sorted(set(range(len(texts))) - set(validation))
    model = BiLSTM()
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    best, kept, waited, epochs = -1.0, {}, 0, 0
    while epochs < 40 and waited < 4:
        epochs += 1
        drawn.shuffle(training)
        batches = []  # of texts about as long as each other, of stretches of 50 batches
        for at in range(0, len(training), 50 * batch_size):
            stretch = sorted(training[at:at + 50 * batch_size], key=lambda i: len(codes[i]))
            batches += [stretch[b:b + batch_size] for b in range(0, len(stretch), batch_size)]
        drawn.shuffle(batches)
        model.train()
        for part in batches:
            loss = F.cross_entropy(model(*batch([codes[i] for i in part])), truth[part])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        hits = (probabilities([codes[i] for i in validation]).argmax(1) == truth[validation]).float().mean().item()
        if hits > best:
            best, waited = hits, 0
            kept = {name: value.clone() for name, value in model.state_dict().items()}
        else:
            waited += 1
            for group in optimizer.param_groups:
                group["lr"] *= 0.5
    model.load_state_dict(kept)

    def predict(texts: list[str]) -> list[Prediction]:
        found = probabilities([encoded(text) for text in texts]).max(1)
        return [(names[index], p) for p, index in zip(found.values.tolist(), found.indices.tolist())]
    return predict, {"epochs": epochs, "validation": round(best, 4)}


# --- charlstm ----------------------------------------------------------------------------------------

def charlstm(folder: Path, seed: int, preset: str, options: argparse.Namespace) -> dict:
    def run(*arguments: str) -> str:
        command = [str(options.charlstm), "classify", *arguments, "--threads", str(THREADS)]
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode:
            raise SystemExit(f"{shlex.join(command)} ended with {finished.returncode}: {finished.stderr[-500:]}")
        return finished.stdout

    settings = shlex.split(options.charlstm_options) if options.charlstm_options else ["--preset", preset]
    with tempfile.TemporaryDirectory() as output:
        began = time.monotonic()
        run("train", str(folder / "train.csv"), *settings, "--seed", str(seed), "--output", f"{output}/run", "--quiet")
        seconds, usage = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        result = json.loads(run("evaluate", f"{output}/run/best.safetensors", str(folder / "test.csv"), "--json"))
    return {"accuracy": result["accuracy"], "macro_f1": result["macro_f1"], "ece": result["expected_calibration_error"],
            "seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "chosen": {"options": shlex.join(settings)}}


# --- Measuring -----------------------------------------------------------------------------------------

OTHERS = {"fasttext": fasttext, "fasttext-tuned": fasttext_tuned, "tfidf-words": tfidf_words,
          "tfidf-characters": tfidf_characters, "pytorch-bilstm": pytorch_bilstm}
PRESETS = {f"charlstm-{preset}": preset for preset in ("quick", "standard", "best")}
DETERMINISTIC = {"tfidf-words", "tfidf-characters"}
NAMES = {"fasttext": "fastText, its defaults", "fasttext-tuned": "fastText, tuned",
         "tfidf-words": "TF-IDF of words, logistic regression",
         "tfidf-characters": "TF-IDF of characters, logistic regression", "pytorch-bilstm": "PyTorch char-BiLSTM",
         **{f"charlstm-{preset}": f"charlstm `--preset {preset}`" for preset in PRESETS.values()}}


def scores(truth: list[str], predicted: list[Prediction]) -> dict:
    f1 = []
    pairs = Counter((t, p) for t, (p, _) in zip(truth, predicted))
    true, found = Counter(truth), Counter(p for p, _ in predicted)
    for label in true.keys() | found.keys():
        f1.append(2 * pairs[label, label] / (true[label] + found[label]))
    bins = [[0, 0.0] for _ in range(15)]  # hits, sum of probabilities
    for t, (p, probability) in zip(truth, predicted):
        at = bins[min(14, int(probability * 15))]
        at[0] += t == p
        at[1] += probability
    return {"accuracy": sum(pairs[label, label] for label in true) / len(truth), "macro_f1": sum(f1) / len(f1),
            "ece": sum(abs(hits - total) for hits, total in bins) / len(truth)}


def work(method: str, folder: Path, seed: int, options: argparse.Namespace) -> dict:
    if method in PRESETS:
        return charlstm(folder, seed, PRESETS[method], options)
    warnings.simplefilter("ignore")
    predict, chosen = OTHERS[method](*read(folder / "train.csv"), seed)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = {"seconds": time.monotonic() - STARTED,
             "cpu_seconds": time.process_time() + children.ru_utime + children.ru_stime, "chosen": chosen}
    labels, texts = read(folder / "test.csv")
    return {**scores(labels, predict(texts)), **spent}


def recorded(path: Path) -> dict[tuple[str, str, int], dict]:
    if not path.exists():
        return {}
    results = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {(result["set"], result["method"], result["seed"]): result for result in results}


def table(results: list[dict]) -> str:
    def spread(values: list[float], digits: int) -> str:
        text = f"{statistics.mean(values):.{digits}f}"
        return f"{text} ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else text

    grouped = defaultdict(list)
    for result in results:
        grouped[result["set"], result["method"]].append(result)
    lines = ["| set | | accuracy | macro F1 | calibration error | seconds | seeds |", "|---|---|---|---|---|---|---|"]
    for name in dict.fromkeys(result["set"] for result in results):
        for method in NAMES:
            if rows := grouped.get((name, method)):
                cells = [spread([row[key] for row in rows], digits) for key, digits in
                         (("accuracy", 4), ("macro_f1", 4), ("ece", 3), ("seconds", 0))]
                lines.append(f"| {name} | {NAMES[method]} | {' | '.join(cells)} | {len(rows)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares charlstm's presets with other classifiers.")
    parser.add_argument("sets", type=Path, help="what classification_sets.py wrote")
    parser.add_argument("--results", type=Path, default=Path("results.jsonl"), help="a line of JSON for each training")
    parser.add_argument("--only", nargs="*", metavar="SET", help="these sets alone")
    parser.add_argument("--methods", nargs="*", choices=NAMES, default=list(NAMES), metavar="METHOD", help=", ".join(NAMES))
    parser.add_argument("--seeds", type=int, default=5, help="seeds 1 to this; what draws nothing at random runs once")
    parser.add_argument("--charlstm", type=Path, default=BINARY)
    parser.add_argument("--charlstm-options", help="instead of --preset NAME, to try the script")
    parser.add_argument("--table", action="store_true", help="run nothing")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        method, name, seed = options.worker
        print(json.dumps(work(method, options.sets / name, int(seed), options)))
        return

    sets = [path.parent.name for path in options.sets.glob("*/train.csv")]
    sets = sorted(sets, key=lambda name: (options.sets / name / "train.csv").stat().st_size)
    if unknown := set(options.only or []) - set(sets) or (not sets and {"NAME"}):
        sys.exit(f"{options.sets} has no {'/train.csv, '.join(sorted(unknown))}/train.csv: run classification_sets.py")
    failed = 0
    threads = {f"{library}_NUM_THREADS": str(THREADS) for library in ("OMP", "OPENBLAS", "MKL")}
    for seed in range(1, options.seeds + 1) if not options.table else ():
        for name in options.only or sets:
            for method in options.methods:
                if (name, method, seed) in recorded(options.results) or (method in DETERMINISTIC and seed > 1):
                    continue
                command = [sys.executable, __file__, *sys.argv[1:], "--worker", method, name, str(seed)]
                worker = subprocess.run(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **threads})
                if worker.returncode:
                    failed += 1
                    print(f"{name}, {method}, seed {seed}: failed", file=sys.stderr)
                    continue
                line = json.dumps({"set": name, "method": method, "seed": seed, "threads": THREADS,
                                   **json.loads(worker.stdout.splitlines()[-1])})
                with open(options.results, "a", encoding="utf-8") as file:
                    file.write(line + "\n")
                print(line, file=sys.stderr)
    print(table(list(recorded(options.results).values())))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
