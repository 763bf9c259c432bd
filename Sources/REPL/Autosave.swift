import Dispatch
import Files
import Glibc
import Safetensors
import Synchronization

/// Keeps the session at hand in a file of its own, while the person goes on.
///
/// The file is written on a thread of its own, whole or not at all. What comes while another is being
/// written, or shortly after, waits, and only the latest is written then, so that a long session that is
/// written on fast does not cost more than a part of a processor.
package final class Autosave: Sendable {
  private struct Work {
    var next: SessionSnapshot?
    var failure: String?
    var hasFailed = false
    var mark: SessionMark?
    var path: String?
    /// Before it, the next is not written unless the end comes.
    var earliest = DispatchTime.now()
  }

  private let sessions: SavedSessions
  private let source: SessionSource
  private let queue = DispatchQueue(label: "charlstm.autosave")
  private let work = Mutex(Work())

  init(in sessions: SavedSessions, of source: SessionSource) {
    self.sessions = sessions
    self.source = source
  }

  /// Of another session, which goes to another file. What is still to be written of this one is.
  func anew(of source: SessionSource) -> Autosave {
    finish()
    return Autosave(in: sessions, of: source)
  }

  /// Takes a session as one that is on the disk.
  func hasKept(_ session: Session) {
    work.withLock { $0.mark = SessionMark(session) }
  }

  /// Writes the session soon, if it is another one than before.
  func keep(_ session: Session) {
    let mark = SessionMark(session)
    let earliest: DispatchTime? = work.withLock { work in
      guard work.mark != mark else { return nil }
      work.mark = mark
      work.next = SessionSnapshot(of: session)
      return work.earliest
    }
    guard let earliest else { return }
    queue.asyncAfter(deadline: earliest) { [self] in writeNext() }
  }

  /// Why the session could not be kept, once.
  func takeFailure() -> String? {
    work.withLock { work in
      defer { work.failure = nil }
      return work.failure
    }
  }

  /// Waits until all is written.
  package func finish() { queue.sync { writeNext() } }

  private func writeNext() {
    // Ctrl-C is for the thread that waits for it.
    var all = sigset_t()
    var former = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &former)
    // `finish` may do this on the thread of its caller.
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    let (snapshot, known) = work.withLock { work in
      defer { work.next = nil }
      return (work.next, work.path)
    }
    guard let snapshot else { return }
    let begin = DispatchTime.now()
    defer {
      let end = DispatchTime.now()
      let time = Int(end.uptimeNanoseconds - begin.uptimeNanoseconds)
      work.withLock { $0.earliest = end + .nanoseconds(3 * time) }
    }
    do {
      let path = known ?? sessions.newPath(of: source.identity)
      try makePrivateFolder(sessions.folder, for: path)
      let file = try OutputFile(path: path, replaces: true, remedy: "")
      try SessionFile.write(snapshot, source, withPath: true, to: file)
      guard known == nil else { return }
      work.withLock { $0.path = path }
      sessions.tidy(for: source.identity)
    } catch {
      work.withLock { work in
        if !work.hasFailed { work.failure = "\(error)" }
        work.hasFailed = true
      }
    }
  }
}

/// What tells whether a session has changed.
private struct SessionMark: Equatable {
  let settings: Settings
  let clamps: [String]
  let weights: UInt64?
  let places: Int
  let branches: [String]
  let seeds: [UInt64]
  let at: [Int]

  init(_ session: Session) {
    settings = session.settings
    clamps = session.clamps.map(\.description)
    weights = session.adaptation?.weights
    places = session.draft.tree.nodes.count
    branches = session.branchNames
    seeds = session.branches.map(\.draft.seed)
    at = session.branches.flatMap { [$0.draft.place, $0.draft.undone.count] }
  }
}

extension Interpreter {
  /// Keeps the session from now on.
  package func keepSession(in sessions: SavedSessions) {
    autosave = Autosave(in: sessions, of: resident.source)
    autosave?.hasKept(session)
  }

  /// Keeps the session as it is, once there is any text in it.
  func keepSession() throws {
    guard let autosave else { return }
    if session.draft.tree.count > 1 { autosave.keep(session) }
    if let failure = autosave.takeFailure() {
      try screen.warning("The session is not being kept: \(failure)")
    }
  }

  /// The session of this model that was last kept.
  ///
  /// - Throws: `ReplError` where there is none.
  package func newestSession(in sessions: SavedSessions) throws(ReplError) -> String {
    guard let path = sessions.newest(of: resident.source.identity) else {
      throw .noInput(
        "no session with \(resident.name) was kept in \(path: sessions.folder); begin one without "
          + "--continue")
    }
    return path
  }
}

extension SavedSessions {
  /// The session that was last kept, and the model that it was written with.
  ///
  /// - Throws: `ReplError` where there is none; `SafetensorsError`.
  package func newest() throws -> (session: String, model: String) {
    guard let session = newest(of: nil) else {
      throw ReplError.noInput(
        "no session was kept in \(path: folder); begin one without --continue")
    }
    guard let model = try SessionFile.modelPath(in: session) else {
      throw ReplError.badData("\(path: session) does not say with which model it was written")
    }
    return (session, model)
  }
}
