"use strict";

// Where the text stands: one run of characters that can be edited anywhere. What people change is told
// as the whole text; what a pointer or the caret is at, as an offset.
class TextArea {
  /// - on: `edit(text)`, `undo()`, `redo()`, `point(offset)` while a pointer rests, `choose(offset)`
  /// where it was pressed or   the caret went by keys.
  constructor(on) {
    this.on = on;
    this.node = document.createTextNode("");
    this.isBusy = false;
    this.rests = null;
    this.isPinned = false;
    this.element = page.element("div", {
      class: "manuscript", role: "textbox", "aria-multiline": "true", "aria-label": "Text",
      "aria-describedby": "keys", contenteditable: "plaintext-only", spellcheck: "false", tabindex: "0",
      beforeinput: (event) => this.beforeInput(event),
      input: () => this.input(),
      pointermove: (event) => this.pointerMove(event),
      pointerleave: () => this.pointerLeave(),
      click: (event) => this.click(event),
      keyup: (event) => this.keyUp(event),
    });
    // Firefox before 136 knows no other.
    if (this.element.contentEditable !== "plaintext-only") this.element.setAttribute("contenteditable", "true");
    this.restore();
  }

  get text() {
    return this.node.data;
  }

  /// Shows a text; the caret stays where it is, or goes to the end of what was before it.
  show(text) {
    let same = 0;
    while (same < text.length && text[same] === this.text[same]) same += 1;
    this.node.replaceData(same, this.text.length - same, text.slice(same));
    this.restore();
  }

  /// A line feed at the end is seen as a line only before something.
  restore() {
    const { firstChild, lastChild, childNodes } = this.element;
    if (childNodes.length === 2 && firstChild === this.node && lastChild.nodeName === "BR") return;
    this.element.replaceChildren(this.node, document.createElement("br"));
  }

  /// The caret, as an offset; null where it is elsewhere.
  get caret() {
    const { focusNode, focusOffset } = getSelection();
    if (!this.element.contains(focusNode)) return null;
    const before = document.createRange();
    before.selectNodeContents(this.element);
    before.setEnd(focusNode, focusOffset);
    return before.toString().length;
  }

  set caret(offset) {
    getSelection().collapse(this.node, Math.min(offset, this.text.length));
  }

  beforeInput(event) {
    const act = { historyUndo: this.on.undo, historyRedo: this.on.redo }[event.inputType];
    if (act || this.isBusy) event.preventDefault();
    act?.();
    if (this.isBusy || !/^insert(Paragraph|LineBreak)$/.test(event.inputType)) return;
    event.preventDefault();
    const selection = getSelection();
    const [start, end] = [selection.anchorOffset, selection.focusOffset].sort((a, b) => a - b);
    const from = selection.focusNode === this.node ? start : this.text.length;
    const to = selection.focusNode === this.node ? end : this.text.length;
    this.node.replaceData(from, to - from, "\n");
    this.caret = from + 1;
    this.on.edit(this.text);
  }

  input() {
    const text = this.element.textContent;
    if (this.element.firstChild !== this.node || this.text !== text) {
      const caret = this.caret ?? text.length;
      this.node.data = text;
      this.restore();
      this.caret = caret;
    }
    this.on.edit(text);
  }

  /// The offset of the character that is seen at a point; null for none.
  offsetAt(x, y) {
    const position = document.caretPositionFromPoint?.(x, y);
    const range = position ? null : document.caretRangeFromPoint?.(x, y);
    const node = position?.offsetNode ?? range?.startContainer;
    if (node !== this.node) return null;
    const near = position?.offset ?? range.startOffset;
    for (const offset of [near, near - 1]) {
      if (offset < 0 || offset >= this.text.length) continue;
      const area = this.rangeOf(offset).getBoundingClientRect();
      if (x >= area.left && x <= area.right && y >= area.top && y <= area.bottom) return offset;
    }
    return null;
  }

  rangeOf(offset) {
    const length = this.text.codePointAt(offset) > 0xffff ? 2 : 1;
    const range = document.createRange();
    range.setStart(this.node, offset);
    range.setEnd(this.node, Math.min(offset + length, this.text.length));
    return range;
  }

  pointerMove(event) {
    clearTimeout(this.rests);
    if (this.isPinned || this.isBusy || event.pointerType === "touch" || event.buttons !== 0) return;
    const offset = this.offsetAt(event.clientX, event.clientY);
    // On the way to the list of alternatives it passes others.
    if (offset !== null) this.rests = setTimeout(() => this.on.point(offset), 150);
  }

  pointerLeave() {
    clearTimeout(this.rests);
    this.isPinned = false;
  }

  click(event) {
    clearTimeout(this.rests);
    this.isPinned = true;
    this.on.choose(this.offsetAt(event.clientX, event.clientY) ?? this.caret ?? this.text.length);
  }

  keyUp(event) {
    if (!/^(Arrow|Home|End|Page)/.test(event.key) || event.altKey || this.caret === null) return;
    this.on.choose(this.caret);
  }

  /// Marks the character at an offset, or with null none.
  mark(offset) {
    if (!globalThis.CSS?.highlights) return;
    CSS.highlights.delete("place");
    if (offset !== null && offset < this.text.length) {
      CSS.highlights.set("place", new Highlight(this.rangeOf(offset)));
    }
  }

  scrollToEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }
}
