#!/usr/bin/env python3
"""What charlstm's LSTM leaves out, measured: each variant alone against the plain cell.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python Tests/Benchmarks/lstm_variants.py input.txt plain skip mogrifier

A text's first nine tenths train, its last tenth validates, in 16 pieces after 512 characters each. All else is alike:
locked dropout, AdamW with warm-up and cosine, averaged weights, as the preset `quick` has them.
"""
import argparse
import math
import time

import torch
from torch import nn
from torch.nn import functional as F

VARIANTS = {
    "plain": "an LSTM as PyTorch and charlstm have it",
    "skip": "the head reads the sum of all layers' outputs (Graves 2013; Melis et al. 2018)",
    "layernorm": "normalised gate inputs and cell (Ba et al. 2016)",
    "capped": "the input gate at most 1 - forget gate (Melis et al. 2018)",
    "mogrifier": "input and state gate each other, 4 rounds of rank 24 (Melis et al. 2020)",
    "zoneout": "a tenth of the cells, a twentieth of the outputs keep their value (Krueger et al. 2017)",
    "jitter": "chunks of length N(64, 5), now and then of half, the rate in proportion (Merity et al. 2018)",
}


class Layer(nn.Module):
    """One LSTM layer, a step at a time, as the variants need it."""

    def __init__(self, variant, inputs, hidden):
        super().__init__()
        self.variant, self.hidden = variant, hidden
        bound = hidden**-0.5
        self.input = nn.Linear(inputs, 4 * hidden)
        self.recurrent = nn.Linear(hidden, 4 * hidden, bias=False)
        for weight in (self.input.weight, self.recurrent.weight):
            nn.init.uniform_(weight, -bound, bound)
        nn.init.zeros_(self.input.bias)
        nn.init.ones_(self.input.bias.data[hidden : 2 * hidden])
        if variant == "layernorm":
            self.norms = nn.ModuleList([nn.LayerNorm(4 * hidden), nn.LayerNorm(4 * hidden), nn.LayerNorm(hidden)])
        if variant == "mogrifier":
            sizes = [(hidden, inputs), (inputs, hidden)] * 2
            self.rounds = nn.ModuleList(
                [nn.Sequential(nn.Linear(a, 24, bias=False), nn.Linear(24, b)) for a, b in sizes])

    def forward(self, inputs, state):
        """`[T, B, I]` and a state of two `[B, H]` to `[T, B, H]` and the state after it."""
        h, c = state
        outputs = []
        if self.variant != "mogrifier":
            products = self.input(inputs)
            if self.variant == "layernorm":
                products = self.norms[0](products)
        for step in range(len(inputs)):
            if self.variant == "mogrifier":
                x, g = inputs[step], h
                for number, gate in enumerate(self.rounds):
                    if number % 2 == 0:
                        x = 2 * torch.sigmoid(gate(g)) * x
                    else:
                        g = 2 * torch.sigmoid(gate(x)) * g
                gates = self.input(x) + self.recurrent(g)
            elif self.variant == "layernorm":
                gates = products[step] + self.norms[1](self.recurrent(h))
            else:
                gates = products[step] + self.recurrent(h)
            i, f, candidate, o = gates.chunk(4, dim=1)
            i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
            if self.variant == "capped":
                i = torch.minimum(i, 1 - f)
            cell = f * c + i * torch.tanh(candidate)
            output = o * torch.tanh(self.norms[2](cell) if self.variant == "layernorm" else cell)
            if self.variant == "zoneout":
                cell, output = self.zone(c, cell, 0.1), self.zone(h, output, 0.05)
            h, c = output, cell
            outputs.append(h)
        return torch.stack(outputs), (h, c)

    def zone(self, old, new, share):
        if not self.training:
            return share * old + (1 - share) * new
        return torch.where(torch.rand_like(new) < share, old, new)


