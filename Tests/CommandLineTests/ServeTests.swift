import Testing

/// What `serve` says without a server: the tests are built without the trait.
@Suite("Serve")
struct ServeTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
  }

  @Test(
    arguments: [
      (
        "serve x",
        "this charlstm was built without a server; build it with swift build -c release --traits Server "
          + "--scratch-path .build-server"
      ),
      ("serve x --port 70000", "--port must be 0 to 65535, got 70000"),
      ("serve x --batch-size 0", "--batch-size must be 1 to 65536, got 0"),
      ("serve x --max-body 0", "--max-body must be 1 to 1073741824, got 0"),
      ("serve x --max-queue 0", "--max-queue must be 1 to 1000000, got 0"),
      ("serve x --request-timeout 0", "--request-timeout must be 1 to 86400, got 0"),
    ])
  func refusals(_ arguments: String, _ message: String) throws {
    #expect(try charlstm(arguments) == .init(code: 64, output: "", error: "Error: \(message)\n"))
  }
}
