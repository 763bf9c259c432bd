/// A class that may be another one by mistake, and should be told of before hours are spent on it.
package enum LabelDoubt: Equatable, Sendable {
  /// A class and its number of texts.
  package struct Class: Equatable, Sendable {
    package let label: String
    package let count: Int
  }

  /// They differ in case, in blanks or in the marks around them, or one is rare and a letter away.
  case alike(Class, Class)
  /// A label that is made of other ones.
  case joined(Class, of: [String])
}

extension LabelledTexts {
  /// What is doubtful about the classes, those with most texts first.
  package var labelDoubts: [LabelDoubt] {
    let classes = zip(labels, labelCounts).filter { $0.1 > 0 }
      .map { SpelledClass(label: $0, count: $1) }
      .sorted { ($1.count, $0.label) < ($0.count, $1.label) }
    let known = Set(labels)
    var doubts: [LabelDoubt] = []
    for (index, rarer) in classes.enumerated() {
      if let parts = rarer.parts(among: known) {
        doubts.append(.joined(rarer.counted, of: parts))
      } else if let other = classes[..<index].first(where: { $0.isMeant(by: rarer) }) {
        doubts.append(.alike(rarer.counted, other.counted))
      }
    }
    return doubts
  }
}

/// A class in the spellings by which it is compared.
private struct SpelledClass {
  let label: String
  let count: Int
  /// Without case, blanks and the marks that separate and enclose; empty where little is left.
  private let bare: [Unicode.Scalar]

  /// How much rarer a class must be to be taken for a misspelling.
  private static let lopsidedness = 10

  init(label: String, count: Int) {
    self.label = label
    self.count = count
    // Signs and digits distinguish: -1 and 1, C and C++.
    bare = label.lowercased().unicodeScalars.filter { !$0.properties.isWhitespace && !$0.isMark }
  }

  var counted: LabelDoubt.Class { LabelDoubt.Class(label: label, count: count) }

  /// Whether this class, which has as many texts or more, was meant where `other` was written.
  func isMeant(by other: SpelledClass) -> Bool {
    guard !bare.isEmpty, !other.bare.isEmpty else { return false }
    if bare == other.bare { return true }
    return count >= Self.lopsidedness * other.count && min(bare.count, other.bare.count) >= 3
      && isOneEdit(bare, other.bare)
  }

  /// The labels that this one joins with commas or the like.
  func parts(among labels: Set<String>) -> [String]? {
    let parts = label.split { ",;|/".contains($0) }.map { trimmed(String($0)) }
    guard parts.count > 1, parts.allSatisfy({ $0 != label && labels.contains($0) }) else {
      return nil
    }
    return parts
  }
}

extension Unicode.Scalar {
  /// Whether it separates or encloses, and can stand in a label by mistake.
  fileprivate var isMark: Bool {
    switch properties.generalCategory {
    case .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
      .connectorPunctuation:
      true
    default: ",;.:!?'\"".unicodeScalars.contains(self)
    }
  }
}

/// Whether a letter was left out, added, mistaken or swapped with the next; digits do not count.
private func isOneEdit(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Bool {
  guard abs(first.count - second.count) <= 1 else { return false }
  let head = zip(first, second).prefix { $0 == $1 }.count
  let rest = (first.dropFirst(head), second.dropFirst(head))
  let tail = zip(rest.0.reversed(), rest.1.reversed()).prefix { $0 == $1 }.count
  guard max(rest.0.count, rest.1.count) - tail <= 2 else { return false }
  let (a, b) = (Array(rest.0.dropLast(tail)), Array(rest.1.dropLast(tail)))
  guard (a + b).allSatisfy({ $0.properties.numericType == nil }) else { return false }
  switch (a.count, b.count) {
  case (0, 1), (1, 0), (1, 1): return true
  case (2, 2): return a == b.reversed()
  default: return false
  }
}
