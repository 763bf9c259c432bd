import FileTesting
import Foundation

/// Chromium without a window, in which tests open pages from the disk and work with them.
///
/// `.enabled(if: HeadlessBrowser.isInstalled)` leaves a test out where Debian's package `chromium` is
/// not there; `.ci/run` installs it.
package struct HeadlessBrowser {
  private static let path = "/usr/bin/chromium"

  package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  package struct Failure: Error { package let description: String }

  /// What came of working with a page.
  package struct Outcome {
    /// JSON: what the script returned.
    package let result: Data
    /// What the page said on the console, uncaught errors among it.
    package let console: [String]
  }

  private let width: Int
  private let height: Int
  private let isDark: Bool

  /// - Parameters:
  ///   - width, height: of the window, in pixels.
  package init(width: Int = 1200, height: Int = 900, isDark: Bool = false) {
    self.width = width
    self.height = height
    self.isDark = isDark
  }

  /// Opens a page and then runs a script in it.
  ///
  /// - Parameters:
  ///   - script: the body of an asynchronous function in JavaScript, which returns what JSON can say.
  ///     `press(key, element)` sends a key to an element, or to what has the focus.
  ///   - hasWorkers: whether the page waits for workers, whose time cannot be made to fly.
  package func open(
    _ page: [UInt8], then script: String, hasWorkers: Bool = false
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let driver = """
      <script>
      (async () => {
        const press = (key, element = document.activeElement) => element.dispatchEvent(
          new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        let outcome;
        try {
          outcome = { result: await (async () => { \(script) })() };
        } catch (error) {
          outcome = { failure: String(error.stack ?? error) };
        }
        const text = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(outcome))));
        if (\(hasWorkers)) return console.log(`outcome:${text}:end`);
        const place = document.createElement("pre");
        place.id = "outcome";
        place.textContent = text;
        document.body.replaceChildren(place);
      })();
      </script>
      </body>
      """
    let html = String(decoding: page, as: UTF8.self)
    guard let end = html.range(of: "</body>", options: .backwards) else {
      throw Failure(description: "the page has no </body>")
    }
    let file = URL(fileURLWithPath: folder.file("page.html"))
    try html.replacingCharacters(in: end, with: driver).write(
      to: file, atomically: false, encoding: .utf8)
    let (output, errors) =
      hasWorkers
      ? try run(
        ["--enable-logging=stderr"], on: file, in: folder, until: { $0.contains(":end\"") })
      : try run(
        ["--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom"], on: file,
        in: folder)
    var console = errors.split(separator: "\n").filter { $0.contains(":CONSOLE:") }.map(String.init)
    let (source, before, after) =
      hasWorkers
      ? (errors, "outcome:", ":end") : (output, "<pre id=\"outcome\">", "</pre>")
    guard let start = source.range(of: before),
      let stop = source.range(of: after, range: start.upperBound..<source.endIndex),
      let json = Data(base64Encoded: String(source[start.upperBound..<stop.lowerBound]))
    else { throw Failure(description: "the script did not end: \(console)") }
    if hasWorkers { console.removeAll { $0.contains("\"outcome:") } }
    guard let outcome = try JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw Failure(description: "no outcome")
    }
    if let failure = outcome["failure"] as? String { throw Failure(description: failure) }
    let result = try JSONSerialization.data(
      withJSONObject: outcome["result"] ?? NSNull(), options: [.fragmentsAllowed, .sortedKeys])
    return Outcome(result: result, console: console)
  }

  /// Takes a picture of a page, a PNG file.
  package func screenshot(of page: String, to picture: String) throws {
    _ = try run(
      ["--hide-scrollbars", "--screenshot=\(picture)"], on: URL(fileURLWithPath: page),
      in: TemporaryFolder())
  }

  /// Runs the browser until it ends, or for a minute at most until what it says on standard error is
  /// what is waited for.
  private func run(
    _ arguments: [String], on page: URL, in folder: TemporaryFolder,
    until hasCome: ((String) -> Bool)? = nil
  ) throws -> (output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    // As root there is no sandbox; a profile of its own lets several run side by side.
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--window-size=\(width),\(height)", "--user-data-dir=\(folder.path)/profile",
      ] + (isDark ? ["--blink-settings=preferredColorScheme=0"] : []) + arguments
      + [page.absoluteString]
    let output = URL(fileURLWithPath: folder.file("output"))
    let errors = URL(fileURLWithPath: folder.file("errors"))
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    if let hasCome {
      let end = Date(timeIntervalSinceNow: 60)
      while process.isRunning, Date() < end,
        !hasCome(String(decoding: try Data(contentsOf: errors), as: UTF8.self))
      {
        Thread.sleep(forTimeInterval: 0.02)
      }
      process.terminate()
    }
    process.waitUntilExit()
    return (
      String(decoding: try Data(contentsOf: output), as: UTF8.self),
      String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    )
  }
}
