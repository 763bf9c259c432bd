/// The first part of a text trains, the last validates.
public struct Split: Equatable, Sendable {
  /// Byte range; never empty.
  public let training: Range<Int>
  /// Byte range; empty where the fraction, or the text, is too small.
  public let validation: Range<Int>

  /// Cuts `corpus` at `byteCount · (1 − validationFraction)` bytes.
  ///
  /// That is rounded down, and moved forward to where a scalar begins. At least the first scalar
  /// trains.
  ///
  /// The fraction is taken to nine decimals and the rest is in whole numbers, so that rounding
  /// never moves the cut: 0.1 of 1,115,394 bytes leaves 1,003,854, and 0.9 of 10 leaves 1.
  ///
  /// - Parameter validationFraction: at least 0 and below 1.
  public init(corpus: Corpus, validationFraction: Double) {
    precondition(
      validationFraction >= 0 && validationFraction < 1, "a fraction is at least 0 and below 1")
    let billion: UInt = 1_000_000_000
    let trained = billion - UInt((validationFraction * 1e9).rounded())
    let product = UInt(corpus.byteCount).multipliedFullWidth(by: trained)
    let quotient = billion.dividingFullWidth(product).quotient
    let boundary = corpus.scalarBoundary(atOrAfter: max(1, Int(quotient)))
    self.init(corpus: corpus, trainingBytes: boundary)
  }

  /// - Parameter trainingBytes: at least 1.
  package init(corpus: Corpus, trainingBytes: Int) {
    precondition(1...corpus.byteCount ~= trainingBytes)
    training = 0..<trainingBytes
    validation = trainingBytes..<corpus.byteCount
  }
}
