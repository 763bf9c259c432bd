import FileTesting
import Testing

@Suite struct BiasTranscriptTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  @Test func textsGetAndLoseTheirBias() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/bias", "/bias e -2", #"/bias "the \n" 1.5"#, "/bias e 3", "/bias e", "/bias e x",
        "/bias a b 2", "/bias q off", "/bias e 1e9", "/bias e off", "/bias off") == """
          > /bias
          nothing has a bias
          > /bias e -2
          "e" -2
          > /bias "the \\n" 1.5
          "e" -2 · "the \\n" 1.5
          > /bias e 3
          "the \\n" 1.5 · "e" 3
          > /bias e
          Error: /bias needs a text, in quotes where it has blanks, and a number
          > /bias e x
          Error: /bias needs a number after the text, or off, got x
          > /bias a b 2
          Error: /bias needs a text, in quotes where it has blanks, and a number
          > /bias q off
          Error: "q" has no bias; /bias lists what has
          > /bias e 1e9
          Error: the bias of "e" must be from -1000 to 1000 nats, got 1000000000.0; a ban keeps a text out for good
          > /bias e off
          "the \\n" 1.5
          > /bias off
          nothing has a bias

          """)
  }

  /// What is biased comes; it is saved with the session, patterns and the form with it.
  @Test func aBiasIsWrittenAndSaved() throws {
    let talk = try Talk(model)
    let written = try talk.say(
      "/bias e 100", "/set length 20", "To", "/bias off", "/bias a 3", "/ban /[bc]{2}/",
      "/save \(folder.path)/session", "/bias off", "/unban /[bc]{2}/", "/ban",
      "/open \(folder.path)/session", "/bias", "/ban")
    #expect(written.contains(String(repeating: "e", count: 20)))
    #expect(written.contains("nothing is banned"))
    #expect(written.hasSuffix("> /bias\n\"a\" 3\n> /ban\n/[bc]{2}/\n"), "\(written)")
  }

  @Test func whatIsCopiedIsDrawnAgain() throws {
    let free = try Talk(model)
    let text = try free.say("/set length 40", "/set seed 3", "To", "/write \(folder.path)/own.txt")
    #expect(text.contains("40 characters"))
    let talk = try Talk(model, width: 200)
    let avoiding = try talk.say(
      "/avoid-copying", "/avoid-copying \(folder.path)/own.txt 6", "/set length 40", "/set seed 3",
      "To", "/avoid-copying off", "/avoid-copying 6", "/avoid-copying \(folder.path)/nowhere 6")
    #expect(avoiding.contains("> /avoid-copying\nwhat is written may stand anywhere\n"))
    #expect(avoiding.contains("\nnever 6 characters in a row of \(folder.path)/own.txt\n"))
    #expect(avoiding.contains(" copied passage"))
    #expect(
      avoiding.hasSuffix(
        """
        > /avoid-copying off
        what is written may stand anywhere
        > /avoid-copying 6
        Error: /avoid-copying needs a corpus and a number of characters
        > /avoid-copying \(folder.path)/nowhere 6
        Error: no such file or folder: \(folder.path)/nowhere

        """), "\(avoiding)")
  }
}
