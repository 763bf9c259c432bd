import Glibc
import Paths
import Text

/// A file that holds the texts of a class.
struct ClassFile {
  /// Its bytes, ending in 0: a name need not be UTF-8.
  let path: [CChar]
  private(set) var size: Int

  /// The path.
  var source: String { String(pathBytes: path.dropLast().map(UInt8.init(bitPattern:))) }

  /// The file's name without its extension, as text.
  var label: String {
    let name = source.lastPathName.spelledPath
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// Those whose names do not begin with a dot, in the order of the bytes of their names.
  static func all(in folder: String) throws(LabelledDataError) -> [ClassFile] {
    let names: [[CChar]]
    do {
      names = try folderEntries(of: folder.cPath) { $0[0] == dot ? nil : Array($0) }
    } catch {
      throw .systemError(error, at: folder)
    }
    var files: [ClassFile] = []
    let isRunFolder = OwnFiles.isRunFolder(folder.cPath)
    let prefix = (folder.hasSuffix("/") ? folder : folder + "/").cPath.dropLast()
    for name in names {
      let path = Array(prefix) + name
      var file = ClassFile(path: path, size: 0)
      guard !OwnFiles.isOwn(file.source.lastPathName, isInRunFolder: isRunFolder) else { continue }
      var status = stat()
      guard stat(path, &status) == 0 else { throw .systemError(.last, at: file.source) }
      if status.st_mode & S_IFMT == S_IFDIR, OwnFiles.isRunFolder(path) { continue }
      guard status.st_mode & S_IFMT == S_IFREG else { throw .notClass(path: file.source) }
      file.size = Int(status.st_size)
      files.append(file)
    }
    return files.sorted { first, second in
      first.path.lexicographicallyPrecedes(second.path) {
        UInt8(bitPattern: $0) < UInt8(bitPattern: $1)
      }
    }
  }

  private static let dot = CChar(bitPattern: UInt8(ascii: "."))
}
