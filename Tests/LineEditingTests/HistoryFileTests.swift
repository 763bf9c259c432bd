import FileTesting
import Foundation
import Glibc
import LineEditing
import Testing

@Suite struct HistoryFileTests {
  @Test func thePathFollowsTheEnvironment() {
    let path = HistoryFile.defaultPath(environment:)
    #expect(path(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/charlstm/history")
    #expect(path(["XDG_STATE_HOME": "s", "HOME": "/h"]) == "/h/.local/state/charlstm/history")
    #expect(path(["XDG_STATE_HOME": "", "HOME": "/h"]) == "/h/.local/state/charlstm/history")
    #expect(path(["HOME": "h"]) == nil)
    #expect(path([:]) == nil)
  }

  @Test func entriesComeBackAsTheyWere() throws {
    let folder = try TemporaryFolder()
    let history = HistoryFile(path: folder.file("a/b/history"), limit: 10)
    #expect(try history.load() == [])
    let entries = ["one", "two\nlines", #"back\slash \n \\"#, "\n", "#1234", "e\u{301}é\t世\r"]
    for entry in entries { try history.append(entry) }
    #expect(try history.load() == entries)
    #expect(try folder.mode(of: "a/b/history") == 0o600)
    #expect(try folder.mode(of: "a/b") == 0o700)
    #expect(try folder.mode(of: "a") == 0o700)
  }

  @Test func theFileHasALineForEachEntry() throws {
    let folder = try TemporaryFolder()
    let history = HistoryFile(path: folder.file("history"), limit: 10)
    try history.append("two\nlines")
    try history.append(#"a\b"#)
    #expect(try folder.read("history") == #"two\nlines"# + "\n" + #"a\\b"# + "\n")
  }

  @Test func onlyTheNewestEntriesAreKept() throws {
    let folder = try TemporaryFolder()
    let history = HistoryFile(path: folder.file("history"), limit: 8)
    for number in 1...100 {
      try history.append("\(number)")
      #expect(try folder.read("history").count { $0 == "\n" } <= 10)
    }
    #expect(try history.load() == (93...100).map(String.init))
    #expect(try folder.mode(of: "history") == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["history"])
  }

  @Test func anEntryTooLongForTheFileIsLeftOut() throws {
    let folder = try TemporaryFolder()
    let history = HistoryFile(path: folder.file("history"), limit: 8)
    try history.append("short")
    try history.append(String(repeating: "x", count: HistoryFile.longestEntry + 1))
    try history.append(String(repeating: "y", count: HistoryFile.longestEntry))
    #expect(try history.load().map(\.utf8.count) == [5, HistoryFile.longestEntry])
  }

  @Test func aFileOfManyLongEntriesIsCutBack() throws {
    let folder = try TemporaryFolder()
    let history = HistoryFile(path: folder.file("history"), limit: 100_000)
    let filler = Array((String(repeating: "z", count: 1023) + "\n").utf8)
    let count = HistoryFile.largestSize / filler.count
    try folder.write(Array((0..<count).map { _ in filler }.joined()), to: "history")
    try history.append("newest")
    let entries = try history.load()
    #expect(entries.last == "newest")
    #expect(entries.count > count / 3 && entries.count < count)
    #expect(try folder.read("history").utf8.count <= HistoryFile.largestSize / 2)
  }

  @Test func sessionsAtTheSameTimeKeepEachOthersEntries() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("history")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for session in 0..<4 {
        group.addTask {
          let history = HistoryFile(path: path, limit: 400)
          for number in 0..<50 { try history.append("\(session) \(number)") }
        }
      }
      try await group.waitForAll()
    }
    let entries = try HistoryFile(path: path, limit: 400).load()
    #expect(entries.count == 200)
    for session in 0..<4 {
      let own = entries.filter { $0.hasPrefix("\(session) ") }
      #expect(own == (0..<50).map { "\(session) \($0)" })
    }
  }

  @Test func theFileIsWholeWhileSessionsCutIt() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("history")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for session in 0..<2 {
        group.addTask {
          let history = HistoryFile(path: path, limit: 4)
          for number in 0..<40 {
            try history.append("\(session) \(number)")
            let entries = try history.load()
            #expect((1...4).contains(entries.count))
            #expect(entries.allSatisfy { $0.split(separator: " ").count == 2 })
          }
        }
      }
      try await group.waitForAll()
    }
    // Whoever came last had nobody after it.
    #expect(try HistoryFile(path: path, limit: 4).load().last?.hasSuffix(" 39") == true)
  }

  @Test func halfAnEntryLeftByAKilledSessionStaysOnItsOwn() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("whole\nha".utf8) + [0xC3], to: "history")
    let history = HistoryFile(path: folder.file("history"), limit: 8)
    try history.append("next")
    #expect(try history.load() == ["whole", "ha\u{10FEC3}", "next"])
  }

  @Test func aFileThatOthersCouldReadIsMadePrivate() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("old\n".utf8), to: "history")
    chmod(folder.file("history"), 0o644)
    #expect(try HistoryFile(path: folder.file("history"), limit: 8).load() == ["old"])
    #expect(try folder.mode(of: "history") == 0o600)
  }

  @Test func aSymbolicLinkIsNotFollowed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("secret\n".utf8), to: "target")
    let history = HistoryFile(path: folder.file("history"), limit: 8)
    for target in ["target", "absent"] {
      unlink(history.path)
      symlink(folder.file(target), history.path)
      #expect(throws: HistoryError.notOwnRegularFile(path: history.path)) { try history.load() }
      #expect(throws: HistoryError.notOwnRegularFile(path: history.path)) {
        try history.append("x")
      }
    }
    #expect(try folder.read("target") == "secret\n")
    #expect(!FileManager.default.fileExists(atPath: folder.file("absent")))
  }

  @Test func aFolderOrAPipeAtThePathIsNoHistory() throws {
    let folder = try TemporaryFolder()
    let history = HistoryFile(path: folder.file("history"), limit: 8)
    mkfifo(history.path, 0o600)
    #expect(throws: HistoryError.notOwnRegularFile(path: history.path)) { try history.append("x") }
    unlink(history.path)
    mkdir(history.path, 0o700)
    #expect(throws: HistoryError.notOwnRegularFile(path: history.path)) { try history.append("x") }
  }

  @Test func aFolderThatCannotBeMadeIsSaid() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "plain")
    let path = folder.file("plain/history")
    let history = HistoryFile(path: path, limit: 8)
    let error = #expect(throws: HistoryError.self) { try history.append("x") }
    #expect(error?.description.contains(path) == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func anEntryThatWaitedForACutGoesIntoTheNewFile() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("old\n".utf8), to: "history")
    try folder.write(Array("new\n".utf8), to: "cut")
    let history = HistoryFile(path: folder.file("history"), limit: 8)
    let other = open(history.path, O_RDONLY)
    try #require(flock(other, LOCK_EX) == 0)
    let session = Thread { try? history.append("mine") }
    session.start()
    // Time for the session to meet the lock; if it is late, the test proves less but does not fail.
    usleep(50_000)
    rename(folder.file("cut"), history.path)
    close(other)
    while !session.isFinished { usleep(1000) }
    #expect(try history.load() == ["new", "mine"])
  }

  @Test func aLockedFileIsGivenUpAfterAWhile() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "history")
    let history = HistoryFile(path: folder.file("history"), limit: 8)
    let other = open(history.path, O_RDONLY)
    defer { close(other) }
    try #require(flock(other, LOCK_EX) == 0)
    #expect(throws: HistoryError.busy(path: history.path)) { try history.append("x") }
  }
}
