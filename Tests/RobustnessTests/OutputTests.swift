import Foundation
import Testing

/// Where results and messages go may be full, closed or narrow.
@Suite("Output") struct OutputTests {
  private let shell: Shell

  init() throws {
    shell = try Shell()
    #expect(try shell("$train --max-steps 20").code == 0)
  }

  @Test func closedPipe() throws {
    // Also where whoever started the shell ignores the signal.
    for prefix in ["", "trap '' PIPE; "] {
      let outcome = try shell(
        """
        \(prefix)for options in "--length 100000" "--count 1000" "--count 1000 --json-lines"; do
          $charlstm sample run/best.safetensors --length 100 --seed 1 $options | head -c 100
          codes=(${PIPESTATUS[@]}); [ ${codes[0]} = 141 ] || exit 9
        done
        """)
      #expect(outcome.code == 0)
      #expect(outcome.error.isEmpty, "\(outcome.error)")
      #expect(outcome.output.count == 300)
    }
  }

  @Test func fullOutput() throws {
    for command in [
      "sample run/best.safetensors --length 10", "info run/best.safetensors",
      "sample run/best.safetensors --length 100000", "info --json run/best.safetensors",
      "sample run/best.safetensors --length 10 --count 3",
      "evaluate run/best.safetensors text", "evaluate run/best.safetensors text --per-character",
      "evaluate run/best.safetensors text --windows 20 --window-count 2",
      "evaluate run/best.safetensors text --dynamic-evaluation", "novelty text --corpus text",
    ] {
      let outcome = try shell("$charlstm \(command) > /dev/full")
      #expect(outcome.code == 74, "\(command)")
      #expect(
        outcome.error.hasSuffix(
          "Error: cannot write to standard output: No space left on device\n"),
        "\(command): \(outcome.error)")
    }
  }

  /// Messages that cannot be shown stop nothing.
  @Test func fullOrClosedError() throws {
    for redirection in ["2> /dev/full", "2>&-", "2> >(true)"] {
      let outcome = try shell("rm -r run; ${train/--quiet/} --max-steps 300 \(redirection)")
      #expect(outcome.code == 0, "\(redirection)")
      #expect(try shell("$charlstm info run/best.safetensors").code == 0)
    }
  }

  /// On a terminal of one column each line that is written over is one character, and never wraps.
  @Test(arguments: [1, 2, 20, 500])
  func narrowTerminal(columns: Int) throws {
    var main: Int32 = -1
    var terminal: Int32 = -1
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&main, &terminal, nil, nil, &size) == 0)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.currentDirectoryURL = URL(filePath: shell.folder)
    process.arguments = [
      "-c",
      """
      exec \(Shell.command) train text --output other --epochs 1 --batch-size 4 \
      --sequence-length 16 --layers 1 --hidden-size 8 --embedding-size 4 --sample-every 0
      """,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle(fileDescriptor: terminal, closeOnDealloc: false)
    try process.run()
    close(terminal)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(main, &buffer, buffer.count), count > 0 {
      bytes += buffer[..<count]
    }
    close(main)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let text = String(decoding: bytes, as: UTF8.self)
    let redrawn = text.components(separatedBy: "\r\u{1B}[K").dropFirst()
      .filter { !$0.contains("\r\n") }
    #expect(redrawn.count >= 5, "\(text)")
    #expect(redrawn.allSatisfy { $0.count <= max(1, columns - 1) })
  }
}
