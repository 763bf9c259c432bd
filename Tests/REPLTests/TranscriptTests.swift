import FileTesting
import Testing

/// Sessions as a person sees them, exactly. The model is untrained; what it writes is noise.
@Suite struct TranscriptTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.writeModel()
  }

  @Test func thePromptIsGoneOnFrom() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say("To be", "or not") == """
        > To be
        …vqAfp'VvT?:Uw:WaxIXHpYcI
        24 characters · seed 1 · 3.96 nats a character
        > or not
        …v:mF;jYnH FMmkuppAsK;gZK
        24 characters · seed 2 · 3.83 nats a character

        """)
  }

  @Test func bareNamesOfCommandsAreAskedAboutOnce() throws {
    let talk = try Talk(model, length: 5)
    #expect(
      try talk.say("quit", "exit", "help", "/undo") == """
        > quit
        Did you mean /quit? Type quit again to take it as text.
        > exit
        Did you mean /exit? Type exit again to take it as text.
        > help
        Did you mean /help? Type help again to take it as text.
        > /undo
        Error: there is nothing to undo

        """)
    #expect(try talk.say("quit").hasPrefix("> quit\n…"))
    #expect(try talk.say("/write").contains("quit"))
    // What is piped in is text.
    let pipe = try Talk(model, length: 5, isInteractive: false)
    #expect(try pipe.say("quit").hasPrefix("quit"))
    #expect(
      try talk.say("/set temp 0.5")
        == "> /set temp 0.5\nError: there is no setting temp; did you mean temperature?\n")
  }

  @Test func moreAndRetry() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say("/retry", "To be", "/more", "/more 5", "/retry", "/more x", "/more 0") == """
        > /retry
        Error: there is nothing to retry; type a prompt first
        > To be
        …vqAfp'VvT?:Uw:WaxIXHpYcI
        24 characters · seed 1 · 3.96 nats a character
        > /more
        …xDrICmXmE
        BJhgpkk;sI:gWG
        24 characters · seed 2 · 3.95 nats a character
        > /more 5
        …cCztD
        5 characters · seed 3 · 3.88 nats a character
        > /retry
        …bc.-p
        5 characters · seed 4 · 3.87 nats a character
        > /more x
        Error: /more takes a whole number of 1 or more, got x
        > /more 0
        Error: /more takes a whole number of 1 or more, got 0

        """)
  }

  @Test func undoAndRedo() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/undo", "/redo", "To be", "/more 3", "/undo", "/undo", "/redo", "/write", "/reset", "/undo"
      ) == """
        > /undo
        Error: there is nothing to undo
        > /redo
        Error: there is nothing to redo
        > To be
        …vqAfp'VvT?:Uw:WaxIXHpYcI
        24 characters · seed 1 · 3.96 nats a character
        > /more 3
        …xDr
        3 characters · seed 2 · 3.85 nats a character
        > /undo
        1 exchange, 29 characters: To bevqAfp'VvT?:Uw:WaxIXHpYcI
        > /undo
        at the beginning of the text
        > /redo
        1 exchange, 29 characters: To bevqAfp'VvT?:Uw:WaxIXHpYcI
        > /write
        To bevqAfp'VvT?:Uw:WaxIXHpYcI
        > /reset
        at the beginning of the text
        > /undo
        Error: there is nothing to undo

        """)
  }

  @Test func branches() throws {
    let talk = try Talk(model, length: 6)
    #expect(
      try talk.say(
        "To be", "/branch", "/branch other one", "/branch other", "or not", "/branch other",
        "/branches", "/switch main", "/write", "/switch othre", "/switch nowhere") == """
          > To be
          …vqAfp'
          6 characters · seed 1 · 3.88 nats a character
          > /branch
          Error: a branch needs a name of 1 to 40 characters without blanks
          > /branch other one
          Error: a branch needs a name of 1 to 40 characters without blanks
          > /branch other
          on other, a copy of main
          other> or not
          …u:nHBm
          6 characters · seed 2 · 3.80 nats a character
          other> /branch other
          Error: there is a branch other already; /switch other goes there
          other> /branches
            main   1 exchange, 11 characters: To bevqAfp'
          * other  2 exchanges, 24 characters: To bevqAfp'⏎or notu:nHBm
          other> /switch main
          1 exchange, 11 characters: To bevqAfp'
          > /write
          To bevqAfp'
          > /switch othre
          Error: there is no branch othre; did you mean other?
          > /switch nowhere
          Error: there is no branch nowhere; /branches lists them

          """)
  }

  @Test func settings() throws {
    let talk = try Talk(model, width: 150)
    #expect(
      try talk.say(
        "/set temperature 0.5", "/set top-k 5", "/set top-p .9", "/set min-p 0.01",
        "/set typical-p 0.95", "/set repetition-penalty 1.2", "/set repetition-window 10",
        "/set length 7", #"/set stop "\n\n" THE\\END"#, "/set seed 99", "/set speed 60",
        "/set precision float32", "/set", "/set top-k", "/set top-k off", "To be", "/show") == """
          > /set temperature 0.5
          temperature 0.5
          > /set top-k 5
          top-k 5
          > /set top-p .9
          top-p 0.9
          > /set min-p 0.01
          min-p 0.01
          > /set typical-p 0.95
          typical-p 0.95
          > /set repetition-penalty 1.2
          repetition-penalty 1.2
          > /set repetition-window 10
          repetition-window 10
          > /set length 7
          length 7
          > /set stop "\\n\\n" THE\\\\END
          stop "\\n\\n" "THE\\\\END"
          > /set seed 99
          seed 99
          > /set speed 60
          speed 60
          > /set precision float32
          precision float32
          > /set
          temperature         0.5         below 1 more predictable, above 1 more varied, 0 the most probable
          top-k               5           choose among the K most probable characters, or off
          top-p               0.9         choose among the fewest characters that together are this probable, or off
          min-p               0.01        choose among characters this many times as probable as the most probable, or off
          typical-p           0.95        choose among characters of typical surprisal, together this probable, or off
          repetition-penalty  1.2         above 1: characters of the recent text become less probable
          repetition-window   10          how many characters back the penalty looks
          length              7           the most characters to write at a time
          stop                "\\n\\n" "THE\\\\END"  strings that end the text, such as "\\n\\n", separated by spaces, or off
          ban-ignoring-case   off         whether upper and lower case are the same in what /ban names: on or off
          seed                99          the next text's; each text after it has the next higher one. A number or random
          speed               60          characters a second, as if typed, or off for the model's own speed
          precision           float32     of matrix products: auto (int8 where this CPU gains by it), float32, bfloat16, int16, int8
          > /set top-k
          top-k 5
          > /set top-k off
          top-k off
          > To be
          …zj-Hjyy
          7 characters · 60/s · seed 99 · 3.64 nats a character
          > /show
          model               tiny.safetensors: lstm 2 × 24, 62 symbols
          branch              main
          text                1 exchange, 12 characters
          ends                To bezj-Hjyy
          temperature         0.5
          top-k               off
          top-p               0.9
          min-p               0.01
          typical-p           0.95
          repetition-penalty  1.2
          repetition-window   10
          length              7
          stop                "\\n\\n" "THE\\\\END"
          ban-ignoring-case   off
          seed                100
          speed               60
          precision           float32

          """)
  }

  @Test func settingsThatAreWrong() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/set temprature 1", "/set zzz", "/set temperature hot", "/set temperature -1",
        "/set temperature nan", "/set top-k 0", "/set top-k 1.5", "/set top-p 2", "/set length 0",
        "/set length 99999999999999999999", "/set seed -1", "/set seed x", "/set speed 0",
        "/set speed inf", "/set precision int4", #"/set stop """#, #"/set stop "a"#,
        #"/set stop \x"#, "/set repetition-window -1", "/show") == """
          > /set temprature 1
          Error: there is no setting temprature; did you mean temperature?
          > /set zzz
          Error: there is no setting zzz; /set lists them
          > /set temperature hot
          Error: temperature must be a number, got hot
          > /set temperature -1
          Error: temperature must be 0 or more, got -1
          > /set temperature nan
          Error: temperature must be 0 or more, got nan
          > /set top-k 0
          Error: top-k must be 1 or more, got 0
          > /set top-k 1.5
          Error: top-k must be a whole number, got 1.5
          > /set top-p 2
          Error: top-p must be more than 0 and at most 1, got 2
          > /set length 0
          Error: length must be 1 or more, got 0
          > /set length 99999999999999999999
          Error: length must be a whole number, got 99999999999999999999
          > /set seed -1
          Error: seed must be a whole number of 0 or more, or random, got -1
          > /set seed x
          Error: seed must be a whole number of 0 or more, or random, got x
          > /set speed 0
          Error: speed must be more than 0 characters a second, got 0
          > /set speed inf
          Error: speed must be more than 0 characters a second, got inf
          > /set precision int4
          Error: precision must be auto, float32, bfloat16, int16 or int8, got int4
          > /set stop ""
          Error: stop string 1 is empty; a stop string needs at least one character
          > /set stop "a
          Error: a quote has no end
          > /set stop \\x
          Error: after a backslash there must be n, t, r, u{…}, " or another backslash
          > /set repetition-window -1
          Error: repetition-window must be 0 or more, got -1
          > /show
          model               tiny.safetensors: lstm 2 × 24, 62 symbols
          branch              main
          text                0 exchanges, 0 characters
          temperature         1
          top-k               off
          top-p               off
          min-p               off
          typical-p           off
          repetition-penalty  1
          repetition-window   64
          length              24
          stop                off
          ban-ignoring-case   off
          seed                1
          speed               off
          precision           float32

          """)
  }

  @Test func aStopStringEndsTheText() throws {
    let talk = try Talk(model, length: 2000)
    let first = try talk.say("To be")
    let stop = String(first.dropFirst(40).prefix(3))
    #expect(!stop.contains("\n"))
    let stopped = try Talk(model, length: 2000, width: 100).say("/set stop \"\(stop)\"", "To be")
    #expect(stopped.contains(" · stopped at \"\(stop)\"\n"))
  }

  @Test func experiments() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say(
        "/temperatures", "To be", "/temperatures 0,1,2", "/temperatures 0.5,1 or not",
        "/temperatures 1,,2", "/temperatures hot", "/temperatures -1", "/next 4", "/next x",
        "/score To be", "/score", "/write") == """
          > /temperatures
          ── 1) 0.3: 3.11 nats
          vo;cp'VrVC-Vv'Vbvbpppppp
          ── 2) 0.7: 3.96 nats
          vpBbp'SuSA:Vv:YbyLcKsWdK
          ── 3) 1: 3.98 nats
          vpBbo!RuQ;.Rw:SXwJVIoXaI
          ── 4) 1.3: 3.86 nats
          vpBbn!StQ;.Qu-RVwIVHpZaK
          a number, or /pick N, goes on with one of them
          > To be
          …vqAfp'VvT?:Uw:WaxIXHpYcI
          24 characters · seed 1 · 3.96 nats a character
          > /temperatures 0,1,2
          after "To be", seed 1
          1) 0: 2.52 nats    │ 2) 1: 3.96 nats    │ 3) 2: 4.11 nats
          HII:::mLLLpppppppp │ vqAfp'VvT?:Uw:WaxI │ vqAdo
          pppNpp             │ XHpYcI             │ VuS;:Vv:WZxIWGpXcI
          a number, or /pick N, goes on with one of them
          > /temperatures 0.5,1 or not
          after "or not", seed 2
          1) 0.5: 3.44 nats            │ 2) 1: 3.83 nats
          q:jA:fXj: :;ccrnm            │ v:mF;jYnH FMmkuppAsK;gZK
          p;.ppV                       │
          a number, or /pick N, goes on with one of them
          > /temperatures 1,,2
          Error: temperatures are numbers with commas between them and no blanks, got 1,,2
          > /temperatures hot
          Error: temperatures are numbers with commas between them and no blanks, got hot
          > /temperatures -1
          Error: temperature must be 0 or more, got -1
          > /next 4
          1) I   7.7% ███▌
          2) p   4.6% ██▏
          3) a   4.2% █▉
          4) b   4.1% █▉
          a number, or /pick N, goes on with one of them
          > /next x
          Error: /alternatives takes a whole number of 1 or more, got x
          > /score To be
          To be
          66758
          5 characters: 4.543 nats, 6.554 bits a character
          > /score
          Error: /score needs a text
          > /write
          To bevqAfp'VvT?:Uw:WaxIXHpYcI

          """)
  }

  @Test func narrowTextsStandBelowEachOther() throws {
    let talk = try Talk(model, width: 20)
    #expect(
      try talk.say("/temperatures 0.5,1 To be") == """
        > /temperatures 0.5,1 To be
        after "To be", seed
        1
        ── 1) 0.5: 3.68 nats
        to:Xj
        LsH::Ry-cgzJTHoQXH
        ── 2) 1: 3.96 nats
        vqAfp'VvT?:Uw:WaxIXH
        pYcI
        a number, or /pick
        N, goes on with one
        of them

        """)
  }

  @Test func files() throws {
    let talk = try Talk(model, length: 6, width: 300)
    try folder.write("not a model", to: "other.txt")
    try folder.writeModel("second.safetensors", seed: 2)
    let said = try talk.say(
      "To be", "/save \(folder.file("a session"))", "/reset",
      "/open \"\(folder.file("a session"))\"",
      "/write", "/write \(folder.file("text.txt"))", "/open \(folder.file("tiny.safetensors"))",
      "/open \(folder.file("missing"))", "/open", "/load \(folder.file("other.txt"))",
      "/load \(folder.file("missing"))", "/write \(folder.file("no/folder"))",
      "/load \(folder.file("second.safetensors"))", "/open \(folder.file("a session"))", "/write")
    #expect(
      said.replacing(folder.path, with: "FOLDER") == """
        > To be
        …vqAfp'
        6 characters · seed 1 · 3.88 nats a character
        > /save FOLDER/a session
        saved as FOLDER/a session
        > /reset
        at the beginning of the text
        > /open "FOLDER/a session"
        1 exchange, 11 characters: To bevqAfp'
        > /write
        To bevqAfp'
        > /write FOLDER/text.txt
        12 characters in FOLDER/text.txt
        > /open FOLDER/tiny.safetensors
        Error: FOLDER/tiny.safetensors is no session that /save has written
        > /open FOLDER/missing
        Error: cannot open FOLDER/missing: No such file or directory; check the path and its permissions
        > /open
        Error: /open needs the name of a file
        > /load FOLDER/other.txt
        Error: not a charlstm model: FOLDER/other.txt (it does not begin with the length of a header); give a .safetensors file
        > /load FOLDER/missing
        Error: cannot open FOLDER/missing: No such file or directory; check the path and its permissions
        > /write FOLDER/no/folder
        Error: cannot create FOLDER/no/folder: No such file or directory; check that its folder exists and can be written to
        > /load FOLDER/second.safetensors
        second.safetensors: lstm 2 × 24, 62 symbols
        > /open FOLDER/a session
        Error: FOLDER/a session was saved with another model, tiny.safetensors; /load that one first (here is second.safetensors)
        > /write

        """)
    #expect(try folder.read("text.txt").hasPrefix("To be"))
  }

  @Test func help() throws {
    let talk = try Talk(model, width: 150)
    #expect(
      try talk.say("/help", "/help set", "/help /undo", "/help uno", "/help quit", "/help x") == """
        > /help
        /help [command]                 list the commands, or explain one
        /set [name [value]]             list the settings, show one, or change it
        /show                           show where this session is: model, text and settings
        /more [n]                       go on from where the text stopped
        /retry                          write on from the last prompt again, with the next seed
        /undo [n]                       go back to before the last exchange, or the last n, as often as you like
        /redo [n]                       take the last /undo back, or the last n
        /reset                          begin a new text
        /edit [all]                     write a prompt in $VISUAL or $EDITOR, or edit all of the text
        /branch NAME                    go on in a copy of this text called NAME
        /branches                       list the branches
        /switch NAME                    go to the branch NAME
        /tree [N]                       draw all that was tried, or go to place N of it
        /options [n [length] [prompt]]  n ways to go on from here (3), or from a prompt, to choose from
        /pick N                         go on with text N of the last /options or /temperatures, or character N
        /alternatives [n | PLACE]       show the n most probable next characters (10), here or at a place
        /best-of [N [by EXPR]|off]      write N texts each time and keep the best, or show it
        /temperatures [list [prompt]]   the same prompt and seed at several temperatures
        /score TEXT                     how well the model predicts TEXT here
        /ban [PHRASE]                   never write PHRASE or /PATTERN/, or list what is banned
        /unban PHRASE|all               let PHRASE be written again, or all phrases
        /bias [TEXT NATS|off]           make TEXT likelier by NATS, below 0 less likely, or list what is
        /avoid-copying [CORPUS N|off]   never write N characters in a row that stand in CORPUS
        /form [NAME VALUE|off]          what is written keeps to a form, or show it
        /infill TEXT                    write on so that it leads into TEXT
        /clamp [CELL=VALUE]             hold the output of a cell at a value, and see what it does to the text
        /cells [n | CELL]               show what the n liveliest cells did over the end of the text (8)
        /adapt [FILE|off|save FILE]     let the model learn from the text so far, or from a file or folder
        /classify TEXT                  show the most probable classes of TEXT
        /classifier [FILE]              take another classifier for /classify, or show which it is
        /save FILE                      keep the session: settings, texts and states, exact
        /open FILE                      go on from a session that was saved
        /write [FILE]                   write the text to a file, or show all of it
        /load MODEL                     take another model and begin a new text
        /info                           show what the model is and how it was trained
        /quit                           leave; so does Ctrl-D

        Anything else is a prompt, and the model goes on from it. A backslash at the
        end of a line continues the prompt on the next, \"\"\" before and after several
        lines makes them one, and so does pasting them; // begins a prompt with /.
        Ctrl-C stops the writing and clears the line, Ctrl-D leaves.
        > /help set
        /set [name [value]]: list the settings, show one, or change it
          temperature         below 1 more predictable, above 1 more varied, 0 the most probable
          top-k               choose among the K most probable characters, or off
          top-p               choose among the fewest characters that together are this probable, or off
          min-p               choose among characters this many times as probable as the most probable, or off
          typical-p           choose among characters of typical surprisal, together this probable, or off
          repetition-penalty  above 1: characters of the recent text become less probable
          repetition-window   how many characters back the penalty looks
          length              the most characters to write at a time
          stop                strings that end the text, such as "\\n\\n", separated by spaces, or off
          ban-ignoring-case   whether upper and lower case are the same in what /ban names: on or off
          seed                the next text's; each text after it has the next higher one. A number or random
          speed               characters a second, as if typed, or off for the model's own speed
          precision           of matrix products: auto (int8 where this CPU gains by it), float32, bfloat16, int16, int8
        > /help /undo
        /undo [n]: go back to before the last exchange, or the last n, as often as you like
        The model's state, the text and the seed are exactly what they were: the same prompt again gives the same text again. Settings stay as they are.
        > /help uno
        Error: there is no command /uno; did you mean /undo?
        > /help quit
        /quit: leave; so does Ctrl-D
        > /help x
        Error: there is no command /x; /help lists them

        """)
  }

  @Test func info() throws {
    let talk = try Talk(model)
    #expect(
      try talk.say("/info") == """
        > /info
        cell                  lstm
        layers                2
        hidden size           24
        embedding size        8
        parameters            10,110
        vocabulary            62 characters: U+000A U+0020 ! ' , - . : ; ? A B C D E F G H I J K L M N O P Q R S T U V W X Y Z a b c d e f g h i j k l m n o p q r s t u v w x y z

        """)
  }

  @Test func nonsense() throws {
    let talk = try Talk(model, length: 6)
    #expect(
      try talk.say([
        .line("/tmeperatures"), .line("/"), .line("/ help"), .line("/\u{1B}[2Jx"),
        .line("/help\u{7}"), .line("/" + String(repeating: "z", count: 100)), .line("/undo now"),
        .line("/edit"), .line("tab\there\u{1B}[31m"), .line("\u{0}\u{1}é世"),
        .malformed(bytes: [0x61, 0xE9], byte: 1), .interrupted, .line(""), .line("//slash"),
        .line("fine"),
      ]) == """
        > /tmeperatures
        Error: there is no command /tmeperatures; did you mean /temperatures?
        > /
        Error: there is no command /; /help lists them
        > / help
        Error: there is no command /; /help lists them
        > /\u{1B}[2Jx
        Error: there is no command /␛[2Jx; /help lists them
        > /help\u{7}
        Error: there is no command /help␇; did you mean /help?
        > /zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz
        Error: there is no command /zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz…; /help lists them
        > /undo now
        Error: /undo takes a whole number of 1 or more, got now
        > /edit
        Error: /edit needs a terminal
        > tab\u{9}here\u{1B}[31m
        The model does not know these characters, which are left out: U+0009 U+001B [ 3 1
        …wqCdo'
        6 characters · seed 1 · 4.10 nats a character
        > \u{0}\u{1}é世
        The model does not know these characters, which are left out: U+0000 U+0001 é 世
        Error: the model knows no character of this
        >\u{20}
        Error: the line is not UTF-8 from byte 1; it was left out
        >\u{20}
        >\u{20}
        > //slash
        The model does not know these characters, which are left out: /
        …x;pIFn
        6 characters · seed 2 · 3.78 nats a character
        > fine
        …dCzsEy
        6 characters · seed 3 · 3.80 nats a character

        """)
  }

  @Test func promptsOfSeveralLines() throws {
    let talk = try Talk(model, length: 6)
    #expect(
      try talk.say([
        .line("To be,\\"), .line("or not\\"), .line("to be"), .line("a\\"), .interrupted,
        .line("pasted\nlines"), .line("last\\"),
      ]) == """
        > To be,\\
        … or not\\
        … to be
        …vn:el
        6 characters · seed 1 · 3.92 nats a character
        > a\\
        …\u{20}
        > pasted
        lines
        …wCmFDk
        6 characters · seed 2 · 3.99 nats a character
        > last\\
        …a;zsDz
        6 characters · seed 3 · 3.91 nats a character

        """)
    #expect(talk.remembered == ["To be,\nor not\nto be", "pasted\nlines", "last"])
    #expect(
      try talk.say("/write") == """
        > /write
        To be,
        or not
        to bevn:el
        pasted
        lineswCmFDk
        lasta;zsDz

        """)
  }

  @Test func anEditorsTextIsAPrompt() throws {
    var texts = ["To be,\nor not\n", "\n", ""]
    let talk = try Talk(model, length: 6, edit: { _ in texts.removeFirst() })
    #expect(
      try talk.say("/edit", "/edit", "/edit") == """
        > /edit
        To be,
        or not
        …sm,ck\u{20}
        6 characters · seed 1 · 4.26 nats a character
        > /edit
        no prompt
        > /edit
        no prompt

        """)
  }

  @Test func controlCEndsATextAndKeepsIt() throws {
    let talk = try Talk(model, interruptAfter: 8)
    #expect(
      try talk.say("To be", "/write", "/more 4") == """
        > To be
        …vqAfp'V
        7 characters · seed 1 · 3.83 nats a character · interrupted
        > /write
        To bevqAfp'V
        > /more 4
        …xCpI
        4 characters · seed 2 · 3.45 nats a character

        """)
  }

  @Test func controlCWhileThePromptIsReadChangesNothing() throws {
    let talk = try Talk(model, interruptAfter: 3)
    #expect(
      try talk.say(String(repeating: "To be ", count: 200), "/undo")
        .replacing(String(repeating: "To be ", count: 200), with: "PROMPT") == """
          > PROMPT
          interrupted
          > /undo
          Error: there is nothing to undo

          """)
  }

  @Test func speedIsHeldAndCanBeInterrupted() throws {
    let talk = try Talk(model, width: 80, interruptAfter: 60)
    #expect(
      try talk.say("/set speed 10", "To be") == """
        > /set speed 10
        speed 10
        > To be
        …vqAfp'VvT?
        10 characters · 10/s · seed 1 · 4.00 nats a character · interrupted

        """)
  }

  @Test func aPipeGetsTextAlone() throws {
    let talk = try Talk(model, isInteractive: false)
    #expect(
      try talk.say(
        "To be", "/set length 5", "/more", "/undo", "/undo", "or é", "/nonsense", "/branches")
          == """
          To bevqAfp'VvT?:Uw:WaxIXHpYcI
          xDrIC
          [The model does not know these characters, which are left out: é
          ]or uo;cn
          [Error: there is no command /nonsense; /help lists them
          ]* main  1 exchange, 8 characters: or uo;cn

          """)
  }

  @Test func coloursOnATerminal() throws {
    let talk = try Talk(model, length: 6, colour: true)
    #expect(
      try talk.say("To be", "/score a\nb", "/x").replacing("\u{1B}", with: "^") == """
        ^[1m> ^[0mTo be
        ^[2m…^[0mvqAfp'
        ^[2m6 characters · seed 1 · 3.88 nats a character^[0m
        ^[1m> ^[0m/score a
        b
        ^[38;5;208ma^[0m^[38;5;208m⏎^[0m
        ^[38;5;208mb^[0m
        3 characters: 4.089 nats, 5.899 bits a character
        ^[1m> ^[0m/x
        ^[31mError:^[0m there is no command /x; /help lists them

        """)
  }
}
