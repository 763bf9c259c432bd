import Checkpoints
import Recurrent
import Text

/// The data of a page, as its scripts read it.
struct PageRecord: Encodable {
  let title: String
  /// What the model is, in a few words each.
  let card: [String]
  let prompt: String
  let temperature: Double
  let network: NetworkRecord
  let vocabulary: VocabularyRecord

  struct NetworkRecord: Encodable {
    let cell: String
    let layers: Int
    let hidden: Int
    let embedding: Int
    let vocabulary: Int
    let tensors: [WeightArchive.Tensor]

    init(_ configuration: ModelConfiguration, _ archive: WeightArchive) {
      cell = configuration.cell.rawValue
      layers = configuration.layers
      hidden = configuration.hiddenSize
      embedding = configuration.embeddingSize
      vocabulary = configuration.vocabularySize
      tensors = archive.tensors
    }
  }

  struct VocabularyRecord: Encodable {
    let scalars: String
    let hasByteSymbols: Bool

    init(_ vocabulary: Vocabulary) {
      scalars = String(String.UnicodeScalarView(vocabulary.scalars))
      hasByteSymbols = vocabulary.hasByteSymbols
    }
  }
}
