import Glibc
import Text

/// A file that holds the texts of a class.
struct ClassFile {
  let path: String
  let size: Int

  /// The file's name without its extension.
  var label: String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return String(name) }
    return String(name[..<dot])
  }

  /// Those whose names do not begin with a dot, in the order of the bytes of their names.
  static func all(in folder: String) throws(LabelledDataError) -> [ClassFile] {
    guard let stream = opendir(folder) else { throw .lastSystemError(at: folder) }
    defer { closedir(stream) }
    var files: [ClassFile] = []
    let isRunFolder = OwnFiles.isRunFolder(Array(folder.utf8CString))
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .lastSystemError(at: folder) }
        return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
      }
      // Read in place: a record is only as long as its name needs, shorter than the struct.
      let name = String(
        cString: UnsafeRawPointer(entry)
          .advanced(by: MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
          .assumingMemoryBound(to: CChar.self))
      guard !name.hasPrefix("."), !OwnFiles.isOwn(name, isInRunFolder: isRunFolder) else {
        continue
      }
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      var status = stat()
      guard stat(path, &status) == 0 else { throw .lastSystemError(at: path) }
      if status.st_mode & S_IFMT == S_IFDIR, OwnFiles.isRunFolder(Array(path.utf8CString)) {
        continue
      }
      guard status.st_mode & S_IFMT == S_IFREG else { throw .notClass(path: path) }
      files.append(ClassFile(path: path, size: Int(status.st_size)))
    }
  }
}
