// Which beginnings of keywords a text ends with, letter by letter, as Generation/KeywordTrie.swift tells it
// (Aho and Corasick 1975). A node is the longest beginning that the text ends with, node 0 the empty one.
class KeywordTrie {
  /// - keywords: arrays of letters, which are what a Map tells apart.
  constructor(keywords) {
    /// By node: the letters that go on from it, and where they lead.
    this.children = [new Map()];
    /// Letters of each node.
    this.depths = [0];
    /// Where each keyword ends.
    this.ends = keywords.map((keyword) => keyword.reduce((node, letter) => this.child(node, letter), 0));
    /// By node: the longest shorter one that its text ends with.
    this.fallbacks = this.depths.map(() => 0);
    for (const node of this.byDepth) {
      if (node === 0) continue;
      for (const [letter, child] of this.children[node]) {
        this.fallbacks[child] = this.next(this.fallbacks[node], letter);
      }
    }
  }

  /// All nodes, shorter ones first.
  get byDepth() {
    return [...this.depths.keys()].sort((a, b) => this.depths[a] - this.depths[b]);
  }

  /// Where a text at a node is after one more letter.
  next(node, letter) {
    for (;;) {
      const child = this.children[node].get(letter);
      if (child !== undefined) return child;
      if (node === 0) return 0;
      node = this.fallbacks[node];
    }
  }

  child(node, letter) {
    const known = this.children[node].get(letter);
    if (known !== undefined) return known;
    const child = this.depths.length;
    this.children[node].set(letter, child);
    this.children.push(new Map());
    this.depths.push(this.depths[node] + 1);
    return child;
  }
}
