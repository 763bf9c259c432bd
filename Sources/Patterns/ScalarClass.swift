/// Some of all scalars, as a regular expression names them: `a`, `.`, `[a-z]`, `\w`.
package struct ScalarClass: Hashable, Sendable {
  /// A part of a class.
  package enum Item: Hashable, Sendable {
    case range(ClosedRange<Unicode.Scalar>)
    /// `\d`: 0 to 9.
    case digits
    /// `\w`: letters, digits and marks of any script, and `_`.
    case wordScalars
    /// `\s`: white space, line feeds too.
    case spaces
    /// What another class does not hold, such as `\D`.
    indirect case outside(Item)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .range(let range): range.contains(scalar)
      case .digits: ("0"..."9").contains(scalar)
      case .wordScalars: scalar.isOfWord
      case .spaces: scalar.properties.isWhitespace
      case .outside(let item): !item.contains(scalar)
      }
    }
  }

  package var items: [Item]
  /// Whether it holds all that the items do not.
  package var isNegated = false
  package var ignoresCase = false

  package init(_ items: [Item], isNegated: Bool = false, ignoresCase: Bool = false) {
    self.items = items
    self.isNegated = isNegated
    self.ignoresCase = ignoresCase
  }

  package init(_ scalar: Unicode.Scalar, ignoresCase: Bool = false) {
    self.init([.range(scalar...scalar)], ignoresCase: ignoresCase)
  }

  /// Every scalar.
  package static let all = ScalarClass([], isNegated: true)
  /// `.`: every scalar but the line feed.
  package static let dot = ScalarClass([.range("\n"..."\n")], isNegated: true)

  package func contains(_ scalar: Unicode.Scalar) -> Bool {
    holds(scalar) != isNegated
  }

  private func holds(_ scalar: Unicode.Scalar) -> Bool {
    if items.contains(where: { $0.contains(scalar) }) { return true }
    guard ignoresCase else { return false }
    return scalar.caseVariants.contains { variant in
      items.contains { $0.contains(variant) }
    }
  }
}

extension Unicode.Scalar {
  /// Whether it is of a word: a letter, digit or mark of any script, or `_`.
  package var isOfWord: Bool {
    properties.isAlphabetic || properties.numericType != nil || self == "_"
      || properties.generalCategory == .nonspacingMark
  }

  /// Its upper and lower case, where these are single scalars.
  fileprivate var caseVariants: [Unicode.Scalar] {
    [properties.lowercaseMapping, properties.uppercaseMapping].compactMap {
      let scalars = $0.unicodeScalars
      return scalars.count == 1 ? scalars.first : nil
    }
  }
}
