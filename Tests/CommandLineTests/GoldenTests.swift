import Foundation
import Testing

/// A fixed model, a fixed seed, the exact text: the whole path at once.
///
/// `Tests/Fixtures/make_tiny_model.sh` makes the model.
@Suite("Golden")
struct GoldenTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
  }

  private func sample(_ options: String) throws -> String {
    let outcome = try charlstm("sample tiny.safetensors --precision float32 " + options)
    #expect(outcome.code == 0 && outcome.error == "")
    return outcome.output
  }

  @Test func text() throws {
    #expect(
      try sample("--seed 1 --length 300") == """
        my mu knok it itred the it the rruclen gong all itreon then his the sep thoun.

        Sy fornc,
        theme.
        Noan?
        They I by her. It's cord ines fome-custhour look siid if my thaud uptes; sied owce \
        trirting. And with the liven, Tuch?
        Noter.
        I checrich I shousin-dooteded net
        If beathim sell thi'ning at siw. That

        """)
  }

  @Test func mostProbable() throws {
    #expect(
      try sample("--seed 1 --length 100 --temperature 0") == """
        Sargeon Orrell:
        I have the sing the sing the sing the sing the sing the sing the sing the sing the s

        """)
    #expect(
      try sample("--seed 2 --length 100 --temperature 0")
        == sample("--seed 1 --length 100 --temperature 0"))
  }

  @Test func topK() throws {
    #expect(
      try sample("--seed 3 --length 150 --temperature 0.8 --top-k 5") == """
        Thus where the the say, that wid wene.

        Surryond:
        Whound a werter sir them the came the saillor a sink of seartes an the he stargeon Orrear \
        a brats wo

        """)
  }

  @Test func prompt() throws {
    #expect(
      try sample("--seed 4 --length 80 --top-p 0.9 --repetition-penalty 1.1 --prompt KING") == """
        KING sham.
        And but of maur for hit one, dest is fealan Whand my wing hand is mown. B

        """)
  }

  @Test func evaluate() throws {
    try charlstm.put("The king is dead.\nLong live the king!\n", at: "text.txt")
    let table = try charlstm("evaluate tiny.safetensors text.txt --precision float32")
    #expect(
      table
        == .init(
          code: 0,
          output: """
            characters          37
            nats per character  1.8745
            bits per character  2.7044
            bits per byte       2.7044
            perplexity          6.5177

            """, error: ""))
    let symbols = try charlstm(
      "evaluate tiny.safetensors text.txt --precision float32 --per-character")
    let lines = symbols.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(lines.count == 38)
    #expect(lines[0] == ["character", "nats", "bits"])
    #expect(lines[1...5].map { $0[0] } == ["h", "e", "U+0020", "k", "i"])
    // The last of the six digits differ from CPU to CPU.
    let expected = [1.0012, 1.4672, 1.0918, 4.6778, 1.5078]
    for (line, nats) in zip(lines[1...5], expected) {
      #expect(abs((Double(line[1]) ?? .nan) - nats) < 2e-4)
      #expect(abs((Double(line[2]) ?? .nan) - nats / log(2)) < 3e-4)
    }
    let sum = lines.dropFirst().reduce(0) { $0 + (Double($1[1]) ?? .nan) }
    #expect(abs(sum / 37 - 1.8745) < 1e-4)
  }

  @Test func evaluateOtherwise() throws {
    try charlstm.put(
      String(repeating: "The king is dead.\nLong live the king!\n", count: 20), at: "text.txt")
    #expect(
      try charlstm("evaluate tiny.safetensors text.txt --dynamic-evaluation")
        == .init(
          code: 0,
          output: """
            static evaluation
            characters          759
            nats per character  1.8533
            bits per character  2.6738
            bits per byte       2.6738
            perplexity          6.3809

            dynamic evaluation (rate 0.0007, decay 0.003, segment 50)
            characters          759
            nats per character  1.7245
            bits per character  2.4879
            bits per byte       2.4879
            perplexity          5.6096

            """, error: ""))
    #expect(
      try charlstm(
        "evaluate tiny.safetensors text.txt --windows 30 --window-count 40 --precision float32")
        == .init(
          code: 0,
          output: """
            characters          1,200
            nats per character  1.8745
            bits per character  2.7044
            bits per byte       2.7044
            perplexity          6.5177
            windows             40 of 30 characters, seed 1
            standard error      0.0166 nats per character

            """, error: ""))
  }

  @Test func info() throws {
    #expect(
      try charlstm("info tiny.safetensors")
        == .init(
          code: 0,
          output: """
            cell                  lstm
            layers                1
            hidden size           32
            embedding size        16
            parameters            9,487
            vocabulary            63 characters: U+000A U+0020 ! " ' ( ) , - . : ; ? A B C D E F \
            G H I J K L M N O P Q R S T U V W Y a b c d e f g h i j k l m n o p q r s t u v w x y \
            z
            trained on            corpora/plays/salt-regent.txt
            characters            81,947
            epochs                12.00
            steps                 1,920
            validation            1.9180 nats, 2.7671 bits per character
              --average-decay     0.99
              --batch-size        16
              --clip-norm         1.0
              --dropout-embedding 0.0
              --dropout-layers    0.0
              --dropout-output    0.0
              --epochs            12
              --learning-rate     0.01
              --precision         float32
              --schedule          cosine
              --seed              1
              --sequence-length   32
              --threads           1
              --warmup-steps      50
              --weight-decay      0.01

            """, error: ""))
  }
}
