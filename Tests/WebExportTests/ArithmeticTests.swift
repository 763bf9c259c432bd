import CPU
import Checkpoints
import Foundation
import Generation
import PageTesting
import Recurrent
import Testing
import Text

@testable import WebExport

/// What the page computes is what the CPU computes in int8: logits and texts.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct ArithmeticTests {
  private struct Logits: Decodable, Equatable {
    let wasm: [[Float]]
    let plain: [[Float]]
    let withoutSIMD: String
  }

  /// Of every kind of cell, with rows that are no multiple of a vector's, and with the first layer's
  /// products as a table and as factors. A CPU without fused products rounds once more.
  @Test(
    arguments: [
      (Cell.lstm, 20, 24), (.lstm, 48, 8), (.gru, 20, 24), (.rnn, 20, 24),
    ])
  func logitsAreTheCPUs(_ cell: Cell, hidden: Int, embedding: Int) throws {
    let trained = try model(cell, hidden: hidden, embedding: embedding)
    let symbols = (0..<200).map { Int32(($0 * 7 + $0 / 3) % trained.vocabulary.count) }
    let inPage = try outcome(
      """
      const logits = (kind, name) => {
        const engine = engineOf(kind);
        if (engine.network.kernels.name !== name) throw new Error(engine.network.kernels.name);
        const result = [];
        \(symbols).forEach((symbol, index) => {
          engine.reader.append(symbol);
          if (index % 10 === 9) result.push([...engine.network.nextLogits()]);
        });
        return result;
      };
      const { kernels } = Engine.network(page.data.network, base85Bytes("weights"), new ArrayBuffer(8));
      return {
        wasm: logits("wasm", "WebAssembly"), plain: logits("plain", "JavaScript"),
        withoutSIMD: kernels.name,
      };
      """, of: WebPage(trained, name: "tiny"), as: Logits.self)
    let generator = Generator(
      trained.model, vocabulary: trained.vocabulary, precision: .int8, device: .cpu(threads: 1))
    var state = generator.start()
    let expected = stride(from: 0, to: symbols.count, by: 10).map { start in
      generator.read(symbols[start..<start + 10], into: &state)
      return state.logits
    }
    #expect(inPage.wasm == inPage.plain && inPage.withoutSIMD == "JavaScript")
    #expect(expected.count == 20 && inPage.wasm.count == 20)
    if InstructionSet.current >= .avx2 {
      #expect(inPage.wasm == expected)
    } else {
      for (a, b) in zip(inPage.wasm.joined(), expected.joined()) { #expect(abs(a - b) < 0.02) }
    }
  }

  @Test func tableOrFactors() throws {
    let names = { (trained: TrainedModel) in WeightArchive(trained.model).tensors.map(\.name) }
    // Ten symbols of 80 rows are fewer numbers than 24 times both.
    #expect(try names(model(embedding: 24)).contains("table"))
    #expect(try !names(model(embedding: 4)).contains("table"))
    #expect(try names(model(embedding: 4)).contains("input.0"))
  }

  private struct Setting: Encodable {
    var temperature: Double
    var topK: Int?
    var topP: Double?
    var minP: Double?
    var typicalP: Double?
    var repetitionPenalty: Double?
    var repetitionWindow: Int?
    var seed: UInt64

    var sampling: SamplingOptions {
      SamplingOptions(
        temperature: temperature, topK: topK, topP: topP, minP: minP, typicalP: typicalP,
        repetitionPenalty: repetitionPenalty ?? 1, repetitionWindow: repetitionWindow ?? 64)
    }
  }

  /// A seed gives the text that `sample` writes with it, with each option, of scalars and of bytes.
  @Test(arguments: [false, true])
  func textsAreThoseOfSample(bytes: Bool) throws {
    let trained = try model(hidden: 32, bytes: bytes)
    let settings = [
      Setting(temperature: 1, seed: 1), Setting(temperature: 0.7, seed: 18_446_744_073_709_551_615),
      Setting(temperature: 1.3, topP: 0.8, seed: 3), Setting(temperature: 0.9, minP: 0.2, seed: 4),
      Setting(temperature: 1, topP: 0.9, minP: 0.05, seed: 5), Setting(temperature: 0, seed: 6),
      Setting(temperature: 1, topK: 4, seed: 7), Setting(temperature: 1.2, topK: 300, seed: 8),
      Setting(temperature: 1, typicalP: 0.6, seed: 9),
      Setting(temperature: 1, repetitionPenalty: 1.4, seed: 10),
      Setting(temperature: 0.8, repetitionPenalty: 0.7, repetitionWindow: 3, seed: 11),
      Setting(temperature: 0, repetitionPenalty: 2, repetitionWindow: 5, seed: 12),
      Setting(
        temperature: 1.1, topK: 7, topP: 0.95, minP: 0.02, typicalP: 0.9, repetitionPenalty: 1.2,
        repetitionWindow: 10, seed: 13),
    ]
    let list = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
      .replacing(/"seed":(\d+)/) { "\"seed\":\"\($0.1)\"" }
    let prompt = "ab é\nab<"
    let texts = try outcome(
      """
      const texts = [];
      for (const kind of ["wasm", "plain"]) {
        const engine = engineOf(kind);
        const { symbols } = engine.vocabulary.encode(\(String(reflecting: prompt)));
        for (const { seed, ...options } of \(list)) {
          const came = [];
          await engine.write({
            symbols, random: Xoshiro256.of(BigInt(seed), [0n]).state, options, length: 300,
          }, (more) => came.push(...more));
          texts.push(decoded(symbols.concat(came), engine.vocabulary)
            .slice(decoded(symbols, engine.vocabulary).length));
        }
      }
      return texts;
      """, of: WebPage(trained, name: "tiny"), as: [String].self)
    let generator = Generator(
      trained.model, vocabulary: trained.vocabulary, precision: .int8, device: .cpu(threads: 1))
    let expected = try settings.map { setting in
      var random = Xoshiro256(seed: setting.seed, stream: [0])
      return try generator.text(
        after: prompt,
        WritingOptions(sampling: setting.sampling, length: 300), using: &random)
    }
    let count = settings.count
    #expect(texts.count == 2 * count && Array(texts[..<count]) == Array(texts[count...]))
    if InstructionSet.current >= .avx2 {
      #expect(Array(texts[..<count]) == expected)
    }
    #expect(texts.allSatisfy { $0.unicodeScalars.count == 300 })
    #expect(Set(texts).count >= count - 1)
  }
}
