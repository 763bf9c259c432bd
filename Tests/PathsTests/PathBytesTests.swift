import Foundation
import Paths
import Testing

/// Paths as strings keep every byte, and different bytes are different strings.
@Suite("Paths")
struct PathBytesTests {
  @Test(arguments: [
    "", "plain.txt", "/", "café", "cafe\u{301}", "\u{10FEE9}", "a\u{10FE80}\u{10FEFF}",
    "\u{10FE7F}",
    "\u{10FF00}", "/\u{301}", "a\nb", "\u{10FFFF}",
  ])
  func textGivesItsBytesBack(name: String) {
    let path = String(pathBytes: name.utf8)
    #expect(path.pathBytes == Array(name.utf8))
    #expect(path.cPath.map { UInt8(bitPattern: $0) } == Array(name.utf8) + [0])
    // Whoever has no such character has the string itself.
    let isReserved = name.unicodeScalars.contains { $0.escapedByte != nil }
    #expect(path.utf8.elementsEqual(name.utf8) == !isReserved)
  }

  @Test func everyPairOfBytesIsAPathOfItsOwn() {
    var paths: Set<[UInt8]> = []
    for first in UInt8.min...(.max) {
      for second in UInt8.min...(.max) {
        let bytes = [first, second, UInt8(ascii: "x")]
        let path = String(pathBytes: bytes)
        #expect(path.pathBytes == bytes)
        paths.insert(Array(path.utf8))
      }
    }
    #expect(paths.count == 1 << 16)
  }

  @Test func randomBytesGoThereAndBack() {
    var random = SystemRandomNumberGenerator()
    // Those that begin and continue the reserved scalars, and others.
    let likely: [UInt8] = [0xF4, 0x8F, 0xB8, 0xB9, 0xBA, 0xBB, 0x80, 0xBF, 0xC3, 0xA9, 0x2F, 0x61]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...9, using: &random)).map { _ in
        likely.randomElement(using: &random) ?? 0
      }
      #expect(String(pathBytes: bytes).pathBytes == bytes)
    }
  }

  @Test func pathsAreJoinedAsStrings() {
    let folder: [UInt8] = [0x72, 0xE9]
    let name: [UInt8] = [0xA9, 0x66]
    let path = String(pathBytes: folder) + "/" + String(pathBytes: name)
    #expect(path.pathBytes == folder + [0x2F] + name)
    #expect(path == String(pathBytes: path.pathBytes))
  }

  @Test(arguments: [
    ("a/b.txt", "b.txt"), ("b.txt", "b.txt"), ("a/b//", "b"), ("/", "/"), ("", ""), ("a/é/", "é"),
    ("a/\u{301}b", "\u{301}b"),
  ])
  func theLastName(path: String, name: String) {
    #expect(path.lastPathName.utf8.elementsEqual(name.utf8))
  }

  @Test func namesForPeople() {
    let path = String(pathBytes: [0x63, 0xE9, 0x0A, 0xC3, 0xA9, 0xF4, 0x8F, 0xBB, 0xA9])
    #expect(path.spelledPath == "c\\xE9\né\\xF4\\x8F\\xBB\\xA9")
    #expect(printable(path: path) == "c\\xE9\\né\\xF4\\x8F\\xBB\\xA9")
  }

  @Test func namesForPeopleDiffer() {
    let pieces = [#"\"#, "x", "E9", #"\xE9"#, "\u{10FEE9}", "x41", "xe9"]
    var names = [""]
    for _ in 0..<4 { names += names.flatMap { name in pieces.map { name + $0 } } }
    let spelled = Set(Set(names).map(\.spelledPath))
    #expect(spelled.count == Set(names).count)
    #expect(#"C:\new\x41.txt"#.spelledPath == #"C:\new\x41.txt"#)
    #expect(#"a\xE9"#.spelledPath == #"a\\xE9"#)
    #expect("a\\\u{10FEE9}".spelledPath == #"a\\\xE9"#)
  }

  @Test func entriesOfFolders() throws {
    let folder = NSTemporaryDirectory() + "paths-\(UUID().uuidString)"
    let names = [[0xE9], [0xE8], Array("é".utf8), Array("e\u{301}".utf8), Array("\u{10FEE9}".utf8)]
    let paths = names.map { folder + "/" + String(pathBytes: $0) }
    #expect(mkdir(folder.cPath, 0o700) == 0)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for path in paths {
      let descriptor = open(path.cPath, O_CREAT | O_EXCL | O_WRONLY, 0o600)
      #expect(descriptor >= 0)
      close(descriptor)
    }
    let found = try folderNames(in: folder).filter { !$0.hasPrefix(".") }
    #expect(Set(found.map(\.pathBytes)) == Set(names))
    for name in found { unlink("\(folder)/\(name)".cPath) }
    #expect(try folderNames(in: folder).count == 2)
    #expect(throws: SystemError.self) { try folderNames(in: folder + "/none") }
  }
}
