/// A regular expression, parsed: what it says, without how that was written.
package indirect enum Expression: Hashable, Sendable {
  /// The empty text.
  case empty
  case one(ScalarClass)
  case sequence([Expression])
  case either([Expression])
  /// At least `least` times, at most `most` times, or any number if nil.
  case repeated(Expression, least: Int, most: Int?)

  /// A text as it is.
  package static func literal(_ text: String, ignoresCase: Bool = false) -> Expression {
    .sequence(text.unicodeScalars.map { .one(ScalarClass($0, ignoresCase: ignoresCase)) })
  }

  /// Any text at all.
  package static let anything = Expression.repeated(.one(.all), least: 0, most: nil)

  /// Matches the texts that this one does, read from their end.
  package var reversed: Expression {
    switch self {
    case .empty, .one: self
    case .sequence(let parts): .sequence(parts.reversed().map(\.reversed))
    case .either(let parts): .either(parts.map(\.reversed))
    case .repeated(let part, let least, let most):
      .repeated(part.reversed, least: least, most: most)
    }
  }

  /// Scalars of its longest match; nil where there is no limit.
  package var longestMatch: Int? {
    switch self {
    case .empty: return 0
    case .one: return 1
    case .sequence(let parts):
      var sum = 0
      for part in parts {
        guard let longest = part.longestMatch else { return nil }
        sum += longest
      }
      return sum
    case .either(let parts):
      var most = 0
      for part in parts {
        guard let longest = part.longestMatch else { return nil }
        most = max(most, longest)
      }
      return most
    case .repeated(let part, _, let most):
      guard let longest = part.longestMatch else { return nil }
      return longest == 0 ? 0 : most.map { $0 * longest }
    }
  }

  /// The instructions that it compiles to, which repetition multiplies.
  func size(limit: Int) -> Int {
    switch self {
    case .empty: 0
    case .one: 1
    case .sequence(let parts):
      parts.reduce(0) { min(limit, $0 + $1.size(limit: limit)) }
    case .either(let parts):
      parts.reduce(0) { min(limit, $0 + $1.size(limit: limit) + 2) }
    case .repeated(let part, let least, let most):
      min(
        limit,
        (part.size(limit: limit) + 2).multipliedReportingOverflow(by: max(least + 1, most ?? 1))
          .partialValue.clamped(to: 0...limit))
    }
  }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
