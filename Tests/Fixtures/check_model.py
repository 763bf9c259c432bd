#!/usr/bin/env python3
"""Holds a charlstm model against PyTorch: the same weights must predict a text alike.

    python3 Tests/Fixtures/check_model.py MODEL.safetensors TEXT [--charlstm .build/debug/charlstm]

The model's recurrent tensors go into torch.nn.LSTM, GRU or RNN by load_state_dict, nothing but the
cell's prefix taken off their names, and the text goes through them in double precision. The
surprisal of each character must be the one that `charlstm evaluate --per-character` prints. Prints
the largest absolute difference; exits 1 above the tolerance. Needs torch and safetensors.
"""

import argparse
import json
import subprocess
import sys

import torch
from safetensors import safe_open

CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}


def load(path: str) -> tuple[dict, dict[str, torch.Tensor]]:
    """The model's configuration and its tensors by name."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        if "configuration" not in metadata:
            sys.exit(f"{path}: no \"configuration\" in the metadata; not a charlstm model")
        return json.loads(metadata["configuration"]), {
            name: file.get_tensor(name).double() for name in file.keys()}


def logits(configuration: dict, tensors: dict[str, torch.Tensor],
           symbols: list[int]) -> torch.Tensor:
    """[T, V], from the zero state."""
    cell = configuration["cell"]
    body = CELLS[cell](configuration["embeddingSize"], configuration["hiddenSize"],
                       configuration["layers"],
                       bidirectional=configuration.get("bidirectional", False)).double()
    prefix = f"{cell}."
    body.load_state_dict({name.removeprefix(prefix): tensor for name, tensor in tensors.items()
                          if name.startswith(prefix)})
    vocabulary = configuration["vocabularySize"]
    for name in ("embedding.weight", "head.weight", "head.bias"):
        if tensors[name].shape[0] != vocabulary:
            sys.exit(f"{name} has {tensors[name].shape[0]} rows, the vocabulary {vocabulary}")
    embedded = tensors["embedding.weight"][torch.tensor(symbols)]
    output, _ = body(embedded.unsqueeze(1))
    return torch.nn.functional.linear(
        output.squeeze(1), tensors["head.weight"], tensors["head.bias"])


def encode(path: str, text: str) -> list[int]:
    """The text in the model's symbols; what is not among them is left out."""
    with safe_open(path, framework="pt") as file:
        vocabulary = json.loads(file.metadata()["vocabulary"])
    scalars = {scalar: index for index, scalar in enumerate(vocabulary.get("scalars", ""))}
    if vocabulary["kind"] == "bytes" or vocabulary["byteFallback"]:
        spelt = [[scalars[scalar]] if scalar in scalars
                 else [len(scalars) + byte for byte in scalar.encode()] for scalar in text]
        return [symbol for symbols in spelt for symbol in symbols]
    return [scalars[scalar] for scalar in text if scalar in scalars]


def main() -> None:
    parser = argparse.ArgumentParser(description="Holds a charlstm model against PyTorch.")
    parser.add_argument("model", help="a charlstm model, .safetensors")
    parser.add_argument("text", help="a text file")
    parser.add_argument("--charlstm", default=".build/debug/charlstm", help="the program")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="nats (default: 1e-4)")
    arguments = parser.parse_args()

    configuration, tensors = load(arguments.model)
    with open(arguments.text, encoding="utf-8", newline="") as file:
        symbols = encode(arguments.model, file.read())
    with torch.no_grad():
        expected = torch.nn.functional.cross_entropy(
            logits(configuration, tensors, symbols[:-1]), torch.tensor(symbols[1:]),
            reduction="none")
    printed = subprocess.run(
        [arguments.charlstm, "evaluate", arguments.model, arguments.text, "--per-character",
         "--precision", "float32"], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
    rows = [line.split("\t") for line in printed.splitlines()]
    found = torch.tensor([float(nats) for _, nats, _ in rows[1:]], dtype=torch.float64)
    if found.shape != expected.shape:
        sys.exit(f"{len(found)} characters were scored, PyTorch has {len(expected)}")
    difference = (found - expected).abs().max().item()
    print(f"maximum absolute difference {difference:.3g} nats over {len(expected)} characters, "
          f"mean {expected.mean():.4f} nats")
    # Not `difference > tolerance`: a NaN must fail too.
    sys.exit(0 if difference <= arguments.tolerance else 1)


if __name__ == "__main__":
    main()
