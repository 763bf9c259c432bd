/// The first part of a text trains, the next validates, and the last is kept to test on.
public struct Split: Equatable, Sendable {
  /// Byte range; never empty.
  public let training: Range<Int>
  /// Byte range; empty where the fraction, or the text, is too small.
  public let validation: Range<Int>
  /// Byte range; empty where the fraction, or the text, is too small.
  public let test: Range<Int>

  /// Cuts `corpus` at `byteCount · (1 − validationFraction − testFraction)` bytes, and at
  /// `byteCount · (1 − testFraction)`.
  ///
  /// Each is rounded down, and moved forward to where a scalar begins. At least the first scalar
  /// trains.
  ///
  /// Fractions are taken to nine decimals and the rest is in whole numbers, so that rounding
  /// never moves a cut: 0.1 of 1,115,394 bytes leaves 1,003,854, and 0.9 of 10 leaves 1.
  ///
  /// - Parameters:
  ///   - validationFraction: at least 0.
  ///   - testFraction: at least 0, and with the other below 1.
  public init(corpus: Corpus, validationFraction: Double, testFraction: Double = 0) {
    precondition(
      validationFraction >= 0 && testFraction >= 0 && validationFraction + testFraction < 1,
      "fractions are at least 0, and together below 1")
    let billion: UInt = 1_000_000_000
    func boundary(leaving fractions: Double...) -> Int {
      let left = fractions.reduce(billion) { $0 - min($0, UInt(($1 * 1e9).rounded())) }
      let product = UInt(corpus.byteCount).multipliedFullWidth(by: left)
      let quotient = billion.dividingFullWidth(product).quotient
      return corpus.scalarBoundary(atOrAfter: max(1, Int(quotient)))
    }
    self.init(
      corpus: corpus, trainingBytes: boundary(leaving: validationFraction, testFraction),
      testBytes: corpus.byteCount - boundary(leaving: testFraction))
  }

  /// - Parameters:
  ///   - trainingBytes: at least 1.
  ///   - testBytes: with those at most all of the corpus.
  package init(corpus: Corpus, trainingBytes: Int, testBytes: Int = 0) {
    precondition(1...corpus.byteCount ~= trainingBytes)
    precondition(0...corpus.byteCount - trainingBytes ~= testBytes)
    training = 0..<trainingBytes
    validation = trainingBytes..<corpus.byteCount - testBytes
    test = corpus.byteCount - testBytes..<corpus.byteCount
  }
}
