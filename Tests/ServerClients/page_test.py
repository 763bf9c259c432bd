#!/usr/bin/env python3
"""The page in Chromium with a server: page_test.py PROGRAM MODEL [PICTURE.png].

Writes on from a text, looks at a character's alternatives and at the cells, bans, takes the best of several and
fills a gap, and checks that the texts are those of `sample`. Needs Debian's package chromium.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile

from running import Server, patience

program, model, *picture = sys.argv[1:]
prompt = "KING RICHARD II:\n"
script = r"""
(async () => {
  const get = id => document.getElementById(id);
  const until = async (holds) => {
    // Chromium's virtual time stands still while a request is answered, and only then.
    while (!holds()) await fetch("/healthz");
  };
  const type = (value) => {
    get("text").value = value;
    get("text").dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  const set = (name, value) => { document.querySelector(`[name=${name}]`).value = value; };
  const does = async (id) => {
    get("status").textContent = "";
    get(id).click();
    await until(() => /written|Error/.test(get("status").textContent));
    return [get("status").textContent, get("text").value];
  };
  set("seed", "11");
  set("temperature", "0.7");
  set("max_tokens", "100");
  const outcome = { };
  type("The ");
  set("ban", "the\nand");
  set("logit_bias", "king=3");
  set("best_of", "4");
  outcome.ruled = await does("write");
  for (const name of ["ban", "logit_bias", "best_of"]) set(name, "");
  type("The crown of the king");
  get("text").setSelectionRange(4, 9);
  set("gap", "30");
  outcome.filled = await does("fill");
  type("The ");
  set("acrostic", "AB");
  set("line_length", "20-30");
  outcome.formed = await does("write");
  for (const name of ["acrostic", "line_length"]) set(name, "");
  type("The ");
  set("beam", "4");
  set("max_tokens", "40");
  outcome.beamed = await does("write");
  set("beam", "");

  type(%s);
  set("max_tokens", "400");
  const [said, text] = await does("write");
  get("cells-section").open = true;
  get("show-cells").click();
  await until(() => get("cells").rows.length === 9);
  get("status").textContent = said;
  get("rules").open = true;
  const spans = [...get("passage").querySelectorAll("span")];
  spans[spans.length - 60].focus();
  document.title = btoa(unescape(encodeURIComponent(JSON.stringify({
    ...outcome, text, status: said, characters: spans.length,
    alternatives: get("alternatives").children.length, policy: window.violations }))));
})();
"""

sources = os.path.join(os.path.dirname(__file__), "../../Sources/Serving/Page/")


def read(name):
    with open(sources + name) as file:
        return file.read()


with Server(program, model, "--allow-origin", "null") as server, \
        tempfile.TemporaryDirectory() as folder:
    # The page as it is, but that it is opened from the disk and its requests go to the server.
    page = read("desk.html")
    page = page.replace('<link rel="stylesheet" href="/page.css">', f"<style>{read('desk.css')}</style>")
    page = page.replace('<script src="/page.js" defer></script>', "")
    page = page.replace("</body>", f"""<script>
      window.violations = 0;
      const original = window.fetch;
      window.fetch = (path, options) => original("{server.address}" + path, options);
      </script><script>{read('desk.js')}</script><script>{script % json.dumps(prompt)}</script></body>""")
    path = os.path.join(folder, "page.html")
    with open(path, "w") as file:
        file.write(page)

    def chromium(*options):
        return subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--window-size=1240,1200", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
             "--virtual-time-budget=20000", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=patience)

    output = chromium("--dump-dom", "file://" + path).stdout
    title = re.search(r"<title>([A-Za-z0-9+/=]+)</title>", output)
    assert title, "the page did not come to its end: " + output[-3000:]
    outcome = json.loads(base64.b64decode(title[1]).decode())
    written = server.sample(11, 400, "--prompt", prompt.replace("\n", "\\n"), "--temperature", "0.7")
    assert outcome["text"] == prompt + written, outcome
    options = ("--prompt", "The ", "--temperature", "0.7")
    assert outcome["ruled"][1] == "The " + server.sample(
        11, 100, *options, "--ban", "the", "--ban", "and", "--bias", "king=3", "--best-of", "4"), outcome
    assert " avoided" in outcome["ruled"][0] and "nats a character" in outcome["ruled"][0], outcome
    between = server.sample(11, 30, *options, "--infill", " of the king")
    assert outcome["filled"][1] == f"The {between} of the king", outcome
    assert "effective sample size" in outcome["filled"][0], outcome
    assert outcome["formed"][1] == "The " + server.sample(
        11, 100, *options, "--acrostic", "AB", "--line-length", "20-30"), outcome
    assert outcome["beamed"][1] == "The " + server.sample(11, 40, *options, "--beam", "4"), outcome
    assert outcome["status"] == "400 characters written, seed 11.", outcome
    assert outcome["characters"] == 400 and outcome["alternatives"] >= 10, outcome

    # As it is served, with its Content-Security-Policy: nothing is refused, and the model is named.
    served = chromium("--dump-dom", "--enable-logging=stderr", server.address + "/")
    name = os.path.basename(model).removesuffix(".safetensors")
    assert f'<span id="model">{name}</span>' in served.stdout, served.stdout[:2000]
    assert ":CONSOLE:" not in served.stderr, served.stderr
    if picture:
        chromium(f"--screenshot={picture[0]}", "file://" + path)
    print(f"the page: 400 characters, {outcome['alternatives']} alternatives, 8 cells")
