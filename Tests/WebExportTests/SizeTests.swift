import Checkpoints
import Foundation
import Recurrent
import Testing
import Text

@testable import WebExport

/// What a page weighs.
struct SizeTests {
  /// 2 × 512 cells on a hundred characters, saved at half size; that of 65 is the article's
  /// (`ExportTests`).
  @Test func twoLayersOf512StayWithin5MB() throws {
    let scalars = (0..<100).map { Unicode.Scalar(UInt8(0x20 + $0)) }
    let network = try Network(
      ModelConfiguration(
        layers: 2, hiddenSize: 512, embeddingSize: 128, vocabularySize: scalars.count), seed: 1)
    for index in 0..<network.parameters.count {
      let bits = network.parameters.pointer[index].bitPattern
      network.parameters.pointer[index] = Float(bitPattern: bits & 0xFFFF_0000)
    }
    let trained = TrainedModel(
      model: network, vocabulary: try Vocabulary(scalars: scalars, byteFallback: false))
    let html = try WebPage(trained, name: "large").html()
    #expect(html.count > 4_000_000 && html.count <= 5_000_000, "\(html.count)")
  }

  @Test func tooLarge() throws {
    let trained = try model()
    let count = trained.model.layout.parameterCount
    _ = try WebPage(trained, name: "tiny", limit: count)
    #expect(throws: WebExportError.tooLarge(bytes: count, limit: count - 1)) {
      try WebPage(trained, name: "tiny", limit: count - 1)
    }
    #expect(
      WebExportError.tooLarge(bytes: 700_000_000, limit: 400_000_000).description
        == "the model's weights take 700 MB as int8, more than the 400 MB that a browser opens as one "
        + "page; train a smaller one, such as --hidden-size 512")
  }

  @Test func base85() {
    let bytes: [UInt8] = [0, 0, 0, 0, 255, 255, 255, 255, 20, 0, 0, 0]
    let text = String(decoding: Base85.encoded(bytes), as: UTF8.self)
    // 2^32 - 1 is 82 23 54 12 0 in base 85.
    #expect(text == "(((((z?^4(((((}")
  }
}
