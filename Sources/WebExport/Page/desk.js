"use strict";

// The page: a text, what writes on it, and what else could stand in it.
class Desk {
  constructor(data) {
    this.vocabulary = new Vocabulary(data.vocabulary);
    this.link = new Link();
    this.controls = new Controls(data);
    this.history = new TextHistory(new Value().edited(data.prompt, this.vocabulary).value);
    this.isWriting = false;
    this.editedAt = 0;
    /// Of the requests for alternatives, the last one.
    this.asked = 0;
    this.place = 0;
    this.text = new TextArea({
      edit: (text) => this.edit(text), undo: () => this.undo(), redo: () => this.redo(),
      point: (offset) => this.look(offset), choose: (offset) => this.look(offset),
    });
    this.alternatives = new Alternatives(this.vocabulary, {
      choose: (place, symbol) => this.choose(place, symbol),
      leave: () => {
        this.text.element.focus();
        this.text.caret = this.value.offset(this.place, this.vocabulary);
      },
    });
    this.options = new Options({
      take: (index) => this.take(index),
      leave: () => this.text.element.focus(),
    });
    const button = (label, keys, click) =>
      page.element("button", { type: "button", "aria-keyshortcuts": keys, click }, label);
    this.writeButton = button("Write", "Control+Enter", () => this.writeOrStop());
    this.anotherButton = button("Another", "Control+Shift+Enter", () => this.another());
    this.undoButton = button("Undo", "Control+Z", () => this.undo());
    this.redoButton = button("Redo", "Control+Y", () => this.redo());
    this.status = page.element("p", { role: "status", "aria-live": "polite", class: "status" });
    /// What was written, for those who hear it.
    this.passage = page.element("div", { class: "heard", "aria-live": "polite" });
    page.main.append(
      page.element("h1", {}, data.title),
      page.element("p", { class: "faint card" }, data.card.join(" · ")),
      page.element(
        "div", { class: "desk" },
        page.element(
          "div", {}, this.text.element,
          page.element(
            "div", { class: "buttons", role: "toolbar", "aria-label": "Writing" },
            this.writeButton, this.anotherButton, this.undoButton, this.redoButton),
          this.status, this.passage, this.options.element),
        this.controls.element, this.alternatives.element),
      page.element(
        "p", { id: "keys", class: "faint" },
        "Ctrl+Enter writes and stops, Ctrl+Shift+Enter writes another passage instead of the last, "
          + "Alt+↓ goes to the alternatives of the character at the caret, Escape back. A digit takes one of "
          + "several ways to go on. The model is in this page: nothing is fetched, nothing is sent."));
    document.addEventListener("keydown", (event) => this.keyDown(event));
    this.show();
  }

  get value() {
    return this.history.value;
  }

  async open(data, place) {
    this.say("The model is being unpacked…");
    const opened = await this.link.open(
      {
        record: { network: data.network, vocabulary: data.vocabulary }, weights: base85Bytes("weights"),
        wasm: base64Bytes("wasm"),
      }, place);
    this.isOpen = true;
    this.opened = opened;
    this.show();
    this.say(
      opened.arithmetic === "WebAssembly"
        ? "Ready." : "Ready. This browser has no SIMD in WebAssembly, so it writes slowly.");
  }

  say(text) {
    this.status.textContent = text;
  }

  /// Makes what is seen the value.
  show() {
    this.text.show(this.value.text);
    this.forget();
    this.refresh();
  }

  /// Clears what was known of another text.
  forget() {
    this.text.mark(null);
    this.alternatives.clear();
    this.options.clear();
  }

  refresh() {
    const isFree = this.isOpen && !this.isWriting;
    this.writeButton.disabled = !this.isOpen;
    this.writeButton.textContent = this.isWriting ? "Stop" : "Write";
    this.anotherButton.disabled = !isFree || !this.value.base;
    this.undoButton.disabled = this.isWriting || !this.history.canUndo;
    this.redoButton.disabled = this.isWriting || !this.history.canRedo;
    this.text.isBusy = this.isWriting;
    this.text.element.setAttribute("aria-busy", String(this.isWriting));
  }

  edit(text) {
    const { value, unknown } = this.value.edited(text, this.vocabulary);
    const now = performance.now();
    if (value.text !== this.value.text) this.history.push(value, now - this.editedAt < 1000);
    this.editedAt = now;
    if (unknown.length > 0) {
      const caret = this.text.caret;
      this.text.show(value.text);
      if (caret !== null) this.text.caret = caret - unknown.join("").length;
      this.say(`The model does not know ${unknown.map((c) => `“${c}”`).join(", ")}; left out.`);
    }
    this.forget();
    this.refresh();
  }

  undo() {
    if (!this.isWriting) this.step(() => this.history.undo(), "Undone.");
  }

  redo() {
    if (!this.isWriting) this.step(() => this.history.redo(), "Done again.");
  }

  step(move, message) {
    const before = this.value;
    move();
    if (this.value === before) return;
    this.editedAt = 0;
    this.show();
    this.say(message);
  }

  writeOrStop() {
    if (this.isWriting) return this.stop();
    return this.write(this.value);
  }

  stop() {
    this.isStopped = true;
    this.link.stop();
  }

  /// Another passage in place of the last one.
  another() {
    const { base } = this.value;
    if (!base || this.isWriting) return;
    this.controls.seed = Controls.anySeed();
    return this.write(base);
  }

