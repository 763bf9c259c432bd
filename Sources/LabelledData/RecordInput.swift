import Glibc
import Paths
import Text

/// A file on its way to records: its bytes, checked to be UTF-8 without byte 0, a buffer at a time.
///
/// What is not text is reported when a reader gets there, not before, so that records before it
/// come out, or fail, in the same way however the file is cut into reads.
///
/// Readers take a line feed with `consumeLineFeed`: that counts lines.
struct RecordInput: ~Copyable {
  let source: String
  /// The number of the record being read: 0 for a header.
  var row = 1
  /// The line being read, from 1 on.
  private(set) var line = 1
  /// The line that the record being read began at.
  private(set) var recordLine = 1

  private let descriptor: CInt
  private var buffer: UnsafeMutableRawBufferPointer
  private let readSize: Int
  /// How much of the buffer is taken, known to be text, and filled: in that order.
  private var start = 0
  private var checked = 0
  private var filled = 0
  /// Where the buffer begins in the file.
  private var offset = 0
  /// Whether the byte after those checked is no text.
  private var isBroken = false
  private var isAtEnd = false
  /// What the file's beginning shows it to be, where that is no text.
  private var foreignContent: ForeignContent?
  /// Whether lines end with CR, as on the Macintosh of old, which is then read as LF.
  private var endsLinesWithCR = false
  /// Whether what is taken will be given back, and nothing more is read.
  private var isTrial = false
  /// Whether there is a position to read from, as in a file and not in a pipe.
  let isSeekable: Bool
  /// Whether bytes that are no text are passed over, and where those are that were, in the file.
  private let passesBadBytes: Bool
  private var badBytes: [Int] = []
  /// Is called when nothing more is there yet and a read would have to wait.
  var beforeWaiting: (() -> Void)?

  /// What `hasPrefix` leaves behind, and a scalar that a read cut off, have room beside a read.
  private static let carry = 16

  /// Opens a file, or standard input for `-`.
  ///
  /// - Parameter passesBadBytes: whether what is no text stands as `?`, for `takeBadByte` to tell
  ///   of, instead of being an error.
  init(path: String, readSize: Int, passesBadBytes: Bool = false) throws(LabelledDataError) {
    // A duplicate, so that what is closed is always its own.
    try self.init(
      descriptor: path == "-"
        ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path.cPath, O_RDONLY | O_CLOEXEC),
      source: path == "-" ? "standard input" : path, readSize: readSize,
      passesBadBytes: passesBadBytes)
  }

  /// Opens the file of a class.
  init(_ file: ClassFile, readSize: Int, passesBadBytes: Bool) throws(LabelledDataError) {
    let source = file.source
    try self.init(
      descriptor: open(file.path, O_RDONLY | O_CLOEXEC), source: source, readSize: readSize,
      passesBadBytes: passesBadBytes)
  }

  /// - Parameter descriptor: is closed with the input; negative where it could not be opened.
  private init(
    descriptor: CInt, source: String, readSize: Int, passesBadBytes: Bool
  ) throws(LabelledDataError) {
    precondition(readSize > 0)
    self.source = source
    guard descriptor >= 0 else { throw .systemError(.last, at: source) }
    self.descriptor = descriptor
    self.readSize = readSize
    self.passesBadBytes = passesBadBytes
    buffer = .allocate(byteCount: readSize + Self.carry, alignment: 64)
    // What can be read twice is looked at whole, however small the reads.
    let position = lseek(descriptor, 0, SEEK_CUR)
    isSeekable = position >= 0
    if isSeekable {
      var head = [UInt8](repeating: 0, count: 1 << 16)
      let count = pread(descriptor, &head, head.count, position)
      head.prefix(max(0, count)).withUnsafeBytes { lookAtBeginning($0) }
    }
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// The size of a regular file, 0 for anything else.
  var fileSize: Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
    return Int(status.st_size)
  }

  var location: RecordLocation { RecordLocation(source: source, row: row, line: recordLine) }

  mutating func beginRecord() {
    recordLine = line
  }

  /// Text not yet taken. Valid until the next `fill`.
  @inline(__always)
  var available: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: buffer[start..<checked])
  }

  @inline(__always)
  mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= checked - start)
    start += count
  }

  @inline(__always)
  mutating func consumeLineFeed() {
    consume(1)
    line += 1
  }

  /// Whether the file's next bytes are these, of which there are at most 16; none is taken.
  mutating func hasPrefix(_ prefix: StaticString) -> Bool {
    precondition(prefix.utf8CodeUnitCount <= Self.carry)
    while available.count < prefix.utf8CodeUnitCount {
      // What fails here fails again once it is read.
      guard (try? fill()) == true else { return false }
    }
    return available.starts(
      with: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
  }

  /// Makes more text available beside what is left; `false` at the end of the file.
  mutating func fill() throws(LabelledDataError) -> Bool {
    if isTrial { return false }
    let count = checked - start
    while checked - start == count {
      if let foreignContent { throw .foreign(source: source, foreignContent) }
      if isBroken {
        guard passesBadBytes else {
          throw .notText(source: source, line: line, offset: offset + checked)
        }
        passBadByte()
        continue
      }
      guard !isAtEnd else { return false }
      try read()
      // Before anything of it is taken: what looks like a line feed may be half of another character.
      if let foreignContent { throw .foreign(source: source, foreignContent) }
    }
    return true
  }

  /// Lets records be read from the text that is there, as if it were all, until `endTrial` gives
  /// them back.
  mutating func beginTrial() -> (start: Int, line: Int, recordLine: Int) {
    isTrial = true
    return (start, line, recordLine)
  }

  mutating func endTrial(at location: (start: Int, line: Int, recordLine: Int)) {
    isTrial = false
    (start, line, recordLine) = location
  }

  /// Whether the byte taken last was a line feed.
  var isAfterLineFeed: Bool { start > 0 && buffer[start - 1] == .lineFeed }

  private mutating func lookAtBeginning(_ head: UnsafeRawBufferPointer) {
    foreignContent = ForeignContent(head: head)
    let firstCR = head.firstIndex(of: .carriageReturn, or: .lineFeed)
    // The last byte may be half of CR LF.
    endsLinesWithCR =
      firstCR < head.count - 1 && head.firstIndex(of: .lineFeed, or: .lineFeed) == head.count
  }

  private mutating func passBadByte() {
    badBytes.append(offset + checked)
    buffer[checked] = UInt8(ascii: "?")
    check()
  }

  /// Where the first byte that is no text stood in what was taken since this was last asked.
  mutating func takeBadByte() -> Int? {
    let end = badBytes.firstIndex { $0 >= offset + start } ?? badBytes.count
    guard end > 0 else { return nil }
    let first = badBytes[0]
    badBytes.removeFirst(end)
    return first
  }

  /// Takes the rest of a line that cannot be read.
  mutating func skipLine() throws(LabelledDataError) {
    while true {
      if available.isEmpty, try !fill() { return }
      let run = available.firstIndex(of: .lineFeed, or: .lineFeed)
      let hasEnd = run < available.count
      consume(run)
      if hasEnd { return consumeLineFeed() }
    }
  }

  /// Whether bytes, or the end, can be had without waiting.
  private var isReady: Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) != 0
  }

  /// Says how much of what is in the buffer is text.
  private mutating func check() {
    let prefix = plainTextPrefix(of: UnsafeRawBufferPointer(rebasing: buffer[checked..<filled]))
    checked += prefix.count
    isBroken = checked < filled && (!prefix.isCut || isAtEnd)
  }

  private mutating func read() throws(LabelledDataError) {
    if let beforeWaiting, !isReady { beforeWaiting() }
    if start > 0 {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<filled]))
      offset += start
      checked -= start
      filled -= start
      start = 0
    }
    if buffer.count - filled < readSize {
      // Only where the beginning is looked at: otherwise nearly all has been taken.
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 2 * (filled + readSize), alignment: 64)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
      buffer.deallocate()
      buffer = larger
    }
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...].prefix(readSize))
    let count = Glibc.read(descriptor, room.baseAddress, room.count)
    guard count >= 0 else {
      if errno == EINTR { return }
      throw .unreadable(path: source, reason: SystemError.last.reason)
    }
    let isBeginning = offset + checked == 0
    isAtEnd = count == 0
    filled += count
    if isBeginning, lseek(descriptor, 0, SEEK_CUR) < 0 {
      lookAtBeginning(UnsafeRawBufferPointer(rebasing: buffer[checked..<filled]))
    }
    if endsLinesWithCR {
      for index in filled - count..<filled where buffer[index] == .carriageReturn {
        buffer[index] = .lineFeed
      }
    }
    check()
    // The mark is one scalar and so is here as a whole.
    if isBeginning, buffer[..<checked].starts(with: byteOrderMark) { start = byteOrderMark.count }
  }
}

