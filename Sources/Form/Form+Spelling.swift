extension Form {
  /// A number of characters or a range of them, such as `20-40`; nil where it is neither.
  package static func lineLength(spelled text: String) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      first >= 0, first <= last
    else { return nil }
    return first...last
  }

  /// Syllables of each line, such as `5-7-5`; nil where it is something else.
  package static func syllables(spelled text: String) -> [Int]? {
    let counts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    return counts.contains(nil) ? nil : counts.compactMap { $0 }
  }
}
