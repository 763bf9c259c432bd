#!/usr/bin/env python3
"""Writes the golden files that the network's tests are held against.

Each file is one small model with a batch, and what PyTorch makes of it: logits, loss, carried
state and every gradient. The arithmetic is done in float64 on parameters that float32 holds
exactly and rounded once at the end, so the stored truth is good to half a unit in the last place.

Shapes: T time steps, B lanes, V vocabulary, E embedding, H hidden, L layers, D directions.

    embedding.weight        [V, E]
    <cell>.weight_ih_l0 …   PyTorch's names and shapes; `_reverse` for the backward direction
    head.weight, head.bias  [V, D*H], [V]
    gradient.<parameter>    the loss's gradient, in the parameter's shape
    input, target           [T, B] int32
    h0, c0, hn, cn          [L*D, B, H]; c0 and cn for the lstm only
    gradient.h0, .c0        in two of the files
    logits                  [T, B, V]
    loss                    [1], the mean cross-entropy over all T*B targets, in nats

Needs torch, numpy and safetensors. Run from anywhere: python3 Tests/Fixtures/make_fixtures.py
"""

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from safetensors.numpy import load

V, E, T, B = 11, 6, 9, 5
SCALE = 0.3  # of the weights: large enough that the gates leave their linear range
CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
TYPES = {numpy.dtype("<f4"): "F32", numpy.dtype("<i4"): "I32"}


@dataclass
class Case:
    cell: str
    layers: int
    hidden: int = 20
    bidirectional: bool = False
    state_gradients: bool = False

    @property
    def name(self) -> str:
        directions = "-bidirectional" if self.bidirectional else ""
        hidden = "" if self.hidden == 20 else f"-hidden{self.hidden}"
        return f"{self.cell}-{self.layers}layer{directions}{hidden}"

    @property
    def metadata(self) -> dict[str, str]:
        return {
            "cell": self.cell,
            "layers": str(self.layers),
            "hidden_size": str(self.hidden),
            "embedding_size": str(E),
            "vocabulary_size": str(V),
            "bidirectional": str(self.bidirectional).lower(),
        }


CASES = [Case(cell, layers, state_gradients=layers == 2 and cell != "rnn")
         for cell in CELLS for layers in (1, 2, 3)]
CASES += [
    Case("lstm", 2, bidirectional=True),
    Case("gru", 1, bidirectional=True),
    Case("lstm", 1, hidden=32),
    Case("lstm", 2, hidden=7),
]


def random(generator: torch.Generator, *shape: int, scale: float) -> torch.Tensor:
    """Normal values that float32 holds exactly, in float64."""
    return (torch.randn(*shape, generator=generator) * scale).double()


def tensors(case: Case, seed: int) -> dict[str, numpy.ndarray]:
    generator = torch.Generator().manual_seed(seed)
    directions = 2 if case.bidirectional else 1
    model = torch.nn.ModuleDict({
        "embedding": torch.nn.Embedding(V, E),
        case.cell: CELLS[case.cell](E, case.hidden, case.layers, bidirectional=case.bidirectional),
        "head": torch.nn.Linear(case.hidden * directions, V),
    }).double()
    with torch.no_grad():
        for _, parameter in sorted(model.named_parameters()):
            parameter.copy_(random(generator, *parameter.shape, scale=SCALE))

    inputs = torch.randint(V, (T, B), generator=generator)
    targets = torch.randint(V, (T, B), generator=generator)
    state = [random(generator, case.layers * directions, B, case.hidden, scale=0.5)
             .requires_grad_(case.state_gradients)
             for _ in range(2 if case.cell == "lstm" else 1)]

    output, carried = model[case.cell](
        model["embedding"](inputs), tuple(state) if case.cell == "lstm" else state[0])
    carried = carried if case.cell == "lstm" else (carried,)
    logits = model["head"](output)
    loss = torch.nn.functional.cross_entropy(logits.view(T * B, V), targets.view(T * B))
    loss.backward()

    found = {"input": inputs.int(), "target": targets.int(), "logits": logits,
             "loss": loss.view(1)}
    for name, parameter in model.named_parameters():
        found[name] = parameter
        found[f"gradient.{name}"] = parameter.grad
    for letter, before, after in zip("hc", state, carried):
        found[f"{letter}0"] = before
        found[f"{letter}n"] = after
        if case.state_gradients:
            found[f"gradient.{letter}0"] = before.grad
    return {name: numpy.ascontiguousarray(
                tensor.detach().numpy(), "<i4" if tensor.dtype == torch.int32 else "<f4")
            for name, tensor in found.items()}


def serialize(arrays: dict[str, numpy.ndarray], metadata: dict[str, str]) -> bytes:
    """A safetensors file whose bytes depend on its content only: the package's own writer leaves
    the order of the metadata to a randomly seeded hash table."""
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    data = b""
    for name, array in sorted(arrays.items()):
        header[name] = {"dtype": TYPES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def main() -> None:
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    folder = Path(__file__).resolve().parent
    for seed, case in enumerate(CASES, start=1):
        arrays = tensors(case, seed)
        content = serialize(arrays, case.metadata)
        reread = load(content)
        assert reread.keys() == arrays.keys()
        assert all(numpy.array_equal(reread[name], arrays[name]) for name in arrays)
        path = folder / f"{case.name}.safetensors"
        path.write_bytes(content)
        print(f"{path.name}: {len(content)} bytes, loss {arrays['loss'][0]:.6f} nats")


if __name__ == "__main__":
    main()
