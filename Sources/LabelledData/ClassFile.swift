import Glibc
import TerminalText
import Text

/// A file that holds the texts of a class.
struct ClassFile {
  /// Its bytes, ending in 0: a name need not be UTF-8.
  let path: [CChar]
  let size: Int

  /// The path as text.
  var source: String { Self.spelled(path) }

  /// The file's name without its extension, as text.
  var label: String {
    let name = source.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return String(name) }
    return String(name[..<dot])
  }

  /// Those whose names do not begin with a dot, in the order of the bytes of their names.
  static func all(in folder: String) throws(LabelledDataError) -> [ClassFile] {
    guard let stream = opendir(folder) else { throw .lastSystemError(at: folder) }
    defer { closedir(stream) }
    var files: [ClassFile] = []
    let isRunFolder = OwnFiles.isRunFolder(Array(folder.utf8CString))
    let prefix = (folder.hasSuffix("/") ? folder : folder + "/").utf8CString.dropLast()
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .lastSystemError(at: folder) }
        return files.sorted { first, second in
          first.path.lexicographicallyPrecedes(second.path) {
            UInt8(bitPattern: $0) < UInt8(bitPattern: $1)
          }
        }
      }
      // Read in place: a record is only as long as its name needs, shorter than the struct.
      let start = UnsafeRawPointer(entry)
        .advanced(by: MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
        .assumingMemoryBound(to: CChar.self)
      let name = Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1))
      let text = spelled(name)
      guard !text.hasPrefix("."), !OwnFiles.isOwn(text, isInRunFolder: isRunFolder) else {
        continue
      }
      let path = Array(prefix) + name
      var status = stat()
      guard stat(path, &status) == 0 else { throw .lastSystemError(at: spelled(path)) }
      if status.st_mode & S_IFMT == S_IFDIR, OwnFiles.isRunFolder(path) { continue }
      guard status.st_mode & S_IFMT == S_IFREG else { throw .notClass(path: spelled(path)) }
      files.append(ClassFile(path: path, size: Int(status.st_size)))
    }
  }

  private static func spelled(_ path: [CChar]) -> String {
    spelledName(path.dropLast().map(UInt8.init(bitPattern:)))
  }
}
