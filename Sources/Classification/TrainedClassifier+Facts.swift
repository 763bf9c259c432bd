import Checkpoints
import Foundation
import Paths
import Recurrent
import TerminalText
import Text

extension TrainedClassifier {
  /// What there is to know of a classifier.
  package var facts: [Fact] {
    var facts = model.facts
    if let classifier = model.configuration.classifier {
      facts.append(("pooling", classifier.pooling.rawValue))
      if let ngrams = classifier.ngrams {
        facts.append(("n-grams", "up to \(ngrams.longest), in \(counted(ngrams.buckets, "row"))"))
      }
      if classifier.hasLanguageModelHead { facts.append(("predicts", "the next character too")) }
    }
    func add(_ name: String, ngrams: Int, longest: Int) {
      facts.append(
        (name, "on \(counted(ngrams, "n-gram")) of up to \(counted(longest, "symbol"))"))
    }
    if let naiveBayes = experts.naiveBayes {
      add("naive Bayes", ngrams: naiveBayes.ngrams.count, longest: naiveBayes.longest)
    }
    if let regression = experts.regression {
      add("linear", ngrams: regression.ngrams.count, longest: regression.longest)
    }
    facts += [
      ("vocabulary", vocabulary.summary),
      ("classes", "\(labels.count.grouped): \(labelSummary)"),
      ("reads", limit.summary),
      ("temperature", String(format: "%.4f", temperature)),
    ]
    if let leastLogOdds {
      facts.append(
        (
          "answers",
          "where a class has probability \(probabilityText(ofLogOdds: leastLogOdds)) or more, "
            + "else \(labelOfNone(beside: labels))"
        ))
    }
    let columns =
      columns.texts.map { "text \(printable(excerpt($0, limit: 60)))" }
      + (columns.label.map { ["label \(printable(excerpt($0, limit: 60)))"] } ?? [])
    if !columns.isEmpty { facts.append(("columns", columns.joined(separator: ", "))) }
    if let summary {
      facts += [
        ("trained on", printable(path: summary.data.joined(separator: ", "))),
        ("texts", summary.trainingTexts.grouped),
        ("epochs", String(format: "%.2f", summary.epochs)),
        ("steps", summary.steps.grouped),
      ]
      let validation = [
        ("accuracy %.4f", summary.validationAccuracy),
        ("macro F1 %.4f", summary.validationMacroF1),
        ("%.4f nats per label", summary.validationLoss),
      ].compactMap { format, value in value.map { String(format: format, $0) } }
      if !validation.isEmpty {
        facts.append(("validation", validation.joined(separator: ", ")))
      }
      facts += optionFacts(summary.options)
    }
    return facts
  }

  private var labelSummary: String {
    labels.prefix(100).map { printable(excerpt($0, limit: 60)) }.joined(separator: ", ")
      + (labels.count > 100 ? ", …" : "")
  }
}

extension TextLimit {
  fileprivate var summary: String {
    let part =
      switch kept {
      case .head: "the first"
      case .tail: "the last"
      case .both: "of the beginning and the end together"
      }
    return "\(part) \(counted(length, "symbol")) of a text"
  }
}
