import Checkpoints
import Foundation
import Pages
import Paths
import Recurrent
import TerminalText
import Text

/// A page that writes with a language model: its weights in int8, and what reads them.
package struct WebPage {
  /// A string of a browser's has at most 2^29 characters.
  package static let mostBytes = 400_000_000

  private let record: PageRecord
  private let archive: WeightArchive

  /// - Parameters:
  ///   - name: the model's, for people.
  ///   - title: of the page; the model's name where it is nil.
  ///   - prompt: the text that the page opens with; what the model does not know of it is left out.
  ///   - temperature: in the range that `SamplingOptions` has.
  ///   - limit: bytes of weights.
  /// - Throws: `WebExportError`.
  package init(
    _ trained: TrainedModel, name: String, title: String? = nil, prompt: String = "",
    temperature: Double = 1, limit: Int = mostBytes
  ) throws(WebExportError) {
    let configuration = trained.model.configuration
    // An integer a weight, and little beside them.
    let bytes = trained.model.layout.parameterCount
    guard bytes <= limit else { throw .tooLarge(bytes: bytes, limit: limit) }
    archive = WeightArchive(trained.model)
    record = PageRecord(
      title: title ?? name, card: Self.card(of: trained, name: name), prompt: prompt,
      temperature: temperature, network: .init(configuration, archive),
      vocabulary: .init(trained.vocabulary))
  }

  private static func card(of trained: TrainedModel, name: String) -> [String] {
    let configuration = trained.model.configuration
    var card = [
      name,
      "\(configuration.cell.rawValue.uppercased()) of \(configuration.layers) × "
        + "\(configuration.hiddenSize) cells",
      "\(trained.model.layout.parameterCount.grouped) parameters as int8",
    ]
    if let summary = trained.summary {
      let names = summary.corpus.map { printable(path: $0.lastPathName) }
      let shown = names.prefix(3).joined(separator: ", ")
      card.append(
        "trained on \(shown)" + (names.count > 3 ? " and \(names.count - 3) more" : ""))
      if let loss = summary.validationLoss {
        card.append(String(format: "%.2f nats per character of what it had not read", loss))
      }
    }
    return card
  }

  /// UTF-8.
  package func html() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers, strings and lists of them always encode.
    guard let data = try? encoder.encode(record) else {
      preconditionFailure("a page's data is JSON")
    }
    return Page(
      title: record.title, styles: [PackageResources.desk_css],
      scripts: [
        PackageResources.base85_js, PackageResources.link_js, PackageResources.history_js,
        PackageResources.text_area_js, PackageResources.alternatives_js,
        PackageResources.rules_js, PackageResources.options_js, PackageResources.controls_js,
        PackageResources.desk_js,
      ],
      policy: Self.policy
    ).html(
      data: Array(data),
      parts: [
        .text(id: "weights", Base85.encoded(archive.bytes)),
        .text(id: "wasm", Array(Data(PackageResources.kernels_wasm).base64EncodedString().utf8)),
        .script(
          id: "engine",
          [
            PackageResources.random_js, PackageResources.vocabulary_js,
            PackageResources.sampler_js, PackageResources.recent_js, PackageResources.kernels_js,
            PackageResources.network_js, PackageResources.reader_js, PackageResources.keywords_js,
            PackageResources.phrases_js, PackageResources.expression_js,
            PackageResources.pattern_js, PackageResources.bans_js, PackageResources.bias_js,
            PackageResources.draft_js, PackageResources.rewind_js, PackageResources.engine_js,
            PackageResources.service_js,
          ].joined(separator: [UInt8(ascii: "\n")]).map { $0 }),
      ])
  }

  /// Nothing is fetched and nothing sent; only what stands in the page runs.
  private static let policy =
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    + "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
}
