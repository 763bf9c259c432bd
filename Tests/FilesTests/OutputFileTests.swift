import FileTesting
import Files
import Glibc
import Testing

@Suite("Files written whole, and by the line")
struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func permissions(of path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test func replacesAFile() throws {
    try AtomicFile.write("old and longer".utf8, to: folder.file("a"))
    try AtomicFile.write("new".utf8, to: folder.file("a"))
    try AtomicFile.write("".utf8, to: folder.file("empty"))
    #expect(try folder.bytes(of: "a") == Array("new".utf8))
    #expect(try folder.bytes(of: "empty").isEmpty)
    #expect(try folder.names == ["a", "empty"])
  }

  @Test func permissionsAreAskedFor() throws {
    let plain = open(folder.file("plain"), O_WRONLY | O_CREAT, 0o666)
    close(plain)
    try AtomicFile.write("".utf8, to: folder.file("shared"))
    try AtomicFile.write("".utf8, to: folder.file("own"), permissions: .ownerOnly)
    #expect(permissions(of: folder.file("shared")) == permissions(of: folder.file("plain")))
    #expect(permissions(of: folder.file("own")) == 0o600)
  }

  @Test func aLinkIsReplacedNotFollowed() throws {
    try folder.write("precious".utf8, to: "elsewhere")
    #expect(symlink("elsewhere", folder.file("link")) == 0)
    try AtomicFile.write("new".utf8, to: folder.file("link"))
    #expect(try folder.bytes(of: "elsewhere") == Array("precious".utf8))
    #expect(try folder.bytes(of: "link") == Array("new".utf8))
  }

  @Test func whatIsNotFinishedLeavesTheOldFile() throws {
    try folder.write("old".utf8, to: "a")
    let path = folder.file("a")
    do {
      let file = try AtomicFile(path: path)
      try file.write(Array("half".utf8))
      #expect(try folder.names.count == 2)
    }
    #expect(try folder.bytes(of: "a") == Array("old".utf8))
    #expect(try folder.names == ["a"])
  }

  @Test func foldersThatAreNotThere() throws {
    let path = folder.file("none/a")
    #expect(throws: FileError.cannotCreate(path: path, code: ENOENT)) {
      try AtomicFile.write("x".utf8, to: path)
    }
    #expect(throws: FileError.cannotCreate(path: "a\0b", code: EINVAL)) {
      try AtomicFile.write("x".utf8, to: "a\0b")
    }
    #expect(throws: FileError.cannotCreate(path: path, code: ENOENT)) {
      try AppendFile(path: path)
    }
    #expect(try folder.names == [])
  }

  @Test func theTargetIsAFolder() throws {
    #expect(mkdir(folder.file("sub"), 0o700) == 0)
    #expect(throws: FileError.renameFailed(path: folder.file("sub"), code: EISDIR)) {
      try AtomicFile.write("x".utf8, to: folder.file("sub"))
    }
    #expect(throws: FileError.cannotCreate(path: folder.file("sub"), code: EISDIR)) {
      try AppendFile(path: folder.file("sub"))
    }
    #expect(try folder.names == ["sub"])
  }

  /// The limit holds for the whole process, so this one is tried in a process of its own.
  @Test func aFullDiskLeavesTheOldFile() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try folder.write("old".utf8, to: "a")
      signal(SIGXFSZ, SIG_IGN)
      let fileSize = __rlimit_resource_t(1)  // RLIMIT_FSIZE
      var limit = rlimit()
      #expect(getrlimit(fileSize, &limit) == 0)
      limit.rlim_cur = 1000
      #expect(setrlimit(fileSize, &limit) == 0)

      let path = folder.file("a")
      #expect(throws: FileError.diskFull(path: path, code: EFBIG)) {
        try AtomicFile.write(repeatElement(7, count: 1500), to: path)
      }
      #expect(try folder.bytes(of: "a") == Array("old".utf8))
      #expect(try folder.names == ["a"])
    }
  }

  // MARK: Files that a person named

  @Test func aFileIsKeptUnlessToldOtherwise() throws {
    try folder.write("old".utf8, to: "a")
    let path = folder.file("a")
    #expect(throws: FileError.exists(path: path, remedy: "--force")) {
      try OutputFile(path: path, replaces: false, remedy: "--force")
    }
    #expect(throws: FileError.renameFailed(path: folder.path, code: EISDIR)) {
      try OutputFile(path: folder.path, replaces: true, remedy: "--force")
    }
    try OutputFile(path: path, replaces: true, remedy: "--force").write("new".utf8)
    #expect(try folder.bytes(of: "a") == Array("new".utf8))
    try OutputFile(path: folder.file("b"), replaces: false, remedy: "--force").write("b".utf8)
    #expect(try folder.names == ["a", "b"])
  }

  @Test func aFileThatComesDuringTheWorkIsKeptToo() throws {
    let path = folder.file("a")
    let file = try OutputFile(path: path, replaces: false, remedy: "--force")
    try folder.write("another's".utf8, to: "a")
    #expect(throws: FileError.exists(path: path, remedy: "--force")) {
      try file.write("new".utf8)
    }
    #expect(throws: FileError.exists(path: path, remedy: "--force")) {
      try file.write(permissions: .ownerOnly) { _ throws(FileError) in true }
    }
    #expect(try folder.bytes(of: "a") == Array("another's".utf8))
    #expect(try folder.names == ["a"])
  }

  // MARK: Lines

  @Test func linesAreAppended() throws {
    let path = folder.file("metrics.jsonl")
    do {
      let file = try AppendFile(path: path)
      try file.append(#"{"step":1}"#)
      try file.append("é")
    }
    try AppendFile(path: path).append("")
    #expect(try folder.bytes(of: "metrics.jsonl") == Array("{\"step\":1}\né\n\n".utf8))
  }

  @Test func aLineCutOffIsEnded() throws {
    try folder.write("{\"step\":1}\n{\"st".utf8, to: "metrics.jsonl")
    try AppendFile(path: folder.file("metrics.jsonl")).append("{}")
    #expect(
      try folder.bytes(of: "metrics.jsonl") == Array("{\"step\":1}\n{\"st\n{}\n".utf8))
  }

  @Test func linesAreNotWrittenThroughALink() throws {
    try folder.write("precious".utf8, to: "elsewhere")
    #expect(symlink("elsewhere", folder.file("link")) == 0)
    let error = #expect(
      throws: FileError.cannotCreate(path: folder.file("link"), code: ELOOP)
    ) {
      try AppendFile(path: folder.file("link"))
    }
    #expect(error?.description.contains("it is a symbolic link") == true)
    #expect(try folder.bytes(of: "elsewhere") == Array("precious".utf8))
  }

  @Test func aFullDeviceIsSaid() throws {
    let file = try AppendFile(path: "/dev/full")
    #expect(throws: FileError.diskFull(path: "/dev/full", code: ENOSPC)) {
      try file.append("{}")
    }
  }

  @Test func linesOfManyTasksDoNotMix() async throws {
    let file = try AppendFile(path: folder.file("lines"))
    await withTaskGroup { group in
      for task in 0..<8 {
        group.addTask {
          for _ in 0..<50 {
            try? file.append(String(repeating: "\(task)", count: 500))
          }
        }
      }
    }
    let lines = try folder.bytes(of: "lines").split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == 400)
    #expect(lines.allSatisfy { $0.count == 500 && Set($0).count == 1 })
  }
}
