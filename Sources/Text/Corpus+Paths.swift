import Glibc
import Paths

extension Corpus {
  /// Reads files, folders and standard input as one text.
  ///
  /// A path is a file; a folder, for all regular files below it whose names do not begin with a
  /// dot, sorted by the bytes of their paths; or `-`, for standard input. What cannot be mapped
  /// (a pipe, a terminal) is kept in a temporary file in `TMPDIR`, or else `/var/tmp`, that has
  /// no name and goes with the corpus. What this program has written (models, the files of runs,
  /// sessions) is left out of folders. A byte B of a path that is no part of UTF-8 is the scalar
  /// U+10FE00 + B, here and in every path of the library.
  ///
  /// - Parameter separator: what stands between two files that are not empty.
  /// - Throws: any `CorpusError` but `invalidUTF8`: nothing has been read yet but pipes.
  public convenience init(
    paths: [String], separator: DocumentSeparator = .lineFeed
  ) throws(CorpusError) {
    try self.init(paths: paths, separator: separator, standardInput: STDIN_FILENO)
  }

  /// - Parameters:
  ///   - standardInput: the descriptor that `-` stands for; it is left open.
  ///   - mappingLimit: Linux allows a process some 65,000 mappings; more files than this are
  ///     joined in one temporary file instead.
  package convenience init(
    paths: [String], separator: DocumentSeparator = .lineFeed, standardInput: CInt,
    mappingLimit: Int = 4096
  ) throws(CorpusError) {
    let sources = try TextSource.expand(paths)
    if sources.count > mappingLimit {
      try self.init(
        parts: Self.join(sources, standardInput: standardInput), areFiles: true,
        separator: separator)
    } else {
      var parts: [(name: String, bytes: (mapping: Mapping, range: Range<Int>)?)] = []
      for source in sources {
        let descriptor = try source.open(standardInput: standardInput)
        defer { source.close(descriptor) }
        let mapping = try Self.map(descriptor, name: source.name)
        if let mapping, try Self.isOwn(mapping.bytes, source) { continue }
        parts.append((source.name, mapping.map { ($0, 0..<$0.bytes.count) }))
      }
      try self.init(parts: parts, areFiles: true, separator: separator)
    }
  }

  /// Whether a source that was found in a folder is a model or a session of this program's.
  ///
  /// - Throws: `CorpusError.isModel` where a person has named it.
  private static func isOwn(
    _ bytes: UnsafeRawBufferPointer, _ source: TextSource
  ) throws(CorpusError) -> Bool {
    guard OwnFiles.isSafetensors(bytes) else { return false }
    guard source.wasFound else { throw .isModel(path: source.name) }
    return true
  }

  /// The bytes behind an open descriptor, `nil` where there are none.
  private static func map(_ descriptor: CInt, name: String) throws(CorpusError) -> Mapping? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: name, reason: SystemError.last.reason)
    }
    // A file of "0 bytes" may be one the kernel makes up as it is read, under /proc. Standard
    // input may be a file that another program has begun to read.
    let isPlain =
      status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
      && lseek(descriptor, 0, SEEK_CUR) == 0
    if isPlain {
      do {
        return try Mapping(descriptor: descriptor, count: Int(status.st_size))
      } catch {
        throw .unreadable(path: name, reason: error.reason)
      }
    }
    var spool = try Spool(for: name)
    return try spool.append(from: descriptor, path: name) > 0 ? spool.map(path: name) : nil
  }

  /// All sources copied into one temporary file, each a range of one mapping.
  private static func join(
    _ sources: [TextSource], standardInput: CInt
  ) throws(CorpusError) -> [(name: String, bytes: (mapping: Mapping, range: Range<Int>)?)] {
    let name = "\(sources.count) files"
    var spool = try Spool(for: name)
    var ranges: [Range<Int>] = []
    for source in sources {
      let start = spool.count
      let descriptor = try source.open(standardInput: standardInput)
      defer { source.close(descriptor) }
      ranges.append(start..<start + (try spool.append(from: descriptor, path: source.name)))
    }
    let mapping = spool.count > 0 ? try spool.map(path: name) : nil
    var parts: [(name: String, bytes: (mapping: Mapping, range: Range<Int>)?)] = []
    parts.reserveCapacity(sources.count)
    for (source, range) in zip(sources, ranges) {
      guard let mapping, !range.isEmpty else {
        parts.append((source.name, nil))
        continue
      }
      let bytes = UnsafeRawBufferPointer(rebasing: mapping.bytes[range])
      if try !isOwn(bytes, source) { parts.append((source.name, (mapping, range))) }
    }
    return parts
  }
}
