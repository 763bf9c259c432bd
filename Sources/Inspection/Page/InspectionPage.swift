import Foundation
import Pages
import Recurrent
import Text

/// A page that shows what a network's cells do in a text: a window of it whole, with what the network
/// expects there, and the cells that were found.
package struct InspectionPage: Sendable {
  let name: String
  let configuration: ModelConfiguration
  let survey: CellSurvey
  let ablation: CellAblation
  let reach: GradientReach
  let window: TextWindow
  private let vocabulary: Vocabulary

  /// - Parameter name: the model's, for people.
  package init(
    name: String, of configuration: ModelConfiguration, vocabulary: Vocabulary, survey: CellSurvey,
    ablation: CellAblation, reach: GradientReach, window: TextWindow
  ) {
    self.name = name
    self.configuration = configuration
    self.vocabulary = vocabulary
    self.survey = survey
    self.ablation = ablation
    self.reach = reach
    self.window = window
  }

  /// UTF-8.
  package func html() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers, strings and lists of them always encode.
    guard let data = try? encoder.encode(PageRecord(self, vocabulary: vocabulary)) else {
      preconditionFailure("a page's data is JSON")
    }
    return Page(
      title: "Inside \(name)", styles: [Charts.style, PackageResources.inside_css],
      scripts: Charts.scripts + [
        PackageResources.inside_data_js, PackageResources.inside_colors_js,
        PackageResources.inside_selection_js, PackageResources.inside_cells_js,
        PackageResources.inside_text_js, PackageResources.inside_map_js,
        PackageResources.inside_pattern_js, PackageResources.inside_reach_js,
        PackageResources.inside_js,
      ]
    ).html(data: Array(data))
  }

  /// What of the text and the cells is on the page, in a line.
  package var extent: String {
    "\(window.symbols.count.formatted()) characters from \(window.offset.formatted()) on with "
      + (window.activities.count == 1 ? "the hidden states" : "all states and gates")
      + ", \(survey.places.offsets.count.formatted()) further places of "
      + "\(survey.places.length.formatted()) characters with the hidden states, a byte a value"
  }
}
