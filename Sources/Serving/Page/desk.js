"use strict";
(() => {
  const get = id => document.getElementById(id);
  const text = get("text");
  const settings = get("settings");
  const characters = string => Array.from(string);
  const shown = 600; // characters of the passage that are shown at a time

  // MARK: the text, what is known of its characters, and undo

  // By character: null, or [[character, probability], …] of what could have stood there.
  let marks = [];
  // What ends the request that is being answered.
  let running = null;
  let written = "";
  const undone = [];
  const done = [];

  const setText = (value, newMarks) => {
    written = value;
    marks = newMarks;
    text.value = value;
    if (!running) save();
    showPassage();
    get("undo").disabled = done.length === 0;
    get("redo").disabled = undone.length === 0;
  };

  const remember = () => {
    done.push([written, marks]);
    if (done.length > 200) done.shift();
    undone.length = 0;
  };

  const step = (from, to, name) => {
    if (running || from.length === 0) return;
    to.push([written, marks]);
    setText(...from.pop());
    say(name);
  };

  // What is known of a character holds as long as nothing before it changes.
  let typing = 0;
  text.addEventListener("input", () => {
    const now = Date.now();
    if (now - typing > 1000) remember();
    typing = now;
    const before = characters(written);
    const after = characters(text.value);
    let same = 0;
    while (same < after.length && before[same] === after[same]) same += 1;
    setText(text.value, after.map((_, index) => index < same ? marks[index] ?? null : null));
  });

  const say = message => { get("status").textContent = message; };

  // MARK: requests

  const setRunning = controller => {
    running = controller;
    for (const id of ["write", "fill", "next", "look", "undo", "redo"]) get(id).disabled = running !== null;
    get("stop").disabled = running === null;
    text.readOnly = running !== null;
    if (!running) {
      get("undo").disabled = done.length === 0;
      get("redo").disabled = undone.length === 0;
    }
  };

  const failure = async response => {
    try {
      return (await response.json()).error.message;
    } catch {
      return "the server answers " + response.status;
    }
  };

  const post = async (path, body, signal) => {
    const response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, signal,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await failure(response));
    return response;
  };

  const unescaped = string => string.replaceAll("\\n", "\n");

  // What a field's text means, by its data-kind; undefined for nothing.
  const readers = {
    number: ({ value }) => Number(value),
    text: ({ value }) => unescaped(value),
    raw: ({ value }) => value,
    flag: ({ checked }) => checked || undefined,
    // A pattern's backslashes are its own.
    lines: ({ value }) => lines(value).map(line => /^\/.+\/$/s.test(line) ? line : unescaped(line)),
    nats: ({ value }) => Object.fromEntries(lines(value).map(line => {
      const sign = line.lastIndexOf("=");
      const nats = Number(line.slice(sign + 1));
      if (sign < 1 || line.slice(sign + 1).trim() === "" || !Number.isFinite(nats)) {
        throw new Error(`${line} needs a text, = and a number, such as king=2.`);
      }
      return [unescaped(line.slice(0, sign)), nats];
    })),
  };
  const lines = value => value.split("\n").filter(line => line !== "");

  const formNames = [
    "match", "match_ignoring_case", "lines", "line_length", "acrostic", "syllables", "rhyme", "contain",
    "ends_with",
  ];
  // What a form is written without.
  const freeNames = [
    "top_p", "top_k", "min_p", "repetition_penalty", "stop", "ban", "ban_ignoring_case", "logit_bias", "best_of",
    "best_by",
  ];

  // What is to be written, as a request has it, and what of the settings it goes without.
  const fields = suffix => {
    const body = {};
    for (const input of settings.elements) {
      if (!input.name || input.value === "") continue;
      const value = readers[input.dataset.kind ?? "number"](input);
      if (value !== undefined) body[input.name] = value;
    }
    const { gap = 60 } = body;
    delete body.gap;
    if (body.repetition_penalty === 1) delete body.repetition_penalty;
    if (body.best_of === 1) delete body.best_of;
    if (!body.best_of) delete body.best_by;
    if (suffix !== null) Object.assign(body, { suffix, max_tokens: gap });
    const isFormed = suffix !== null || [...formNames, "beam"].some(name => name in body);
    // A beam finds one text, and without a form there are no particles.
    if (body.n === 1) delete body.n;
    if (!isFormed) delete body.particles;
    const left = "beam" in body ? [...freeNames, "particles", "n"] : freeNames;
    const without = isFormed ? left.filter(name => name in body) : [];
    for (const name of without) delete body[name];
    return { body, isFormed, without };
  };

  const alternativesOf = logprobs => (logprobs?.top_logprobs ?? []).map(top =>
    Object.entries(top).map(([name, value]) => [name, Math.exp(value)]).sort((a, b) => b[1] - a[1]));

  // Calls `take` with each object of a stream of events.
  const readEvents = async (response, take) => {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the server ended in the middle");
      rest += value;
      const events = rest.split("\n\n");
      rest = events.pop();
      for (const event of events) {
        if (!event.startsWith("data: ")) continue;
        if (event === "data: [DONE]") return;
        const object = JSON.parse(event.slice(6));
        if (object.error) throw new Error(object.error.message);
        take(object);
      }
    }
  };

  const working = async (message, work) => {
    if (running) return;
    const controller = new AbortController();
    setRunning(controller);
    say(message);
    try {
      say(await work(controller.signal) ?? "");
    } catch (error) {
      say(controller.signal.aborted ? "Stopped." : "Error: " + error.message);
    } finally {
      setRunning(null);
      save();
    }
  };

  // The rest of a text that a gap leads into: more costs time and says little.
  const following = 24;

  const write = () => writeInto({ before: written, after: "" }, null);

  const fill = () => {
    const { selectionStart, selectionEnd } = text;
    const gap = { before: written.slice(0, selectionStart), after: written.slice(selectionEnd) };
    if (gap.after === "") {
      say("There is nothing after the cursor to lead into; Write on goes on from the end.");
      return;
    }
    writeInto(gap, characters(gap.after).slice(0, following).join(""));
  };

  // Writes between two texts. - suffix: what it leads into; null for anything.
  const writeInto = (gap, suffix) => working("Writing …", async signal => {
    const { body, isFormed, without } = fields(suffix);
    // Which is the best is known when all are written.
    const streams = body.best_of === undefined;
    Object.assign(body, { prompt: gap.before }, isFormed ? {} : { logprobs: 10 }, streams ? { stream: true } : {});
    // What is known of a character holds as long as nothing before it changes.
    gap.marks = pad(marks, gap.before);
    const options = Array.from({ length: body.n ?? 1 }, () => ({ text: "", marks: [] }));
    const single = options.length === 1;
    if (single) remember();
    else showOptions(options, gap);
    let seed;
    const take = object => {
      seed = object.seed;
      for (const choice of object.choices) {
        const option = options[choice.index];
        option.text += choice.text;
        option.marks.push(...alternativesOf(choice.logprobs));
        option.statistics = choice.statistics ?? option.statistics;
        if (single) put(option, gap);
        else option.show();
      }
    };
    const response = await post("/v1/completions", body, signal);
    if (streams) await readEvents(response, take);
    else take(await response.json());
    const count = options.reduce((sum, option) => sum + characters(option.text).length, 0);
    const told = single ? statistics(options[0].statistics) : [];
    return [`${count} characters written`, `seed ${seed}`, ...told].join(", ") + "."
      + (without.length ? ` ${without.join(", ")} did not count, as a form goes without.` : "")
      + (single ? "" : " Take one of the options.");
  });

  const statistics = ({ nats_per_character: nats, bans_avoided: bans, effective_sample_size: size } = {}) => [
    nats !== undefined ? `${nats.toFixed(2)} nats a character` : null,
    bans ? `${bans} ${bans === 1 ? "ban" : "bans"} avoided` : null,
    size !== undefined ? `effective sample size ${size.toFixed(1)}` : null,
  ].filter(part => part !== null);

  // Makes an option the text, the cursor at its end.
  const put = (option, gap) => {
    const start = gap.before + option.text;
    setText(start + gap.after, pad(gap.marks.concat(option.marks), start + gap.after));
    if (gap.after === "") text.scrollTop = text.scrollHeight;
    else text.setSelectionRange(start.length, start.length);
  };

  const pad = (marks, string) => {
    const padded = marks.slice(0, characters(string).length);
    while (padded.length < characters(string).length) padded.push(null);
    return padded;
  };

  const showOptions = (options, gap) => {
    get("options-section").hidden = false;
    get("options").replaceChildren(...options.map((option, index) => {
      const item = document.createElement("li");
      const place = document.createElement("pre");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `Take option ${index + 1}`;
      button.addEventListener("click", () => {
        if (running) return;
        remember();
        put(option, gap);
        get("options-section").hidden = true;
        say(`Option ${index + 1} taken.`);
        text.focus();
      });
      option.show = () => {
        place.textContent = option.text;
        const told = statistics(option.statistics).join(", ");
        button.textContent = `Take option ${index + 1}` + (told ? `, ${told}` : "");
      };
      item.append(place, button);
      return item;
    }));
  };

  const look = () => working("Reading …", async signal => {
    const response = await post(
      "/v1/completions", { prompt: written, max_tokens: 0, echo: true, logprobs: 10 }, signal);
    const logprobs = (await response.json()).choices[0].logprobs;
    const found = pad([], written);
    alternativesOf(logprobs).forEach((alternatives, index) => {
      found[logprobs.text_offset[index]] = alternatives;
    });
    setText(written, found);
    return "Every character that the model knows has its alternatives.";
  });

  const next = () => working("Reading …", async signal => {
    const response = await post(
      "/v1/completions", { prompt: written, max_tokens: 1, logprobs: 20 }, signal);
    const [alternatives] = alternativesOf((await response.json()).choices[0].logprobs);
    selected = characters(written).length;
    showAlternatives(alternatives ?? [], null);
    return "What may come next, the most probable first.";
  });

  // MARK: characters and alternatives

  let selected = null;

  const name = character => ({ "\n": "line feed", " ": "space", "\t": "tab" })[character] ?? character;
  const percent = probability => (probability * 100).toFixed(1) + "%";
  const symbol = character => ({ "\n": "↵", " ": "␣", "\t": "⇥" })[character] ?? character;

  const showPassage = () => {
    const all = characters(written);
    const first = Math.max(0, all.length - shown);
    const nodes = [];
    for (let index = first; index < all.length; index += 1) {
      const known = marks[index];
      if (!known) {
        nodes.push(document.createTextNode(all[index]));
        continue;
      }
      const span = document.createElement("span");
      const own = known.find(([character]) => character === all[index])?.[1] ?? 0;
      span.setAttribute("role", "option");
      span.setAttribute("aria-selected", "false");
      span.setAttribute("aria-label", `${name(all[index])}, ${percent(own)}`);
      span.dataset.index = index;
      span.tabIndex = -1;
      if (own < 0.05) span.className = "unlikely";
      // A line feed that can be pointed at.
      span.textContent = all[index] === "\n" ? "↵\n" : all[index];
      nodes.push(span);
    }
    get("passage").replaceChildren(...nodes);
    get("alternatives").replaceChildren();
    selected = null;
    const spans = get("passage").querySelectorAll("span");
    if (spans.length) spans[spans.length - 1].tabIndex = 0;
    get("passage").scrollTop = get("passage").scrollHeight;
  };

  const select = span => {
    const index = Number(span.dataset.index);
    if (index === selected) return;
    for (const other of get("passage").querySelectorAll("[aria-selected=true], [tabindex='0']")) {
      other.setAttribute("aria-selected", "false");
      other.tabIndex = -1;
    }
    span.setAttribute("aria-selected", "true");
    span.tabIndex = 0;
    selected = index;
    showAlternatives(marks[index], characters(written)[index]);
  };

  const showAlternatives = (alternatives, own) => {
    const place = selected;
    get("alternatives").replaceChildren(...alternatives.map(([character, probability]) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const letter = document.createElement("b");
      letter.textContent = symbol(character);
      button.type = "button";
      button.append(letter, percent(probability));
      button.setAttribute("aria-label", `${name(character)}, ${percent(probability)}`);
      button.setAttribute("aria-pressed", String(character === own));
      button.disabled = character.startsWith("bytes:");
      button.addEventListener("click", () => choose(place, character, alternatives));
      item.append(button);
      return item;
    }));
  };

  const choose = (index, character, alternatives) => {
    if (running) return;
    remember();
    const kept = characters(written).slice(0, index);
    setText(kept.join("") + character, marks.slice(0, index).concat([alternatives]));
    say(`${name(character)} taken.`);
    const last = get("passage").querySelector("span[tabindex='0']");
    (last ?? text).focus();
  };

  const spanOf = event => event.target.closest?.("#passage span[role=option]");
  get("passage").addEventListener("pointerover", event => { if (spanOf(event)) select(spanOf(event)); });
  get("passage").addEventListener("focusin", event => { if (spanOf(event)) select(spanOf(event)); });
  get("passage").addEventListener("keydown", event => {
    const spans = Array.from(get("passage").querySelectorAll("span[role=option]"));
    const index = spans.indexOf(spanOf(event));
    const target = {
      ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: spans.length - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      spans[Math.min(Math.max(target, 0), spans.length - 1)]?.focus();
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      get("alternatives").querySelector("button:not(:disabled)")?.focus();
    }
  });
  get("alternatives").addEventListener("keydown", event => {
    const buttons = Array.from(get("alternatives").querySelectorAll("button:not(:disabled)"));
    const index = buttons.indexOf(document.activeElement);
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      buttons[(index + (event.key === "ArrowRight" ? 1 : buttons.length - 1)) % buttons.length]?.focus();
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      get("passage").querySelector("[aria-selected=true]")?.focus();
    }
  });

  // MARK: cells

  const showCells = () => working("Reading …", async signal => {
    const response = await post("/charlstm/v1/cells", { text: written, most: 8 }, signal);
    const { characters, cells } = await response.json();
    const row = (title, label, entries) => {
      const row = document.createElement("tr");
      const heading = document.createElement("th");
      heading.scope = "row";
      heading.textContent = title;
      heading.setAttribute("aria-label", label);
      row.append(heading, ...entries);
      return row;
    };
    const cell = content => {
      const cell = document.createElement("td");
      cell.textContent = content;
      return cell;
    };
    get("cells").tBodies[0].replaceChildren(
      row("", "characters", characters.map(character => cell(symbol(character)))),
      ...cells.map(({ cell: place, values }) => {
        const last = values[values.length - 1] ?? 0;
        return row(place, `cell ${place}, ${last.toFixed(2)} at the end`, values.map(value => {
          const entry = cell("");
          const color = value < 0 ? "var(--blue)" : "var(--orange)";
          entry.style.background =
            `color-mix(in srgb, ${color} ${Math.round(Math.abs(value) * 100)}%, transparent)`;
          entry.title = `${place}: ${value.toFixed(2)}`;
          return entry;
        }));
      }));
    return `${cells.length} cells.`;
  });

  // MARK: sessions, which the browser keeps

  const key = "charlstm.sessions";
  let sessions = [];
  let current = null;

  const settingsNow = () => Object.fromEntries(
    Array.from(settings.elements).filter(input => input.name).map(
      input => [input.name, input.type === "checkbox" ? input.checked : input.value]));

  const save = () => {
    if (!current) return;
    current.text = written;
    current.settings = settingsNow();
    try {
      localStorage.setItem(key, JSON.stringify({ current: current.id, sessions }));
    } catch (error) {
      say("The browser keeps no more: " + error.message);
    }
  };

  const showSessions = () => {
    get("sessions").replaceChildren(...sessions.map(session => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = session.name;
      button.setAttribute("aria-current", String(session === current));
      button.addEventListener("click", () => { if (!running) open(session); });
      item.append(button);
      return item;
    }));
  };

  const open = session => {
    current = session;
    done.length = 0;
    undone.length = 0;
    for (const input of settings.elements) {
      // Sessions of before there was a setting have it as the page has it at first.
      if (!input.name) continue;
      const value = session.settings?.[input.name];
      if (input.type === "checkbox") input.checked = value ?? input.defaultChecked;
      else input.value = value ?? input.defaultValue;
    }
    // What is set is not hidden.
    for (const details of settings.querySelectorAll("details")) {
      details.open = Array.from(details.querySelectorAll("[name]")).some(
        input => input.type === "checkbox" ? input.checked : input.value !== input.defaultValue);
    }
    setText(session.text, []);
    showSessions();
  };

  const create = () => {
    const numbers = sessions.map(session => Number(/^Session (\d+)$/.exec(session.name)?.[1] ?? 0));
    const session = {
      id: String(Date.now()) + Math.random(), name: `Session ${Math.max(0, ...numbers) + 1}`,
      text: "", settings: settingsNow(),
    };
    sessions.push(session);
    open(session);
  };

  const load = () => {
    try {
      const stored = JSON.parse(localStorage.getItem(key));
      sessions = stored.sessions.filter(
        session => typeof session.text === "string" && typeof session.name === "string");
      open(sessions.find(session => session.id === stored.current) ?? sessions[0]);
    } catch {
      sessions = [];
      create();
    }
  };

  const rename = () => {
    get("name-row").hidden = false;
    get("name").value = current.name;
    get("name").select();
  };
  const endRenaming = keeps => {
    if (get("name-row").hidden) return;
    if (keeps && get("name").value.trim()) current.name = get("name").value.trim();
    get("name-row").hidden = true;
    save();
    showSessions();
    get("rename").focus();
  };
  get("name").addEventListener("keydown", event => {
    if (event.key === "Enter") endRenaming(true);
    if (event.key === "Escape") {
      event.stopPropagation();
      endRenaming(false);
    }
  });
  get("name").addEventListener("blur", () => endRenaming(true));

  // Asks by a second press, so that nothing is lost by one.
  let deleting = null;
  const remove = () => {
    if (deleting !== current) {
      deleting = current;
      say(`Press Delete again to delete ${current.name}.`);
      return;
    }
    deleting = null;
    const index = sessions.indexOf(current);
    sessions.splice(index, 1);
    say("Deleted.");
    if (sessions.length) open(sessions[Math.min(index, sessions.length - 1)]);
    else create();
  };

  const exportText = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([written], { type: "text/plain" }));
    link.download = current.name.replace(/[^\p{L}\p{N} ._-]/gu, "_") + ".txt";
    link.click();
    URL.revokeObjectURL(link.href);
  };

  // MARK: buttons and keys

  const idle = action => () => { if (!running) action(); };
  get("write").addEventListener("click", write);
  get("fill").addEventListener("click", fill);
  get("stop").addEventListener("click", () => running?.abort());
  get("undo").addEventListener("click", () => step(done, undone, "Undone."));
  get("redo").addEventListener("click", () => step(undone, done, "Redone."));
  get("next").addEventListener("click", next);
  get("look").addEventListener("click", look);
  get("show-cells").addEventListener("click", showCells);
  get("new").addEventListener("click", idle(() => { create(); text.focus(); }));
  get("rename").addEventListener("click", idle(rename));
  get("delete").addEventListener("click", idle(remove));
  get("export").addEventListener("click", exportText);
  settings.addEventListener("change", save);
  settings.addEventListener("submit", event => event.preventDefault());
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") running?.abort();
    if (!event.ctrlKey && !event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.shiftKey) fill();
      else write();
    } else if (event.key.toLowerCase() === "z" && (event.target === text || !/^(INPUT|TEXTAREA)$/.test(event.target.tagName))) {
      event.preventDefault();
      if (event.shiftKey) step(undone, done, "Redone.");
      else step(done, undone, "Undone.");
    }
  });

  load();
  fetch("/v1/models").then(response => response.json()).then(({ data }) => {
    get("model").textContent = data[0].id;
    document.title = `${data[0].id} – charlstm`;
  }).catch(() => say("The server does not answer."));
})();
