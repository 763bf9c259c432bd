import Paths

/// How the rows of CSV and TSV are written, where that is known.
public struct DelimitedDialect: Equatable, Sendable {
  /// `nil` to find it at the file's beginning.
  public var separator: FieldSeparator?
  /// Whether the first row names the columns; where not, their names are `1`, `2`, ….
  public var hasHeader: Bool

  public init(separator: FieldSeparator? = nil, hasHeader: Bool = true) {
    self.separator = separator
    self.hasHeader = hasHeader
  }
}

/// The character between the fields of a row.
public struct FieldSeparator: Equatable, Sendable, CustomStringConvertible {
  let byte: UInt8

  static let comma = FieldSeparator(byte: UInt8(ascii: ","))
  static let tab = FieldSeparator(byte: UInt8(ascii: "\t"))
  /// Those that are looked for, in the order of how common they are.
  static let common = [
    comma, FieldSeparator(byte: UInt8(ascii: ";")), tab, FieldSeparator(byte: UInt8(ascii: "|")),
  ]

  private init(byte: UInt8) {
    self.byte = byte
  }

  /// - Parameter name: an ASCII character that is neither a double quote nor a control character,
  ///   or a tab, which `tab` and `\t` mean too.
  public init?(_ name: String) {
    switch name {
    case "tab", "\t", "\\t":
      self = .tab
    default:
      guard name.utf8.count == 1, let byte = name.utf8.first, (0x20..<0x7F).contains(byte),
        byte != .doubleQuote
      else { return nil }
      self.byte = byte
    }
  }

  /// What `init(_:)` takes.
  public var description: String {
    self == .tab ? "tab" : String(UnicodeScalar(byte))
  }

  /// As messages name it.
  var inWords: String { self == .tab ? "a tab" : "\"\(self)\"" }
}

/// A separator that is not the one that a file's format has by default, and what shows it.
package struct FoundSeparator: Equatable, Sendable, CustomStringConvertible {
  enum Evidence {
    case firstLine, header, rows
  }

  let source: String
  let separator: FieldSeparator
  let evidence: Evidence

  package var description: String {
    let shown =
      switch evidence {
      case .firstLine: "as its first line says"
      case .header: "as its header shows"
      case .rows: "as its first rows show"
      }
    return "\(path: source): fields are separated by \(separator.inWords), \(shown)"
  }
}

/// What a separator would make of the beginning of a file.
public struct SeparatorCandidate: Equatable, Sendable {
  public let separator: FieldSeparator
  /// The fewest and the most fields of a row.
  public let fields: ClosedRange<Int>

  var description: String {
    let count =
      fields.count == 1 ? "\(fields.lowerBound)" : "\(fields.lowerBound) to \(fields.upperBound)"
    return "\(separator.inWords) gives \(count) fields a row"
  }
}
