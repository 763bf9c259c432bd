#!/usr/bin/env python3
"""How fast a page of `charlstm export web` writes in Chromium on one core, and how many of its texts are those of
`charlstm sample --precision int8` with the same seed, with bans and biases too: --ban "the " --ban "/[A-Z]{2}/"
--bias king=2.

    python3 Tests/Benchmarks/web_page.py .build/release/charlstm checkpoints/shakespeare.safetensors
"""

import argparse
import base64
import json
import os
import re
import statistics
import subprocess
import tempfile
import threading
from pathlib import Path

DRIVER = """
<script>
(async () => {
  await desk.ready;
  const set = (id, value) => { document.getElementById(id).value = value; };
  set("temperature", "%(temperature)s");
  set("ban", %(bans)s);
  set("bias", %(biases)s);
  const write = async (seed, length) => {
    set("seed", seed);
    set("length", length);
    const start = performance.now();
    await desk.write(new Value());
    return { seconds: (performance.now() - start) / 1000, text: desk.text.text };
  };
  await write(1, 1000);
  const rates = [], texts = [];
  console.log("mark");
  for (let run = 0; run < %(runs)d; run++) rates.push(5000 / (await write(1, 5000)).seconds);
  console.log("mark");
  for (let seed = 1; seed <= %(texts)d; seed++) texts.push((await write(seed, 1000)).text);
  const plain = new Engine(
    { network: page.data.network, vocabulary: page.data.vocabulary }, base85Bytes("weights"), null);
  const { bans, biases } = desk.controls.rules.read();
  const request = {
    bans, biases, symbols: [], random: Xoshiro256.of(1n, [0n]).state, options: { temperature: 1, topP: null, minP: null },
    length: 500,
  };
  const start = performance.now();
  await plain.write(request, () => {});
  const slow = 500 / ((performance.now() - start) / 1000);
  const bytes = new TextEncoder().encode(JSON.stringify({ opened: desk.opened, rates, texts, slow }));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  console.log(`outcome:${btoa(binary)}:end`);
})();
</script>
</body>
"""


def processor_seconds(session):
    """What all processes of a session have used so far."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def in_chromium(html, core):
    """What the page's driver logs, and the processor time of all of the browser's processes between its marks."""
    # Processes of the browser may still write while it ends.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "page.html"
        page.write_text(html)
        browser = subprocess.Popen(
            ["taskset", "-c", str(core), "chromium", "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--enable-logging=stderr", f"--user-data-dir={folder}/profile", page.as_uri()],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        marks = []
        end = threading.Timer(600, browser.terminate)
        end.start()
        try:
            for line in browser.stderr:
                found = re.search("outcome:(.*):end", line)
                if found:
                    return json.loads(base64.b64decode(found.group(1))), marks[1] - marks[0]
                if '"mark"' in line:
                    marks.append(processor_seconds(browser.pid))
                elif "CONSOLE" in line:
                    print(line, end="")
        finally:
            end.cancel()
            browser.terminate()
            browser.wait()
    raise SystemExit("the page did not end")


def first_difference(a, b):
    return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("charlstm")
    parser.add_argument("model")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--temperature", default="0.8")
    parser.add_argument("--ban", action="append", default=[])
    parser.add_argument("--bias", action="append", default=[])
    parser.add_argument("--core", type=int, default=0)
    options = parser.parse_args()
    rules = [f"--{name}={value}" for name in ("ban", "bias") for value in getattr(options, name)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "story.html"
        subprocess.run([options.charlstm, "export", "web", options.model, path], check=True, capture_output=True)
        html = path.read_text()
    print(f"{len(html.encode()):,} bytes")
    fields = {"bans": json.dumps("\n".join(options.ban)), "biases": json.dumps("\n".join(options.bias))}
    outcome, seconds = in_chromium(html.replace("</body>", DRIVER % {**vars(options), **fields}), options.core)
    rates = outcome["rates"]
    print(f"in a {outcome['opened']['place']}, {outcome['opened']['arithmetic']}: median "
          f"{statistics.median(rates):,.0f} characters/s ({min(rates):,.0f} to {max(rates):,.0f} in {len(rates)} runs)")
    print(f"  {5000 * len(rates) / seconds:,.0f} for each second of processor time of all of Chromium's processes")
    print(f"without WebAssembly: {outcome['slow']:,.0f} characters/s")
    places = []
    for seed, text in enumerate(outcome["texts"], 1):
        sample = subprocess.run(
            [options.charlstm, "sample", options.model, "--precision", "int8", "--temperature", options.temperature,
             "--seed", str(seed), "--length", "1000", *rules], check=True, capture_output=True, text=True).stdout
        if sample != text + "\n":
            places.append(first_difference(sample, text))
    if outcome["texts"]:
        print(f"{len(outcome['texts']) - len(places)} of {len(outcome['texts'])} texts of 1,000 characters are those of sample"
              + (f"; the others differ from character {sorted(places)} on" if places else ""))


if __name__ == "__main__":
    main()
