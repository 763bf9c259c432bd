/// Why a model cannot be looked into.
package enum InspectionError: Error, Equatable, CustomStringConvertible {
  case invalidPattern(name: String, pattern: String)
  case slowPattern(name: String)
  case duplicateFeature(name: String)
  case textTooShort(count: Int, needed: Int)
  case noNumbers

  package var description: String {
    switch self {
    case .invalidPattern(let name, let pattern):
      "the feature “\(name)” has no valid regular expression: \(pattern)"
    case .slowPattern(let name):
      "the regular expression of the feature “\(name)” takes too long; it may repeat what repeats "
        + "already, as in (a+)+"
    case .duplicateFeature(let name): "there are two features named “\(name)”"
    case .textTooShort(let count, let needed):
      "the text has \(count) known characters; at least \(needed) are needed to tell what cells do"
    case .noNumbers: "the model's weights are so large that its cells have no values"
    }
  }
}
