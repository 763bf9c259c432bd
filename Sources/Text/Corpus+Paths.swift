import Glibc
import Paths

extension Corpus {
  /// Reads files, folders and standard input as one text.
  ///
  /// A path is a file; a folder, for all regular files below it whose names do not begin with a
  /// dot, sorted by the bytes of their paths; or `-`, for standard input. What cannot be mapped
  /// (a pipe, a terminal) is kept in a temporary file in `TMPDIR`, or else `/var/tmp`, that has
  /// no name and goes with the corpus. A byte B of a path that is no part of UTF-8 is the scalar
  /// U+10FE00 + B, here and in every path of the library.
  ///
  /// - Throws: any `CorpusError` but `invalidUTF8`: nothing has been read yet but pipes.
  public convenience init(paths: [String]) throws(CorpusError) {
    try self.init(paths: paths, standardInput: STDIN_FILENO)
  }

  /// - Parameters:
  ///   - standardInput: the descriptor that `-` stands for; it is left open.
  ///   - mappingLimit: Linux allows a process some 65,000 mappings; more files than this are
  ///     joined in one temporary file instead.
  package convenience init(
    paths: [String], standardInput: CInt, mappingLimit: Int = 4096
  ) throws(CorpusError) {
    let sources = try TextSource.expand(paths)
    if sources.count > mappingLimit {
      try self.init(parts: Self.join(sources, standardInput: standardInput), areFiles: true)
    } else {
      var parts: [(name: String, bytes: (mapping: Mapping, range: Range<Int>)?)] = []
      for source in sources {
        let descriptor = try source.open(standardInput: standardInput)
        defer { source.close(descriptor) }
        let mapping = try Self.map(descriptor, name: source.name)
        guard !(mapping.map { OwnFiles.isSafetensors($0.bytes) } ?? false) else {
          if source.wasFound { continue }
          throw .isModel(path: source.name)
        }
        parts.append((source.name, mapping.map { ($0, 0..<$0.bytes.count) }))
      }
      try self.init(parts: parts, areFiles: true)
    }
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
    // Thousands of files are not looked into for sessions: their names have told of models.
    let mapping = spool.count > 0 ? try spool.map(path: name) : nil
    return zip(sources, ranges).map { source, range in
      (source.name, range.isEmpty ? nil : mapping.map { ($0, range) })
    }
  }
}
