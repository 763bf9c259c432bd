import FileTesting
import Testing

@Suite struct ClampTranscriptTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  @Test func cellsAreHeldAndLetGo() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/clamp", "/clamp 2.3=1 1.20=-0.5", "/clamp 2.3=0", "/clamp 1.20 off", "/clamp",
        "/clamp off"
      ) == """
        > /clamp
        no cell is held
        > /clamp 2.3=1 1.20=-0.5
        2.3=1 1.20=-0.5
        > /clamp 2.3=0
        1.20=-0.5 2.3=0
        > /clamp 1.20 off
        2.3=0
        > /clamp
        2.3=0
        > /clamp off
        no cell is held

        """)
  }

  @Test func whatIsWrongChangesNothing() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/clamp 2.3=1", "/clamp 1.2=0 3.0=1", "/clamp 1.24=1", "/clamp 2.4 off", "/clamp 2 off",
        "/clamp 2.3", "/clamp 2.3=9", "/clamp") == """
          > /clamp 2.3=1
          2.3=1
          > /clamp 1.2=0 3.0=1
          Error: there is no cell 3.0: the layers are 1 to 2
          > /clamp 1.24=1
          Error: there is no cell 1.24: the cells of a layer are 0 to 23
          > /clamp 2.4 off
          Error: cell 2.4 is not held; /clamp lists those that are
          > /clamp 2 off
          Error: a cell is layer.cell, such as 2.137, got 2
          > /clamp 2.3
          Error: a clamp is layer.cell=value, such as 2.137=1, got "2.3"
          > /clamp 2.3=9
          Error: a cell is held at a value from -1 to 1, got 2.3=9
          > /clamp
          2.3=1

          """)
  }

  @Test func aHeldCellChangesTheTextAndALetGoOneDoesNot() throws {
    let free = try Talk(model).say("To be")
    let talk = try Talk(model)
    try talk.say("/clamp 1.3=1 2.5=1")
    #expect(try talk.say("To be") != free)
    try talk.say("/undo", "/clamp off")
    #expect(try talk.say("To be") == free)
    // Another precision does not let it go.
    try talk.say("/undo", "/clamp 1.3=1 2.5=1", "/set precision bfloat16", "/set precision float32")
    #expect(try talk.say("To be") != free)
  }

  @Test func sessionsRemember() throws {
    let talk = try Talk(model)
    let path = folder.file("session")
    try talk.say("/clamp 1.3=1 2.5=0.1", "/save \(path)")
    let opened = try Talk(model)
    #expect(try opened.say("/open \(path)", "/clamp").hasSuffix("> /clamp\n1.3=1 2.5=0.1\n"))
    #expect(try opened.say("To be") == talk.say("To be"))
    // Cells belong to their model.
    #expect(try opened.say("/load \(model)", "/clamp").hasSuffix("> /clamp\nno cell is held\n"))
  }
}
