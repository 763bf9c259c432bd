import Classification
import Foundation
import Testing

@Suite("Classification report") struct ClassificationReportTests {
  private func report(
    _ labels: [String], topK: Int, leastLogOdds: Double? = nil, _ texts: [(Int, [Float])]
  ) -> ClassificationReport {
    var tally = ClassificationTally(labels: labels, topK: topK, leastLogOdds: leastLogOdds)
    for (truth, probabilities) in texts {
      tally.add(
        truth: truth, probabilities: probabilities,
        logOdds: logOdds(of: Double(probabilities.max() ?? 0)))
    }
    return tally.report
  }

  private let texts: [(Int, [Float])] = [
    (0, [0.7, 0.2, 0.1]), (0, [0.4, 0.5, 0.1]), (1, [0.2, 0.6, 0.2]),
    // b comes third: a is as probable and has the lower index.
    (1, [0.3, 0.3, 0.4]), (0, [0.5, 0.5, 0]),
  ]

  /// By hand; precision, recall and F1 as scikit-learn 1.5 has them with `zero_division=0`.
  @Test func figures() {
    let report = report(["a", "b", "c"], topK: 2, texts)
    #expect(report.texts == 5)
    #expect(report.confusionMatrix == [[2, 1, 0], [0, 1, 1], [0, 0, 0]])
    #expect(report.accuracy == 0.6)
    #expect(report.classes.map(\.precision) == [1, 0.5, 0])
    #expect(report.classes.map(\.recall) == [2.0 / 3, 0.5, 0])
    #expect(report.classes.map(\.f1) == [0.8, 0.5, 0])
    #expect(report.classes.map(\.support) == [3, 2, 0])
    #expect(abs(report.macroF1 - 1.3 / 3) < 1e-12)
    #expect(report.topKAccuracy == 0.8)
    // −(ln 0.7 + ln 0.4 + ln 0.6 + ln 0.3 + ln 0.5) / 5
    #expect(abs(report.meanNegativeLogLikelihood - 0.736_182_4) < 1e-6)
    // (|1 − 0.7| + |1 − (0.5 + 0.5)| + |1 − 0.6| + |0 − 0.4|) / 5
    #expect(abs(report.expectedCalibrationError - 0.22) < 1e-6)
    // Surest first: right, right, then one of each in either order, wrong: (0 + 0 + ½/3 + ¼ + 2/5) / 5
    #expect(abs(report.areaUnderRiskCoverageCurve - 49.0 / 300) < 1e-12)
    // The least that two wrong answers of five can have is (1/4 + 2/5) / 5.
    #expect(abs(report.excessAreaUnderRiskCoverageCurve - 10.0 / 300) < 1e-12)
    #expect(report.answered == nil)
  }

