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

  @Test func help() throws {
    #expect(
      try charlstm("serve --help")
        == .init(
          code: 0,
          output: """
            OVERVIEW: Answer other programs, and write in a browser.

            Speaks HTTP as OpenAI's completions do: /v1/completions, /v1/models and
            /healthz, and for a classifier /v1/classify. A page to write with is at /. A
            request with a seed gets the text of sample --seed; many are written side by
            side. Ends with Ctrl-C or SIGTERM.

              charlstm serve run/best.safetensors
              charlstm serve run/best.safetensors --host 0.0.0.0 --port 80

            USAGE: charlstm serve [<options>] <model>

            ARGUMENTS:
              <model>                 A model file.

            MACHINE:
              --precision <precision> Operands of matrix products: auto (to write int8, to
                                      train and evaluate bfloat16, or to train int16, each
                                      where this CPU gains by it, else float32), float32,
                                      bfloat16, int16, or to write and evaluate int8.
                                      (values: auto, float32, bfloat16, int16, int8;
                                      default: auto)
              --device <device>       cpu, cuda (an NVIDIA GPU) or auto. (default: cpu)
              --threads <threads>     Threads, each with its own share of the lanes, or of
                                      the products of a single lane. (default: one for each
                                      processor, for a single lane as many as turn out to
                                      be fastest)

            OPTIONS:
              --host <host>           Where to listen; other machines reach 0.0.0.0.
                                      (default: 127.0.0.1)
              --port <port>           The port; 0 takes a free one. (default: 8080)
              --allow-origin <origin> A site whose pages may use the server, or * for all;
                                      may be given several times.
              --batch-size <batch-size>
                                      Texts written at a time. (default: 64)
              --max-queue <texts>     Texts that may wait; more are refused. (default: 1024)
              --max-body <bytes>      Bytes of a request at most. (default: 1048576)
              --max-length <characters>
                                      Characters of a text and of a prompt at most.
                                      (default: 65536)
              --request-timeout <seconds>
                                      Seconds for a request to come, head and body each.
                                      (default: 10)
              --idle-timeout <seconds>
                                      Seconds after which a silent connection is closed.
                                      (default: 60)
              --version               Show the version.
              -h, --help              Show help information.


            """, error: ""))
  }
}
