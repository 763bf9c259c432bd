import Checkpoints
import Classification
import Pages

/// A page that shows what a classifier takes texts for, and why, HTML in one file.
///
/// - Parameter name: the classifier's, for people.
package func explanationPage(of explanations: [Explanation], by name: String) -> [UInt8] {
  let page = Page(
    title: "Explained by \(name)",
    styles: [TintedText.style, PackageResources.explanations_css],
    scripts: [TintedText.script, PackageResources.explanations_js])
  let data = ExplanationData(model: name, texts: explanations.map(ExplanationData.Text.init))
  return page.html(data: Array(json(data).utf8))
}

private struct ExplanationData: Encodable {
  struct Text: Encodable {
    struct Class: Encodable {
      let label: String
      let probability: Float
      let evidence: [Double]
    }

    let pieces: [String]
    let classes: [Class]
    let other_classes: Int
    let other_probability: Float

    init(_ explanation: Explanation) {
      pieces = explanation.pieces
      classes = explanation.classes.map {
        Class(
          label: $0.label, probability: $0.probability,
          // Digits beyond these are not seen.
          evidence: $0.evidence.map { ($0 * 10_000).rounded() / 10_000 })
      }
      other_classes = explanation.otherClasses
      other_probability = explanation.otherProbability
    }
  }

  let model: String
  let texts: [Text]
}