class Model(nn.Module):
    def __init__(self, variant, symbols, hidden, embedding=128, dropout=(0.05, 0.15, 0.25)):
        super().__init__()
        self.skips, self.dropout = variant == "skip", dropout
        self.embedding = nn.Embedding(symbols, embedding)
        self.layers = nn.ModuleList([Layer(variant, embedding, hidden), Layer(variant, hidden, hidden)])
        self.head = nn.Linear(hidden, symbols)
        nn.init.uniform_(self.head.weight, -10 * hidden**-0.5, 10 * hidden**-0.5)
        nn.init.zeros_(self.head.bias)

    def start(self, lanes):
        return [tuple(torch.zeros(lanes, layer.hidden) for _ in range(2)) for layer in self.layers]

    def locked(self, values, share):
        """Dropout with one mask for all steps (Gal and Ghahramani 2016)."""
        if not self.training or share == 0:
            return values
        return values * torch.bernoulli(torch.full_like(values[:1], 1 - share)) / (1 - share)

    def forward(self, symbols, state):
        """Symbols `[T, B]` to logits `[T, B, V]` and the state after them."""
        x = self.locked(self.embedding(symbols), self.dropout[0])
        after, outputs = [], []
        for number, layer in enumerate(self.layers):
            y, last = layer(x, state[number])
            after.append(tuple(part.detach() for part in last))
            outputs.append(y)
            x = self.locked(y, self.dropout[1])
        y = sum(outputs) if self.skips else outputs[-1]
        return self.head(self.locked(y, self.dropout[2])), after


@torch.no_grad()
def validate(model, text, lanes=16, warm=512, steps=256):
    """Nats a character; each lane reads `warm` characters before its piece."""
    model.eval()
    piece = (len(text) - 1) // lanes
    starts = torch.arange(lanes) * piece
    state, total, count = model.start(lanes), 0.0, 0
    for first in range(-warm, piece, steps):
        places = starts + torch.arange(first, min(first + steps, piece))[:, None]
        logits, state = model(text[places.clamp(min=0)], state)
        counted = (places >= 0) & (places >= starts)
        losses = F.cross_entropy(logits.flatten(0, 1), text[places.clamp(min=0) + 1].flatten(), reduction="none")
        total += losses[counted.flatten()].sum().item()
        count += counted.sum().item()
    model.train()
    return total / count


def run(variant, path, hidden, passes, peak, seed, lanes=32, length=64, decay=0.995):
    torch.manual_seed(seed)
    with open(path, encoding="utf-8", newline="") as file:
        characters = file.read()
    symbols = {character: i for i, character in enumerate(sorted(set(characters)))}
    text = torch.tensor([symbols[character] for character in characters])
    split = len(text) * 9 // 10
    training, validation = text[:split], text[split:]

    model = Model(variant, len(symbols), hidden)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    matrices = [values for values in model.parameters() if values.dim() > 1]
    vectors = [values for values in model.parameters() if values.dim() == 1]
    optimizer = torch.optim.AdamW([
        {"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0}], peak)
    piece = (len(training) - 1) // lanes
    lane_starts = torch.arange(lanes) * piece
    step, began = 0, time.monotonic()
    for epoch in range(1, passes + 1):
        state, first, loss_sum, read = model.start(lanes), 0, 0.0, 0
        while first + length <= piece:
            size = length
            if variant == "jitter":
                base = length if torch.rand(()) < 0.95 else length // 2
                size = max(5, min(piece - first, int(torch.normal(float(base), 5.0, ()))))
            progress = min(1.0, ((epoch - 1) * piece + first) / (passes * piece))
            rate = peak * min(1, (step + 1) / 150) * 0.5 * (1 + math.cos(math.pi * progress))
            for group in optimizer.param_groups:
                group["lr"] = rate * size / length
            places = lane_starts + torch.arange(first, first + size)[:, None]
            logits, state = model(training[places], state)
            loss = F.cross_entropy(logits.flatten(0, 1), training[places + 1].flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            with torch.no_grad():
                for name, value in model.state_dict().items():
                    average[name].lerp_(value, max(1 - decay, 1 / (step + 1)))
            loss_sum, read = loss_sum + loss.item() * size, read + size
            first, step = first + size, step + 1
        trained = {name: value.clone() for name, value in model.state_dict().items()}
        model.load_state_dict(average)
        held_out = validate(model, validation)
        model.load_state_dict(trained)
        seconds = time.monotonic() - began
        print(f"{variant}: pass {epoch}, training {loss_sum / read:.4f}, validation {held_out:.4f}, "
              f"{epoch * piece * lanes / seconds:,.0f} characters/s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{name:10} {what}" for name, what in VARIANTS.items()))
    parser.add_argument("text")
    parser.add_argument("variants", nargs="+", choices=VARIANTS)
    parser.add_argument("--hidden-size", type=int, default=128, help="of each of the two layers")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=0.012)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for variant in arguments.variants:
        run(variant, arguments.text, arguments.hidden_size, arguments.passes, arguments.learning_rate,
            arguments.seed)
