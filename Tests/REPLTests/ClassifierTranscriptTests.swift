import FileTesting
import Classification
import Testing
import Text

/// Sessions with a classifier as a person sees them, exactly. The classifier is untrained; its
/// classes mean nothing.
@Suite struct ClassifierTranscriptTests {
  private let folder: TemporaryFolder
  private let classifier: String

  init() throws {
    folder = try TemporaryFolder()
    classifier = try folder.writeClassifier()
  }

  @Test func aTextIsClassified() throws {
    let talk = try Talk(classifier: classifier)
    #expect(
      try talk.say("lemon tree", "/top 2", "/top", "salt\\", "water", "//x", "/top 0") == """
        > lemon tree
        sweet   83.8% ████████████████████████████████████▉
        bitter  13.9% ██████▏
        salty    1.3% ▋
        sour     1.0% ▌
        lemon tree
         +-  -
        > /top 2
        top 2
        > /top
        top 2
        > salt\\
        … water
        sour   43.8% ███████████████████▊
        sweet  36.6% ████████████████▌
        salt⏎
        -++
        water
           -
        > //x
        The model does not know these characters, which are left out: /
        sweet   48.5% █████████████████████▍
        bitter  33.0% ██████████████▌
        x
        +
        > /top 0
        Error: /top takes a whole number of 1 or more, got 0

        """)
    #expect(talk.remembered == ["lemon tree", "/top 2", "/top", "salt\nwater", "//x", "/top 0"])
  }

  /// The probabilities and the evidence stay: they tell how near it came.
  @Test func noneOfTheClasses() throws {
    var trained = try TrainedClassifier(contentsOf: classifier)
    trained.leastLogOdds = logOdds(of: 0.5)
    try trained.write(to: classifier)
    let none = "unknown: no class has probability 0.5000 or more\n"
    let talk = try Talk(classifier: classifier)
    #expect(
      try talk.say("/top 1", "salt\\", "water").contains(
        "… water\n\(none)sour  43.8% ████"))
    #expect(try !talk.say("lemon tree").contains("unknown"))
    let writing = try Talk(folder.writeModel(), classifier: classifier)
    #expect(try !writing.say("/classify lemon tree").contains("unknown"))
    #expect(try writing.say("/classify x").contains("> /classify x\n\(none)sweet   48.5% "))
  }

  @Test func charactersAreColouredByWhatTheyDid() throws {
    let talk = try Talk(classifier: classifier, colour: true)
    #expect(
      try talk.say("/top 1", "lemon\ntree").replacing("\u{1B}", with: "^") == """
        ^[1m> ^[0m/top 1
        ^[2mtop 1^[0m
        ^[1m> ^[0mlemon
        tree
        sweet  87.6% ███████████████████████████████████████▌
        l^[38;5;34me^[0m^[38;5;167mm^[0mo^[38;5;174mn^[0m^[38;5;167m⏎^[0m
        ^[38;5;174mt^[0mr^[38;5;108mee^[0m

        """)
  }

  @Test func wideCharactersAndMarksKeepTheirPlaces() throws {
    let talk = try Talk(classifier: classifier)
    #expect(
      try talk.say("/top 1", "\u{301}a\u{4E16}\u{4E16}be\u{301}g") == """
        > /top 1
        top 1
        > ́a世世bég
        sour  66.4% ██████████████████████████████▌
        ◌́a世世bég
         ++

        """)
  }

  @Test func unknownCharactersAreNamed() throws {
    let talk = try Talk(classifier: classifier)
    #expect(
      try talk.say("/top 1", "Zany\u{7}", "ABC \u{1B}[31m", "123", "") == """
        > /top 1
        top 1
        > Zany\u{7}
        The model does not know these characters, which are left out: Z U+0007
        salty  47.7% █████████████████████▌
        any
        -++
        > ABC \u{1B}[31m
        The model does not know these characters, which are left out: A B C U+001B [ 3 1
        bitter  67.6% █████████████████████████████▊
         m
         +
        > 123
        The model does not know these characters, which are left out: 1 2 3
        Error: the model knows no character of this
        >\u{20}

        """)
  }

  @Test func aNarrowScreen() throws {
    let folder = try TemporaryFolder()
    let classifier = try folder.writeClassifier(
      labels: [
        "a very long label indeed", "b\u{1B}[2J", "\u{4E16}\u{4E16}\u{4E16}\u{4E16}\u{4E16}",
      ])
    let talk = try Talk(classifier: classifier, width: 17)
    #expect(
      try talk.say("the lemons and the limes of onetwothreefourfive") == """
        > the lemons and the limes of onetwothreefourfive
        a very l…  81.2%
        b␛[2J      13.3%
        世世世世…   5.5%
        the lemons and\u{20}
        -++- +    -
        the limes of\u{20}
        onetwothreefourfi
        ve

        """)
  }

  @Test func aLongLineIsReadInGroups() throws {
    let talk = try Talk(classifier: classifier)
    #expect(
      try talk.say("/top 1", String(repeating: "lemon tree ", count: 36)) == """
        > /top 1
        top 1
        > lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree lemon tree\u{20}
        sweet  56.6% █████████████████████████▌
        lemon tree lemon tree lemon tree lemon tree lemon tree\u{20}
        ++----  ++--
        lemon tree lemon tree lemon tree lemon tree lemon tree\u{20}
        lemon tree lemon tree lemon tree lemon tree lemon tree\u{20}
        lemon tree lemon tree lemon tree lemon tree lemon tree\u{20}
        lemon tree lemon tree lemon tree lemon tree lemon tree\u{20}
        lemon tree lemon tree lemon tree lemon tree lemon tree\u{20}
        lemon tree lemon tree lemon tree lemon tree lemon tree\u{20}
        lemon tree\u{20}

        """)
  }

  @Test(arguments: [
    (TextLimit.Kept.head, "abcdef…"), (.tail, "…uvwxyz"), (.both, "abc…xyz"),
  ])
  func onlyWhatIsReadIsShown(_ kept: TextLimit.Kept, shown: String) throws {
    let path = try folder.writeClassifier(limit: TextLimit(length: 6, kept: kept))
    let said = try Talk(classifier: path).say("/top 1", "abcdefghijklmnopqrstuvwxyz")
    #expect(said.split(separator: "\n").dropFirst(4).first == Substring(shown))
  }

  @Test func bytesSpellWhatTheVocabularyLacks() throws {
    let path = try folder.writeClassifier(vocabulary: .bytes, bidirectional: false)
    #expect(
      try Talk(classifier: path).say("/top 1", "\u{4E16}a\u{E9}") == """
        > /top 1
        top 1
        > 世aé
        bitter  58.5% █████████████████████████▊
        世aé
        +  -

        """)
  }

  @Test func otherModels() throws {
    let talk = try Talk(classifier: classifier)
    try folder.writeModel()
    try folder.writeClassifier("other.safetensors", labels: ["x", "y"], bidirectional: false)
    let said = try talk.say(
      "/load \(folder.file("tiny.safetensors"))", "/load", "/load \(folder.file("missing"))",
      "/load \(folder.file("other.safetensors"))", "lemon", "/info", "/quit", "lemon")
    #expect(
      said.replacing(folder.path, with: "FOLDER") == """
        > /load FOLDER/tiny.safetensors
        Error: FOLDER/tiny.safetensors is a language model, which knows no labels; give a classifier
        > /load
        Error: /load needs the name of a file
        > /load FOLDER/missing
        Error: cannot open FOLDER/missing: No such file or directory; check the path and its permissions
        > /load FOLDER/other.safetensors
        other.safetensors: gru 1 × 12, 31 symbols, 2 classes
        > lemon
        x  76.7% █████████████████████████████████████▋
        y  23.3% ███████████▍
        lemon
        -
        > /info
        cell                  gru
        layers                1
        hidden size           12
        embedding size        6
        parameters            932
        pooling               mean
        vocabulary            31 characters: U+000A U+0020 ! a b c d e f g h i j k l m n o p q r s t u v w x y z ◌́ 世
        classes               2: x, y
        reads                 the first 1,024 symbols of a text
        temperature           1.0000
        > /quit

        """)
  }

  @Test func help() throws {
    let talk = try Talk(classifier: classifier, width: 100)
    #expect(
      try talk.say("/help", "/help top", "/temperature 1", "/tpo 3") == """
        > /help
        /help [command]   list the commands, or explain one
        /top [n]          show the n most probable classes from now on
        /load CLASSIFIER  take another classifier
        /info             show what the classifier is and how it was trained
        /quit             leave; so does Ctrl-D

        Anything else is a text: its most probable classes are shown, then what was read
        of it. A character is green where reading it made the first class more probable
        and red where it made it less, stronger for more; without colours + and - stand
        below those that did most. A backslash at the end of a line continues the text
        on the next; // begins a text with /. Ctrl-C clears the line, Ctrl-D leaves.
        > /help top
        /top [n]: show the n most probable classes from now on
        > /temperature 1
        Error: there is no command /temperature; /help lists them
        > /tpo 3
        Error: there is no command /tpo; did you mean /top?

        """)
  }

  @Test func controlCEndsTheReading() throws {
    let talk = try Talk(classifier: classifier, interruptAfter: 3)
    #expect(
      try talk.say("/top 1", String(repeating: "lemon tree ", count: 36))
        .replacing(String(repeating: "lemon tree ", count: 36), with: "TEXT") == """
          > /top 1
          top 1
          > TEXT
          sweet  56.6% █████████████████████████▌
          interrupted

          """)
  }

  @Test func weightsThatGiveNoProbabilitiesAreAnError() throws {
    let trained = try TrainedClassifier(contentsOf: classifier)
    let head = try #require(trained.model.layout.classifier)
    // One of the first two classes has a logit past the largest number, whatever the features are.
    for index in head.weight.range {
      let isSecond = (index - head.weight.range.lowerBound) / head.weight.shape[1] == 1
      trained.model.parameters.elements[index] = isSecond ? -3e38 : 3e38
    }
    for index in head.bias.range { trained.model.parameters.elements[index] = 3e38 }
    try trained.write(to: folder.file("huge.safetensors"))
    #expect(
      try Talk(classifier: folder.file("huge.safetensors")).say("lemon") == """
        > lemon
        Error: the model's weights are so large that it gives no probabilities

        """)
  }

  @Test func aPipeGetsTheSame() throws {
    let talk = try Talk(classifier: classifier, isInteractive: false)
    #expect(
      try talk.say("/top 2", "Zlemon") == """
        [The model does not know these characters, which are left out: Z
        ]sweet   92.9% ████████████████████████████████████████▉
        bitter   5.8% ██▋
        lemon
         +-

        """)
  }

  // MARK: - Beside a model that writes

  @Test func classifiedBesideAModel() throws {
    let talk = try Talk(folder.writeModel(), length: 3, classifier: classifier)
    let other = try folder.writeClassifier("other.safetensors", labels: ["x", "y"])
    #expect(
      try talk.say(
        "/classify", "/classify Zlemon", "/classifier",
        "/classifier \(other)", "/classifier", "/classify lemon", "/load \(other)",
        "/classifier \(folder.file("tiny.safetensors"))", "/classify ABC", "/write"
      ).replacing(folder.path, with: "FOLDER") == """
        > /classify
        Error: /classify needs a text
        > /classify Zlemon
        The model does not know these characters, which are left out: Z
        sweet   92.9% ████████████████████████████████████████▉
        bitter   5.8% ██▋
        sour     1.2% ▌
        salty    0.1%
        > /classifier
        kinds.safetensors: gru 1 × 12 both ways, 31 symbols, 4 classes
        > /classifier FOLDER/other.safetensors
        other.safetensors: gru 1 × 12 both ways, 31 symbols, 2
        classes
        > /classifier
        other.safetensors: gru 1 × 12 both ways, 31 symbols, 2 classes
        > /classify lemon
        x  98.7% ████████████████████████████████████████████████▍
        y   1.3% ▋
        > /load FOLDER/other.safetensors
        Error: FOLDER/other.safetensors is a classifier, which predicts labels and writes no text; give a language model
        > /classifier FOLDER/tiny.safetensors
        Error: FOLDER/tiny.safetensors is a language model, which knows no labels; give a classifier
        > /classify ABC
        The model does not know these characters, which are left out: A B C
        Error: the model knows no character of this
        > /write

        """)
  }

  @Test func withoutAClassifierTheWayToOneIsSaid() throws {
    let talk = try Talk(folder.writeModel())
    #expect(
      try talk.say("/classify lemon", "/classifier") == """
        > /classify lemon
        Error: there is no classifier: looked for $CHARLSTM_CLASSIFIER, languages.safetensors in a folder checkpoints beside /nowhere/bin/charlstm or above it, and in /nowhere/share/charlstm; /classifier FILE takes one, and charlstm classify train makes one
        > /classifier
        Error: there is no classifier: looked for $CHARLSTM_CLASSIFIER, languages.safetensors in a folder checkpoints beside /nowhere/bin/charlstm or above it, and in /nowhere/share/charlstm; /classifier FILE takes one, and charlstm classify train makes one

        """)
  }
}
