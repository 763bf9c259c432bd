// How far into banned phrases a text has come, character by character, as Generation/PhraseAutomaton.swift
// tells it. A node is the longest beginning of a phrase that the text ends with.
class PhraseAutomaton {
  constructor(phrases, ignoresCase, vocabulary) {
    this.letter = ignoresCase ? caseless : (scalar) => scalar;
    const keywords = phrases.map((phrase) => [...phrase].map(this.letter));
    this.trie = new KeywordTrie(keywords);
    this.longest = Math.max(...this.trie.depths);
    const phraseEnds = new Set(this.trie.ends);
    /// By node: characters of the shortest phrase that its text ends with; 0 for none.
    this.completed = this.trie.depths.map(() => 0);
    for (const node of this.trie.byDepth) {
      const own = phraseEnds.has(node) ? this.trie.depths[node] : 0;
      this.completed[node] = this.completed[this.trie.fallbacks[node]] || own;
    }
    const letters = new Set(vocabulary.scalars.map(this.letter)), known = new Set(keywords.flat());
    // What no phrase has, such as any scalar that bytes can spell, may always follow.
    const isBounded = !vocabulary.hasByteSymbols && [...letters].every((letter) => known.has(letter));
    /// By node: the most characters that can follow without completing a phrase; null where all are endless.
    this.reaches = isBounded ? this.farthestWays(letters) : null;
  }

  next(node, scalar) {
    return this.trie.next(node, this.letter(scalar));
  }

  /// Nodes that lead only to phrases are taken away, then those that lead only to such, and so on; from the
  /// ones that stay there is no bound.
  farthestWays(letters) {
    const { completed, trie } = this;
    const before = completed.map(() => []), waysOn = completed.map(() => 0);
    for (const node of completed.keys()) {
      for (const letter of letters) {
        const after = trie.next(node, letter);
        if (completed[after] > 0) continue;
        before[after].push(node);
        waysOn[node] += 1;
      }
    }
    const farthest = completed.map(() => 0), reaches = completed.map(() => Infinity);
    const ending = [...completed.keys()].filter((node) => waysOn[node] === 0);
    if (ending.length === 0) return null;
    while (ending.length > 0) {
      const node = ending.pop();
      reaches[node] = farthest[node];
      for (const earlier of before[node]) {
        farthest[earlier] = Math.max(farthest[earlier], farthest[node] + 1);
        waysOn[earlier] -= 1;
        if (waysOn[earlier] === 0) ending.push(earlier);
      }
    }
    return reaches;
  }
}

/// What of a scalar is compared where case is ignored: the lower case of its upper case, so that all forms
/// of a letter are one, "σ" and "ς" too; only where each is one scalar.
function caseless(scalar) {
  const upper = single(scalar.toUpperCase()) ?? scalar;
  return single(upper.toLowerCase()) ?? upper;
}

/// A text of one scalar; null for any other.
function single(text) {
  return text.length === String.fromCodePoint(text.codePointAt(0)).length ? text : null;
}
