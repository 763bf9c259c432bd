import Foundation
import LabelledData
import TerminalText

/// The classes of labelled texts with their numbers of texts, and what is doubtful about them.
struct ClassListing: CustomStringConvertible {
  private let classes: [(label: String, count: Int)]
  private let doubts: [LabelDoubt]
  /// Classes of one text.
  private let singles: [String]
  /// Classes of a few texts among many.
  private let small: [String]

  /// Classes and doubts beyond these are only counted.
  private static let classLimit = 20
  private static let doubtLimit = 5

  init(of texts: LabelledTexts) {
    classes = zip(texts.labels, texts.labelCounts).sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    doubts = texts.labelDoubts
    singles = classes.filter { $0.count == 1 }.map(\.label)
    let average = texts.count / max(1, classes.count)
    small = classes.filter { 2..<10 ~= $0.count && $0.count * 20 <= average }.map(\.label)
  }

  /// Lines, most texts first.
  var description: String {
    let shown = classes.prefix(Self.classLimit).map { "\(name($0.label)) \($0.count.formatted())" }
    var text = "classes: " + list(shown, of: classes.count) + "\n"
    for doubt in doubts.prefix(Self.doubtLimit) { text += "Warning: \(line(doubt))\n" }
    if doubts.count > Self.doubtLimit {
      text +=
        "Warning: \(counted(doubts.count - Self.doubtLimit, "more class", plural: "more classes")) may be "
        + "misspelt.\n"
    }
    if !small.isEmpty { text += "Warning: \(line(ofSmall: small))\n" }
    if !singles.isEmpty { text += "Warning: \(line(ofSingles: singles))\n" }
    return text
  }

  /// Which classes cannot be in every fold; nil where all can.
  func warning(ofFewerThan folds: Int) -> String? {
    let few = classes.filter { $0.count < folds }
    guard !few.isEmpty else { return nil }
    return "Warning: " + counted(few.count, "class has", plural: "classes have")
      + " fewer texts than there are folds, so that not every fold has some: "
      + list(
        few.prefix(Self.classLimit).map { "\(name($0.label)) \($0.count)" }, of: few.count)
      + "\n"
  }

  private func line(_ doubt: LabelDoubt) -> String {
    switch doubt {
    case .alike(let rarer, let other):
      "the class \(told(rarer)) may be \(told(other)) in another spelling; use one for both"
    case .joined(let joined, let labels):
      "the class \(told(joined)) joins \(labels.map(name).joined(separator: " and ")); "
        + "a text has one label"
    }
  }

  private func line(ofSmall labels: [String]) -> String {
    counted(labels.count, "class has", plural: "classes have")
      + " so few texts beside the others that little is learnt or found out of them: "
      + list(labels.prefix(Self.classLimit).map(name), of: labels.count)
  }

  private func line(ofSingles labels: [String]) -> String {
    "\(labels.count == 1 ? "a class has" : "\(labels.count) classes have") one text, which cannot both "
      + "train and validate: "
      + list(labels.prefix(Self.classLimit).map(name), of: labels.count)
  }

  private func told(_ found: LabelDoubt.Class) -> String {
    "\(name(found.label)) (\(counted(found.count, "text")))"
  }

  private func list(_ shown: [String], of count: Int) -> String {
    shown.joined(separator: ", ") + (count > shown.count ? " and \(count - shown.count) more" : "")
  }

  private func name(_ label: String) -> String { "\"\(excerpt(label, limit: 40))\"" }
}
