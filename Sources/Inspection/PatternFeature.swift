import Foundation

/// A feature of a person's own: whether a character belongs to a match of a regular expression.
package struct PatternFeature: Sendable {
  package let name: String
  package let pattern: String
  private let expression: NSRegularExpression

  /// How long matching one passage may take before the pattern is given up.
  private static let patience = 2.0

  /// - Throws: `InspectionError.invalidPattern`.
  package init(name: String, pattern: String) throws(InspectionError) {
    guard !name.isEmpty, !pattern.isEmpty,
      let expression = try? NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines])
    else { throw .invalidPattern(name: name, pattern: pattern) }
    self.name = name
    self.pattern = pattern
    self.expression = expression
  }

  /// 1 for every character of a match, 0 elsewhere. Foundation's matcher may end by itself, without a
  /// word, where a pattern has too many ways to match; then there is no match.
  ///
  /// - Throws: `InspectionError.slowPattern`.
  func values(of text: [Unicode.Scalar]) throws(InspectionError) -> [UInt8] {
    var string = String.UnicodeScalarView()
    string.append(contentsOf: text)
    let whole = String(string)
    let began = Date()
    var isSlow = false
    var matches: [NSRange] = []
    expression.enumerateMatches(
      in: whole, options: [.reportProgress], range: NSRange(location: 0, length: whole.utf16.count)
    ) { match, flags, stop in
      if let match { matches.append(match.range) }
      // The matcher itself gives up where it runs out of room to go back to.
      guard flags.contains(.internalError) || -began.timeIntervalSinceNow > Self.patience else {
        return
      }
      isSlow = true
      stop.pointee = true
    }
    guard !isSlow else { throw .slowPattern(name: name) }
    // From places in UTF-16 to scalars.
    var units = Array(repeating: UInt8(0), count: whole.utf16.count)
    for match in matches {
      for unit in match.location..<match.location + match.length { units[unit] = 1 }
    }
    var unit = 0
    return text.map { scalar in
      defer { unit += UTF16.width(scalar) }
      return units[unit]
    }
  }
}
