"""Quality of texts in a form: mean surprisal under the model, in nats a character, beside free text and beside
naive rejection at the same cost (as many characters computed: particles x length), for some forms.

    python3 Tests/Benchmarks/form.py [COMMAND=.build/release/charlstm] [MODEL=checkpoints/plays.safetensors] [TEXTS=20] [WORD]

With WORD only the forms that have it in their names.
"""

import json
import re
import statistics
import subprocess
import sys

COMMAND = sys.argv[1] if len(sys.argv) > 1 else ".build/release/charlstm"
MODEL = sys.argv[2] if len(sys.argv) > 2 else "checkpoints/plays.safetensors"
PROMPT = "The king: "
PARTICLES = 64
TEXTS = int(sys.argv[3]) if len(sys.argv) > 3 else 20
WORD = sys.argv[4] if len(sys.argv) > 4 else ""

# name, options, most characters, and the form as a condition on a prefix of a free text
FORMS = [
    ("a sentence of small letters", ["--match", r"[A-Z][a-z ,]{20,}\."], 80,
     lambda t: re.match(r"[A-Z][a-z ,]{20,}\.", t)),
    ("contains `night`", ["--contain", "night"], 120,
     lambda t: re.search(r"(?<!\w)night(?!\w)", t)),
    ("contains `sword` and `blood`", ["--contain", "sword", "--contain", "blood"], 160,
     lambda t: re.search(r"(?<!\w)sword(?!\w)", t) and re.search(r"(?<!\w)blood(?!\w)", t)),
    ("4 lines of 20 to 40", ["--lines", "4", "--line-length", "20-40"], 170,
     lambda t: re.match(r"(.{20,40}\n){3}.{20,40}\n", t)),
    ("acrostic `ROSE`", ["--acrostic", "ROSE", "--line-length", "20-50"], 210,
     lambda t: re.match(r"[Rr].{19,49}\n[Oo].{19,49}\n[Ss].{19,49}\n[Ee].{19,49}\n", t)),
    ("rhyme AABB", ["--rhyme", "AABB", "--line-length", "20-50"], 210, None),
    ("syllables 5-7-5", ["--syllables", "5-7-5"], 100, None),
    ("leads into `the crown.`", ["--infill", " upon the crown."], 60, None),
]


def sample(options, length, count, seed=1):
    """The texts written; none where the particles found none."""
    run = [COMMAND, "sample", MODEL, "--prompt", PROMPT, "--omit-prompt", "--json-lines", "--seed", str(seed),
           "--length", str(length), "--count", str(count)] + options
    outcome = subprocess.run(run, capture_output=True, text=True)
    if outcome.returncode != 0 and "particles found a text" not in outcome.stderr:
        raise SystemExit(outcome.stderr)
    return [json.loads(line) for line in outcome.stdout.splitlines()]


def main():
    free = {}
    print("| form | characters at most | texts | nats a character | free text | effective sample size "
          "| found by rejection |")
    print("|---|---|---|---|---|---|---|")
    for name, options, length, holds in FORMS:
        if WORD not in name:
            continue
        if length not in free:
            free[length] = sample([], length, PARTICLES * TEXTS)
        texts = [text for seed in range(1, TEXTS + 1)
                 for text in sample(options + ["--particles", str(PARTICLES)], length, 1, seed)]
        unbound = statistics.mean(t["nats_per_character"] for t in free[length])
        nats = f"{statistics.mean(t['nats_per_character'] for t in texts):.2f}" if texts else ""
        size = f"{statistics.median(t['effective_sample_size'] for t in texts):.1f}" if texts else ""
        found = "" if holds is None else f"{sum(bool(holds(t['text'])) for t in free[length])} of {len(free[length])}"
        print(f"| {name} | {length} | {len(texts)} of {TEXTS} | {nats} | {unbound:.2f} | {size} | {found} |", flush=True)


if __name__ == "__main__":
    main()
