// Symbols and texts, as Text/Vocabulary.swift has them: scalars in order of value, then, where there
// are any, 256 bytes.
class Vocabulary {
  /// - scalars: as one string. - hasByteSymbols: whether 256 bytes follow.
  constructor({ scalars, hasByteSymbols }) {
    this.scalars = [...scalars];
    this.hasByteSymbols = hasByteSymbols;
    this.count = this.scalars.length + (hasByteSymbols ? 256 : 0);
    this.numbers = new Map(this.scalars.map((scalar, symbol) => [scalar, symbol]));
  }

  /// The byte that a symbol is; -1 for a scalar.
  byte(symbol) {
    return symbol - this.scalars.length;
  }

  /// A text in symbols, and each scalar of it that the model does not know.
  encode(text) {
    const symbols = [], unknown = new Set();
    for (const scalar of text.toWellFormed ? text.toWellFormed() : text) {
      const symbol = this.numbers.get(scalar);
      if (symbol !== undefined) symbols.push(symbol);
      else if (!this.hasByteSymbols) unknown.add(scalar);
      else for (const byte of new TextEncoder().encode(scalar)) symbols.push(this.scalars.length + byte);
    }
    return { symbols, unknown: [...unknown] };
  }

  /// What a model reads before the beginning of a text.
  get opening() {
    const { symbols } = this.encode("\n");
    return symbols.length > 0 ? symbols : [0];
  }

  /// A symbol for people.
  name(symbol) {
    const byte = this.byte(symbol);
    if (byte >= 0x80) return `byte ${byte.toString(16).toUpperCase()}`;
    const scalar = byte >= 0 ? String.fromCharCode(byte) : this.scalars[symbol];
    if (scalar === " ") return "space";
    if (scalar === "\n") return "new line";
    if (scalar === "\t") return "tab";
    if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(scalar)) return scalar;
    return `U+${scalar.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  }
}

// Turns symbols into text as they come, as Text/SymbolDecoder.swift does: bytes of a scalar are held
// back until it is whole.
class Decoder {
  constructor(vocabulary) {
    this.vocabulary = vocabulary;
    this.automaton = new UTF8Automaton();
    this.held = [];
  }

  copy() {
    const copy = new Decoder(this.vocabulary);
    Object.assign(copy.automaton, this.automaton);
    copy.held = [...this.held];
    return copy;
  }

  /// The text that a symbol is or completes.
  append(symbol) {
    const byte = this.vocabulary.byte(symbol);
    let text = "";
    if (byte < 0 || !this.automaton.allows(byte)) text = this.breakOff();
    if (byte < 0) return text + this.vocabulary.scalars[symbol];
    if (!this.automaton.consume(byte)) return text + "\uFFFD";
    this.held.push(byte);
    if (!this.automaton.isBoundary) return text;
    text += new TextDecoder().decode(Uint8Array.from(this.held));
    this.held = [];
    return text;
  }

  breakOff() {
    if (this.held.length === 0) return "";
    this.held = [];
    this.automaton = new UTF8Automaton();
    return "\uFFFD";
  }
}

// Which bytes may come next of UTF-8, as Text/UTF8Automaton.swift has it (Unicode 15, table 3-7).
class UTF8Automaton {
  constructor() {
    this.needed = 0;
    this.next = [0x80, 0xbf];
  }

  get isBoundary() {
    return this.needed === 0;
  }

  allows(byte) {
    if (this.isBoundary) return byte < 0x80 || (byte >= 0xc2 && byte <= 0xf4);
    return byte >= this.next[0] && byte <= this.next[1];
  }

  consume(byte) {
    if (!this.allows(byte)) return false;
    if (!this.isBoundary) {
      this.needed -= 1;
      this.next = [0x80, 0xbf];
      return true;
    }
    this.needed = byte < 0x80 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    const lowest = { 0xe0: 0xa0, 0xf0: 0x90 }[byte] ?? 0x80;
    const highest = { 0xed: 0x9f, 0xf4: 0x8f }[byte] ?? 0xbf;
    this.next = [lowest, highest];
    return true;
  }

  /// Whether a symbol may come next: a scalar may only follow whole scalars.
  allowsSymbol(symbol, vocabulary) {
    const byte = vocabulary.byte(symbol);
    return byte < 0 ? this.isBoundary : this.allows(byte);
  }
}
