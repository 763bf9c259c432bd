#!/usr/bin/env python3
"""Runs the PyTorch loader of the article on writing on models, and compares with charlstm.

    python3 Tests/Fixtures/check_loader.py [--charlstm .build/debug/charlstm] [MODEL.safetensors ...]

Without models: those shipped that write. Prints the largest absolute difference of a character's
surprisal from `charlstm evaluate --per-character`; exits 1 above the tolerance. Needs torch and
safetensors.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARTICLE = ROOT / "Sources/CharLSTM/CharLSTM.docc/Writing.md"
TEXT = "Duke:\nI know the bridge, my lord, and I know the river under it.\n" * 8


def difference(model_class: type, model: str, charlstm: str) -> float:
    """Of the surprisals, in nats."""
    loaded = model_class(model)
    symbols = loaded.encode(TEXT)
    with torch.no_grad():
        logits, _ = loaded(symbols[:-1])
    expected = torch.nn.functional.cross_entropy(logits, symbols[1:], reduction="none")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(TEXT)
        file.flush()
        printed = subprocess.run(
            [charlstm, "evaluate", model, file.name, "--per-character", "--precision", "float32"],
            check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    found = torch.tensor([float(line.split("\t")[1]) for line in printed.splitlines()[1:]])
    if found.shape != expected.shape:
        sys.exit(f"{model}: {len(found)} characters were scored, PyTorch has {len(expected)}")
    return (found - expected).abs().max().item()


def main() -> None:
    parser = argparse.ArgumentParser(description="Tries the article's PyTorch loader.")
    parser.add_argument("models", nargs="*", help="models that write (default: those shipped)")
    parser.add_argument("--charlstm", default=str(ROOT / ".build/debug/charlstm"))
    parser.add_argument("--tolerance", type=float, default=1e-4, help="nats (default: 1e-4)")
    arguments = parser.parse_args()

    code = re.search(r"```python\n(.*?)```", ARTICLE.read_text(encoding="utf-8"), re.S).group(1)
    names: dict = {}
    exec(code, names)
    shipped = [str(ROOT / "checkpoints" / f"{name}.safetensors")
               for name in ("default", "plays", "shakespeare")]
    failed = False
    for model in arguments.models or shipped:
        found = difference(names["Model"], model, arguments.charlstm)
        print(f"{pathlib.Path(model).name}: maximum absolute difference {found:.3g} nats")
        # Not `found > tolerance`: a NaN must fail too.
        failed |= not found <= arguments.tolerance
    sys.exit(failed)


if __name__ == "__main__":
    main()
