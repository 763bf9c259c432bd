#!/usr/bin/env python3
"""Holds a charlstm model against PyTorch: the same weights must give the same logits.

    python3 Tests/Fixtures/check_model.py MODEL.safetensors RUN.json [--tolerance 1e-4]

RUN.json is {"symbols": [T symbol ids], "logits": [T rows of V numbers]}: what charlstm computed
for the symbols from the zero state in float32. The model's recurrent tensors go into
torch.nn.LSTM, GRU or RNN by load_state_dict, nothing but the cell's prefix taken off their names.
Prints the largest absolute difference; exits 1 above the tolerance. Needs torch and safetensors.
"""

import argparse
import json
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


def main() -> None:
    parser = argparse.ArgumentParser(description="Holds a charlstm model against PyTorch.")
    parser.add_argument("model", help="a charlstm model, .safetensors")
    parser.add_argument("run", help='JSON: {"symbols": [...], "logits": [[...]]}')
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()

    configuration, tensors = load(arguments.model)
    with open(arguments.run, encoding="utf-8") as file:
        run = json.load(file)
    with torch.no_grad():
        expected = logits(configuration, tensors, run["symbols"])
    found = torch.tensor(run["logits"], dtype=torch.float64)
    if found.shape != expected.shape:
        sys.exit(f"logits are {list(found.shape)}, PyTorch's {list(expected.shape)}")
    difference = (found - expected).abs().max().item()
    print(f"maximum absolute logit difference {difference:.3g} over {list(expected.shape)}")
    # Not `difference > tolerance`: a NaN must fail too.
    sys.exit(0 if difference <= arguments.tolerance else 1)


if __name__ == "__main__":
    main()
