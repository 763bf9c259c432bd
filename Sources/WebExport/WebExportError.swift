/// Why a model becomes no page.
package enum WebExportError: Error, Equatable, CustomStringConvertible {
  /// Bytes of weights, and the most that browsers hold as one string.
  case tooLarge(bytes: Int, limit: Int)

  package var description: String {
    switch self {
    case .tooLarge(let bytes, let limit):
      "the model's weights take \(bytes / 1_000_000) MB as int8, more than the \(limit / 1_000_000) MB "
        + "that a browser opens as one page; train a smaller one, such as --hidden-size 512"
    }
  }
}
