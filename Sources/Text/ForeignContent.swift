import Paths

/// What a file's first bytes show it to be, where that is no text in UTF-8.
public enum ForeignContent: Equatable, Sendable {
  case utf16(isLittleEndian: Bool, hasMark: Bool)
  case utf32(isLittleEndian: Bool, hasMark: Bool)
  /// Word's `.docx` and EPUB are archives, too.
  case zip
  case gzip
  case pdf
  /// Office's format before 2007.
  case oldOffice

  /// How many bytes tell.
  package static let headLength = 1024

  /// - Parameter head: a file's first bytes, of which `headLength` are looked at.
  package init?(head: UnsafeRawBufferPointer) {
    let head = head.prefix(Self.headLength)
    func begins(_ bytes: UInt8...) -> Bool { head.starts(with: bytes) }
    if begins(0xFF, 0xFE, 0, 0) {
      self = .utf32(isLittleEndian: true, hasMark: true)
    } else if begins(0, 0, 0xFE, 0xFF) {
      self = .utf32(isLittleEndian: false, hasMark: true)
    } else if begins(0xFF, 0xFE) {
      self = .utf16(isLittleEndian: true, hasMark: true)
    } else if begins(0xFE, 0xFF) {
      self = .utf16(isLittleEndian: false, hasMark: true)
    } else if begins(0x50, 0x4B, 3, 4) {
      self = .zip
    } else if begins(0x1F, 0x8B) {
      self = .gzip
    } else if begins(0x25, 0x50, 0x44, 0x46, 0x2D) {
      self = .pdf
    } else if begins(0xD0, 0xCF, 0x11, 0xE0) {
      self = .oldOffice
    } else {
      self.init(unmarked: head)
    }
  }

  /// UTF-16 and UTF-32 have bytes 0 at the same places of every ASCII character, blanks among them;
  /// text in UTF-8 has none.
  private init?(unmarked head: Slice<UnsafeRawBufferPointer>) {
    // [4]: zeros by their place in four bytes
    var zeros = [0, 0, 0, 0]
    for (index, byte) in head.enumerated() where byte == 0 { zeros[index & 3] += 1 }
    let units = head.count / 4
    guard units > 0 else { return nil }
    // No character of Unicode has anything but 0 in the highest byte of four, and nearly all text
    // 0 or 1 in the next.
    let isUTF32 = { (highest: Int, next: Int, lowest: Int) in
      zeros[highest] >= units && zeros[next] * 10 >= units * 9 && zeros[lowest] * 10 < units
    }
    if isUTF32(3, 2, 0) {
      self = .utf32(isLittleEndian: true, hasMark: false)
      return
    }
    if isUTF32(0, 1, 3) {
      self = .utf32(isLittleEndian: false, hasMark: false)
      return
    }
    let (even, odd) = (zeros[0] + zeros[2], zeros[1] + zeros[3])
    // A tenth of all characters, as the blanks of any language that has them, and not by chance.
    let characters = head.count / 2
    let isUTF16 = { (zeros: Int) in
      zeros * 10 >= characters && (zeros > 3 || zeros == characters && zeros > 1)
    }
    if even == 0, isUTF16(odd) {
      self = .utf16(isLittleEndian: true, hasMark: false)
    } else if odd == 0, isUTF16(even) {
      self = .utf16(isLittleEndian: false, hasMark: false)
    } else {
      return nil
    }
  }

  /// What it is and what to do, to stand in one line.
  ///
  /// - Parameter path: the file, `nil` for standard input.
  package func description(of path: String?) -> String {
    let name = path.map { "\(path: $0)" } ?? "standard input"
    switch self {
    case .utf16, .utf32:
      let command = "iconv -f \(encoding) -t UTF-8"
      guard let path else { return "\(name) is \(encoding), not UTF-8; pipe it through \(command)" }
      return "\(name) is \(encoding), not UTF-8; convert it: \(command) "
        + "\(shellQuoted(path: path)) > \(shellQuoted(path: path + ".utf-8.txt"))"
    case .zip:
      return "\(name) is a Word document, a book or another ZIP archive, not text; save what is in "
        + "it as plain text in UTF-8"
    case .gzip: return "\(name) is compressed, not text; unpack it with gunzip"
    case .pdf: return "\(name) is a PDF, not text; pdftotext makes text of it"
    case .oldOffice:
      return "\(name) is a document of Office, not text; save it as plain text in UTF-8"
    }
  }

  /// As `iconv` calls it: with a mark, which it then takes away, without the order of bytes.
  private var encoding: String {
    switch self {
    case .utf16(_, hasMark: true): "UTF-16"
    case .utf16(let isLittleEndian, _): isLittleEndian ? "UTF-16LE" : "UTF-16BE"
    case .utf32(_, hasMark: true): "UTF-32"
    case .utf32(let isLittleEndian, _): isLittleEndian ? "UTF-32LE" : "UTF-32BE"
    case .zip, .gzip, .pdf, .oldOffice: ""
    }
  }
}

/// The byte order mark of UTF-8, which some programs begin a file with: it is not part of the text.
package let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
