#!/usr/bin/env python3
"""Writes the golden files that the classifier is held against: texts of different lengths, run as
PyTorch's packed sequences, pooled, classified, with loss and every gradient in float64.

Names and shapes as in make_fixtures.py, and beside them

    classifier.weight, .bias  [C, F], [C]
    attention.weight          [D*H], of attention pooling
    normalization.running_mean, .running_var  [F]: features are normalised by these
    input, target             [T, B] int32; texts longest first, 0 and -1 past their ends
    length, label             [B] int32
    class_weight              [C]
    logits                    [B, C]
    loss                      [1]: cross-entropy with class weights and label smoothing 0.1, the
                              weighted mean over texts, plus 0.5 times the mean next-character
                              cross-entropy where there is a language model's head

Needs torch, numpy and safetensors. Run: python3 Tests/Fixtures/make_classifier_fixtures.py
"""

from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from make_fixtures import CELLS, E, SCALE, V, random, serialize

T, B, H, C = 9, 20, 12, 4


@dataclass
class Case:
    cell: str
    layers: int
    pooling: str
    bidirectional: bool = False
    language_model: bool = False

    @property
    def name(self) -> str:
        directions = "-bidirectional" if self.bidirectional else ""
        language_model = "-language-model" if self.language_model else ""
        return f"classifier-{self.cell}-{self.layers}layer{directions}-{self.pooling}{language_model}"

    @property
    def metadata(self) -> dict[str, str]:
        return {"cell": self.cell, "layers": str(self.layers), "pooling": self.pooling,
                "bidirectional": str(self.bidirectional).lower(),
                "language_model": str(self.language_model).lower(),
                "hidden_size": str(H), "embedding_size": str(E), "vocabulary_size": str(V),
                "classes": str(C)}


CASES = [
    Case("lstm", 1, "last"),
    Case("lstm", 2, "last", bidirectional=True),
    Case("lstm", 2, "attention", bidirectional=True),
    Case("lstm", 2, "concat", language_model=True),
    Case("gru", 2, "mean", bidirectional=True),
    Case("gru", 1, "attention", language_model=True),
    Case("rnn", 2, "max", bidirectional=True),
    Case("rnn", 1, "concat", bidirectional=True),
]


def tensors(case: Case, seed: int) -> dict[str, numpy.ndarray]:
    generator = torch.Generator().manual_seed(seed)
    size = H * (2 if case.bidirectional else 1)
    parts = 3 if case.pooling == "concat" else 1
    modules = {
        "embedding": torch.nn.Embedding(V, E),
        case.cell: CELLS[case.cell](E, H, case.layers, bidirectional=case.bidirectional),
        "classifier": torch.nn.Linear(parts * size, C),
    }
    if case.language_model:
        modules["head"] = torch.nn.Linear(size, V)
    model = torch.nn.ModuleDict(modules).double()
    with torch.no_grad():
        for _, parameter in sorted(model.named_parameters()):
            parameter.copy_(random(generator, *parameter.shape, scale=SCALE))
    query = random(generator, size, scale=SCALE).requires_grad_()

    length = torch.randint(1, T + 1, (B,), generator=generator).sort(descending=True).values
    length[0] = T
    label = torch.randint(C, (B,), generator=generator)
    class_weight = torch.rand(C, generator=generator).double() + 0.5
    past_end = torch.arange(T)[:, None] >= length[None]
    inputs = torch.randint(V, (T, B), generator=generator).masked_fill(past_end, 0)
    target = torch.full((T, B), -1)
    target[:-1] = inputs[1:]
    target[torch.arange(T)[:, None] >= length[None] - 1] = -1

    packed = pack_padded_sequence(model["embedding"](inputs), length)
    output, state = model[case.cell](packed)
    output, _ = pad_packed_sequence(output)
    hidden = state[0] if case.cell == "lstm" else state
    last = torch.cat(tuple(hidden[-2:]), 1) if case.bidirectional else hidden[-1]
    mean = output.sum(0) / length[:, None]
    largest = output.masked_fill(past_end[:, :, None], -torch.inf).amax(0)
    weights = (output @ query).masked_fill(past_end, -torch.inf).softmax(0)
    features = {"last": last, "mean": mean, "max": largest,
                "attention": (weights[:, :, None] * output).sum(0),
                "concat": torch.cat((last, mean, largest), 1)}[case.pooling]
    normalization = torch.nn.BatchNorm1d(parts * size, affine=False).double().eval()
    normalization.running_mean.copy_(random(generator, parts * size, scale=0.2))
    normalization.running_var.copy_(torch.rand(parts * size, generator=generator) + 0.5)
    logits = model["classifier"](normalization(features))
    loss = torch.nn.functional.cross_entropy(
        logits, label, weight=class_weight, label_smoothing=0.1)
    if case.language_model:
        loss = loss + 0.5 * torch.nn.functional.cross_entropy(
            model["head"](output).view(T * B, V), target.view(T * B), ignore_index=-1)
    loss.backward()

    found = {"input": inputs.int(), "target": target.int(), "length": length.int(),
             "label": label.int(), "class_weight": class_weight, "logits": logits,
             "loss": loss.view(1)}
    for name in ("running_mean", "running_var"):
        found[f"normalization.{name}"] = getattr(normalization, name)
    if case.pooling == "attention":
        found["attention.weight"] = query
        found["gradient.attention.weight"] = query.grad
    for name, parameter in model.named_parameters():
        found[name] = parameter
        found[f"gradient.{name}"] = parameter.grad
    return {name: numpy.ascontiguousarray(
                tensor.detach().numpy(), "<i4" if tensor.dtype == torch.int32 else "<f4")
            for name, tensor in found.items()}


def main() -> None:
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    for seed, case in enumerate(CASES, start=101):
        content = serialize(tensors(case, seed), case.metadata)
        path = Path(__file__).resolve().parent / f"{case.name}.safetensors"
        path.write_bytes(content)
        print(f"{path.name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