extension RecordInput {
  /// The greatest record, in bytes.
  static let recordLimit = 64 << 20

  /// Reads a line without its end, LF or CRLF; `false` at the end of the file.
  mutating func readLine(into bytes: inout [UInt8]) throws(LabelledDataError) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    beginRecord()
    var isEmpty = true
    while true {
      if available.isEmpty, try !fill() {
        if bytes.last == .carriageReturn { bytes.removeLast() }
        return !isEmpty
      }
      isEmpty = false
      let text = available
      let run = text.firstIndex(of: .lineFeed, or: .lineFeed)
      bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[..<run]))
      consume(run)
      guard bytes.count <= Self.recordLimit else {
        throw .record(location, .tooLarge(limit: Self.recordLimit))
      }
      if run < text.count {
        consumeLineFeed()
        if bytes.last == .carriageReturn { bytes.removeLast() }
        return true
      }
    }
  }
}

extension LabelledDataError {
  static func systemError(_ error: SystemError, at path: String) -> LabelledDataError {
    error.code == ENOENT || error.code == ENOTDIR
      ? .noSuchFile(path: path) : .unreadable(path: path, reason: error.reason)
  }
}

extension UInt8 {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let doubleQuote = UInt8(ascii: "\"")
}

extension UnsafeRawBufferPointer {
  /// The first index of either byte, `count` where there is none. Eight bytes are looked at at once.
  @inline(__always)
  func firstIndex(of first: UInt8, or second: UInt8) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits = ones << 7
    let (firsts, seconds) = (ones &* UInt64(first), ones &* UInt64(second))
    var index = 0
    while count - index >= 8 {
      let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let (a, b) = (word ^ firsts, word ^ seconds)
      // The lowest bit set is right: a byte is taken for 0 wrongly only after one that is.
      let found = ((a &- ones) & ~a | (b &- ones) & ~b) & highBits
      guard found == 0 else { return index + found.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < count, self[index] != first, self[index] != second { index += 1 }
    return index
  }
}
