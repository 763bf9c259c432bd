import Glibc

/// What a folder has, in no order.
///
/// - Parameters:
///   - folder: its path's bytes, ended by 0.
///   - transform: gives what to keep of the bytes of a name, which are ended by a 0 that counts among
///     them; `.` and `..` are names, too.
/// - Throws: `SystemError` where it cannot be read to its end.
package func folderEntries<Entry>(
  of folder: [CChar], _ transform: (UnsafeBufferPointer<CChar>) -> Entry?
) throws(SystemError) -> [Entry] {
  guard let stream = opendir(folder) else { throw .last }
  defer { closedir(stream) }
  var entries: [Entry] = []
  while true {
    errno = 0
    guard let entry = readdir(stream) else {
      guard errno == 0 else { throw .last }
      return entries
    }
    // Read in place: a record is only as long as its name needs, shorter than the struct.
    let name = UnsafeRawPointer(entry)
      .advanced(by: MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
      .assumingMemoryBound(to: CChar.self)
    if let kept = transform(UnsafeBufferPointer(start: name, count: strlen(name) + 1)) {
      entries.append(kept)
    }
  }
}

/// The names in a folder, in no order.
///
/// - Throws: `SystemError` where it cannot be read to its end.
package func folderNames(in folder: String) throws(SystemError) -> [String] {
  try folderEntries(of: folder.cPath) { name in name.baseAddress.map { String(cPath: $0) } }
}