  /// Puts a symbol in the place of another and writes on.
  choose(place, symbol) {
    if (this.isWriting) return;
    const symbols = this.value.symbols.slice(0, place).concat(symbol);
    const { random, seed } = this.value;
    return this.write(new Value({ symbols, text: decoded(symbols, this.vocabulary), random, seed }));
  }

  /// Writes on from a value: what the settings say, or several ways to choose from.
  async write(base) {
    if (!this.isOpen) return;
    let settings;
    try {
      settings = this.controls.read();
    } catch (error) {
      return this.say(error.message);
    }
    this.isWriting = true;
    this.isStopped = false;
    this.editedAt = 0;
    this.asked += 1;
    this.text.show(decoded(base.symbols, this.vocabulary));
    this.forget();
    this.refresh();
    this.say("Writing…");
    const outcome = await (settings.count > 1 ? this.writeOptions(base, settings) : this.writePassage(base, settings));
    this.isWriting = false;
    this.refresh();
    this.say(outcome);
    if (this.offered) this.options.open();
  }

  /// Returns what is to be said of it.
  async writePassage(base, settings) {
    const { value, passage, told } = await this.written(base, settings, settings.seed, (text) => {
      this.text.show(text);
      this.text.scrollToEnd();
    });
    this.offered = null;
    this.history.push(value);
    if (this.text.element === document.activeElement) this.text.caret = value.text.length;
    this.passage.textContent = passage.slice(0, 2000);
    return told;
  }

  /// Each as it would be written by itself with its seed.
  async writeOptions(base, settings) {
    if (base !== this.value) this.history.push(base);
    this.offered = [];
    let told = "";
    for (let index = 0; index < settings.count && !this.isStopped; index++) {
      const seed = String(BigInt.asUintN(64, BigInt(settings.seed) + BigInt(index)));
      const show = this.options.add();
      const option = await this.written(base, settings, seed, (text) => show(text.slice(base.text.length)));
      this.offered.push(option.value);
      told = option.told;
      if (option.failed) return told;
    }
    const ways = this.offered.length === 1 ? "1 way" : `${this.offered.length} ways`;
    return `${ways} to go on; the last of ${told} Take one by its number.`;
  }

  /// Makes one of several ways the text.
  take(index) {
    const value = this.offered[index];
    this.controls.seed = value.seed;
    this.editedAt = 0;
    this.history.push(value);
    this.show();
    this.text.element.focus();
    this.text.caret = value.text.length;
    this.text.scrollToEnd();
    this.say(`Way ${index + 1} taken.`);
  }

  /// Has a passage written after a value.
  /// - report: takes the text as it comes.
  async written(base, { options, length, bans, biases }, seed, report) {
    const random = base.random && base.seed === seed
      ? base.random : Xoshiro256.of(BigInt(seed), [0n]).state;
    const symbols = [...base.symbols];
    const decoder = new Decoder(this.vocabulary);
    let text = "";
    for (const symbol of symbols) text += decoder.append(symbol);
    const start = performance.now();
    let failure = null, next = random, avoided = null;
    try {
      ({ random: next, avoided } = await this.link.ask(
        "write", { symbols: Int32Array.from(base.symbols), random, options, length, bans, biases }, (came) => {
          for (const symbol of came) {
            symbols.push(symbol);
            text += decoder.append(symbol);
          }
          report(text);
        }));
    } catch (error) {
      failure = error;
    }
    const seconds = (performance.now() - start) / 1000;
    const passage = text.slice(base.text.length);
    const count = [...passage].length;
    const told = failure
      ? `Writing failed: ${failure.message}`
      : `${count.toLocaleString("en")} characters, ${page.number(count / seconds, 2)} a second`
        + (avoided === null ? "." : `, ${avoided.toLocaleString("en")} ${avoided === 1 ? "ban" : "bans"} avoided.`);
    return {
      value: new Value({ symbols, text, random: next, seed, base }), passage, told, failed: failure !== null,
    };
  }

  /// Shows what could stand at an offset of the text.
  async look(offset) {
    if (!this.isOpen || this.isWriting) return;
    const value = this.value;
    const place = value.place(offset, this.vocabulary);
    const asked = ++this.asked;
    const { candidates } = await this.link.ask(
      "alternatives", { symbols: Int32Array.from(value.symbols), place, count: Alternatives.count });
    // Something else was asked since, or the text is another.
    if (asked !== this.asked || value !== this.value || this.isWriting) return;
    this.place = place;
    this.text.mark(value.offset(place, this.vocabulary));
    this.alternatives.show(place, candidates, value.symbols[place]);
  }

  async keyDown(event) {
    const isCommand = event.ctrlKey || event.metaKey;
    const isInText = this.text.element.contains(event.target);
    const act = () => {
      if (isCommand && event.key === "Enter") {
        return event.shiftKey ? () => this.another() : () => this.writeOrStop();
      }
      if (event.key === "Escape" && this.isWriting) return () => this.stop();
      if (isInText && event.altKey && event.key === "ArrowDown") return () => this.lookAtCaret();
      if (!isCommand || event.target.closest("input, textarea")) return null;
      if (event.key.toLowerCase() === "z") return event.shiftKey ? () => this.redo() : () => this.undo();
      return event.key.toLowerCase() === "y" ? () => this.redo() : null;
    };
    const found = act();
    if (!found) return;
    event.preventDefault();
    await found();
  }

  async lookAtCaret() {
    await this.look(this.text.caret ?? this.text.text.length);
    this.alternatives.focus();
  }
}

const desk = new Desk(page.data);
desk.ready = desk.open(page.data);