  /// All other figures stay those of all texts.
  @Test func whatIsAnswered() throws {
    let threshold = logOdds(of: 0.5)
    let report = report(["a", "b", "c"], topK: 2, leastLogOdds: threshold, texts)
    let answered = try #require(report.answered)
    #expect(answered.leastLogOdds == threshold && answered.texts == 4)
    #expect(answered.coverage == 0.8 && answered.accuracy == 0.75)
    #expect(report.accuracy == 0.6 && report.texts == 5)
    #expect(
      report.table.contains(
        """
        excess AURC          0.0333
        answered                  4
        coverage             0.8000
        accuracy of answers  0.7500

        """))
    let none = self.report(["a", "b", "c"], topK: 2, leastLogOdds: 50, texts)
    #expect(none.answered?.texts == 0 && none.answered?.accuracy == 0)
    let data = try JSONEncoder().encode(report)
    #expect(String(decoding: data, as: UTF8.self).contains(#""least_log_odds":0"#))
    #expect(try JSONDecoder().decode(ClassificationReport.self, from: data) == report)
  }

  /// A class that occurs in neither texts nor predictions is not averaged, as in scikit-learn: its
  /// labels are those of the two.
  @Test func whatMacroF1IsTheMeanOf() {
    let right: (Int) -> (Int, [Float]) = { truth in (truth, (0..<4).map { $0 == truth ? 1 : 0 }) }
    let labels = ["a", "b", "c", "d"]
    let one = report(labels, topK: 1, [right(2)])
    #expect(one.macroF1 == 1 && one.macroF1Classes == 1)
    let two = report(labels, topK: 1, [right(0), right(3), right(3)])
    #expect(two.macroF1 == 1 && two.macroF1Classes == 2)
    #expect(
      two.table.contains(
        """
        no text of: b, c
        macro F1 is the mean of 2 of 4 classes: the others occur in neither texts nor predictions

        """))
    // Predicted, though no text is of it: that counts, as 0.
    let predicted = report(labels, topK: 1, [right(0), (0, [0, 1, 0, 0])])
    #expect(abs(predicted.macroF1 - 1.0 / 3) < 1e-12 && predicted.macroF1Classes == 2)
    // A text of it, though never predicted: that counts, too.
    let missed = report(labels, topK: 1, [right(0), (1, [1, 0, 0, 0])])
    #expect(abs(missed.macroF1 - 1.0 / 3) < 1e-12 && missed.macroF1Classes == 2)
    let all = report(labels, topK: 1, (0..<4).map { right($0) })
    #expect(all.macroF1Classes == 4 && !all.table.contains("no text of"))
    #expect(report(labels, topK: 1, []).macroF1Classes == 0)
  }

  @Test func edges() {
    let empty = report(["a", "b"], topK: 5, [])
    #expect(empty.areaUnderRiskCoverageCurve == 0 && empty.excessAreaUnderRiskCoverageCurve == 0)
    #expect(empty.texts == 0 && empty.accuracy == 0 && empty.macroF1 == 0)
    #expect(empty.meanNegativeLogLikelihood == 0 && empty.expectedCalibrationError == 0)
    #expect(empty.topK == 2)
    // Certain and wrong: finite, and all of the confidence is error.
    let wrong = report(["a", "b"], topK: 1, [(1, [1, 0])])
    #expect(abs(wrong.meanNegativeLogLikelihood - 87.3365) < 1e-4)
    #expect(wrong.expectedCalibrationError == 1)
    #expect(wrong.topKAccuracy == 0)
    #expect(report(["a", "b"], topK: 2, [(1, [1, 0])]).topKAccuracy == 1)
    // 0.75 and 0.79 share a bin, (11/15, 12/15]; 0.81 is in the next.
    let bins = report(
      ["a", "b"], topK: 1, [(0, [0.75, 0.25]), (1, [0.79, 0.21]), (0, [0.81, 0.19])])
    #expect(abs(bins.expectedCalibrationError - (0.54 + 0.19) / 3) < 1e-6)
  }

  @Test func json() throws {
    let report = report(["a", "b"], topK: 1, [(0, [0.75, 0.25]), (1, [0.25, 0.75])])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(report)
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"{"accuracy":1,"area_under_risk_coverage_curve":0,"classes":[{"f1":1,"label":"a","precision":1,"recall":1,"support":1},"#
        + #"{"f1":1,"label":"b","precision":1,"recall":1,"support":1}],"#
        + #""confusion_matrix":[[1,0],[0,1]],"excess_area_under_risk_coverage_curve":0,"#
        + #""expected_calibration_error":0.25,"macro_f1":1,"#
        + #""macro_f1_classes":2,"#
        + #""mean_negative_log_likelihood":0.2876820724517809,"texts":2,"top_k":1,"top_k_accuracy":1}"#
    )
    #expect(try JSONDecoder().decode(ClassificationReport.self, from: data) == report)
  }

  @Test func confusionCSV() throws {
    let report = report(
      ["a, b", "\"q\"\u{301}\"", "x\r\ny", "plain"], topK: 1,
      [(0, [1, 0, 0, 0]), (2, [0, 1, 0, 0]), (3, [0, 0, 0, 1])])
    #expect(
      report.confusionCSV == """
        label,"a, b",\"""q""\u{301}\""","x\r\ny",plain
        "a, b",1,0,0,0
        \"""q""\u{301}\""",0,0,0,0
        "x\r\ny",0,1,0,0
        plain,0,0,0,1

        """)
  }

  @Test func table() {
    let report = report(["a", "日本語", "e\u{301}"], topK: 2, texts)
    #expect(
      report.table == """
        texts                   5
        accuracy           0.6000
        macro F1           0.4333
        top-2 accuracy     0.8000
        nats per text      0.7362
        calibration error  0.2200
        AURC               0.1633
        excess AURC        0.0333
        no text of: e\u{301}

        class   precision  recall      F1  texts
        a          1.0000  0.6667  0.8000      3
        日本語     0.5000  0.5000  0.5000      2
        e\u{301}          0.0000  0.0000  0.0000      0

        true \\ predicted  a  日本語  e\u{301}
        a                 2       1  0
        日本語            0       1  1
        e\u{301}                 0       0  0

        """)
  }

  @Test func wideTable() throws {
    let labels = (0..<40).map { "class\n\($0)" }
    func certain(_ index: Int) -> [Float] { labels.indices.map { $0 == index ? 1 : 0 } }
    let report = report(
      labels, topK: 1, [(3, certain(3)), (3, certain(5)), (2, certain(39)), (2, certain(39))])
    #expect(
      report.table.hasSuffix(
        """

        most frequent mistakes      texts
        class⏎2 taken for class⏎39      2
        class⏎3 taken for class⏎5       1

        """))
    let good = self.report(labels, topK: 1, [(3, certain(3))])
    #expect(!good.table.contains("mistakes") && good.table.hasSuffix("0\n"))
  }
}
