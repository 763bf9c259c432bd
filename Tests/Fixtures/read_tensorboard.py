#!/usr/bin/env python3
"""Reads what `charlstm train --tensorboard` wrote with TensorBoard's own reader, and holds it against
the run's metrics.jsonl.

    python3 Tests/Fixtures/read_tensorboard.py DIR RUN

DIR is the folder given to --tensorboard, RUN the run folder. Every number of metrics.jsonl must be
there as a scalar, in single precision, and no other; texts, and histograms of all tensors, must be
readable. Prints what was read; exits 1 where something differs. Needs tensorboard.
"""

import json
import math
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TAGS = {"train_loss": "loss/train", "learning_rate": "learning_rate",
        "gradient_norm": "gradient_norm", "characters_per_second": "speed/characters_per_second",
        "texts_per_second": "speed/texts_per_second", "validation_loss": "loss/validation",
        "accuracy": "accuracy", "macro_f1": "macro_f1"}


def single(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


def main(folder: str, run: str) -> int:
    events = EventAccumulator(folder, size_guidance={
        "scalars": 0, "histograms": 0, "tensors": 0, "compressedHistograms": 1})
    events.Reload()
    tags = events.Tags()
    expected: dict[str, list[tuple[int, float]]] = {}
    for line in open(f"{run}/metrics.jsonl", encoding="utf-8"):
        record = json.loads(line)
        for name, tag in TAGS.items():
            if record.get(name) is not None:
                expected.setdefault(tag, []).append((record["step"], record[name]))
    faults = []
    if set(tags["scalars"]) != set(expected):
        faults.append(f"scalars are {sorted(tags['scalars'])}, not {sorted(expected)}")
    for tag, values in expected.items():
        read = [(event.step, event.value) for event in events.Scalars(tag)]
        # Metrics have speeds in whole characters.
        tolerance = 0.51 if tag.startswith("speed/") else 0
        same = [step for step, _ in read] == [step for step, _ in values] and all(
            math.isclose(a, single(b), rel_tol=1e-6, abs_tol=tolerance)
            for (_, a), (_, b) in zip(read, values))
        if not same:
            faults.append(f"{tag}: read {read}, metrics have {values}")
        print(f"{tag}: {len(read)} values, the last {read[-1][1]:.6g} at step {read[-1][0]}")
    for tag in tags["histograms"]:
        for event in events.Histograms(tag):
            value = event.histogram_value
            if sum(value.bucket) != value.num or not value.min <= value.max:
                faults.append(f"{tag}: {sum(value.bucket)} in buckets of {value.num}")
    for kind in ("weights", "gradients"):
        names = [tag for tag in tags["histograms"] if tag.startswith(kind + "/")]
        if not names:
            faults.append(f"no histograms of {kind}")
            continue
        last = [events.Histograms(tag)[-1] for tag in names]
        print(f"{kind}: {len(names)} tensors, {len(events.Histograms(names[0]))} histograms of each, "
              f"{sum(event.histogram_value.num for event in last):,.0f} values at step {last[0].step}")
    for tag in tags["tensors"]:
        metadata = events.SummaryMetadata(tag)
        if metadata.plugin_data.plugin_name != "text":
            faults.append(f"{tag}: of the plugin {metadata.plugin_data.plugin_name}")
        for event in events.Tensors(tag):
            text = event.tensor_proto.string_val[0].decode("utf-8")
        print(f"{tag}: {len(events.Tensors(tag))} texts, the last at step {event.step}: {text[:60]!r}")
    for fault in faults:
        print("WRONG:", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
