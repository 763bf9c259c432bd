import CKernels
import Foundation
import Recurrent
import Testing

@Suite("Kernels")
struct KernelTests {
  @Test(arguments: [1, 2, 15, 16, 17, 65, 20_000])
  func crossEntropy(_ vocabulary: Int) {
    let rows = 3
    var generator = Xoshiro256(seed: UInt64(vocabulary))
    let logits = (0..<rows * vocabulary).map { _ in generator.symmetric(12) }
    let bias = (0..<vocabulary).map { _ in generator.symmetric(3) }
    let targets = [0, vocabulary - 1, vocabulary / 2].map { Int32($0) }
    var scratch = logits
    var gradient = [Float](repeating: 7, count: logits.count)
    var losses = [Float](repeating: 7, count: rows)
    let total = ck_cross_entropy(
      CK_F32, Int64(rows), Int64(vocabulary), &scratch, bias, targets, 0.5, &gradient, &losses)

    var sum = 0.0
    for row in 0..<rows {
      let z = (0..<vocabulary).map { Double(logits[row * vocabulary + $0]) + Double(bias[$0]) }
      let target = Int(targets[row])
      let loss = surprisal(z, of: target)
      sum += loss
      #expect(abs(Double(losses[row]) - loss) < 1e-5 * max(1, loss))
      let largest = z.reduce(-.infinity, max)
      let weight = z.reduce(0) { $0 + exp($1 - largest) }
      for symbol in 0..<vocabulary {
        let probability = exp(z[symbol] - largest) / weight
        let expected = 0.5 * (probability - (symbol == target ? 1 : 0))
        let found = Double(gradient[row * vocabulary + symbol])
        // One expectation each would take longer than the kernel's whole suite.
        if abs(found - expected) >= 1e-6 {
          Issue.record("row \(row), symbol \(symbol): \(found) where \(expected) belongs")
        }
      }
    }
    #expect(abs(total - sum) < 1e-5 * max(1, sum))
  }

  /// Logits far apart or very large neither overflow nor lose the loss.
  @Test func crossEntropyOfExtremes() {
    var logits: [Float] = [1e30, 0, -1e30, 300, 299, -300]
    var gradient = [Float](repeating: 0, count: 6)
    var losses = [Float](repeating: 0, count: 2)
    _ = ck_cross_entropy(
      CK_F32, 2, 3, &logits, [0, 0, 0], [0, 1], 1, &gradient, &losses)
    #expect(losses[0] == 0)
    #expect(abs(losses[1] - (1 + log1p(exp(-1)))) < 1e-5)
    #expect(gradient.allSatisfy { $0.isFinite })
  }

  /// To nearest, ties to even, as hardware does.
  @Test func bfloat16Rounding() {
    func rounded(_ value: Float) -> Float {
      var stored: UInt16 = 0
      var result: Float = 0
      ck_store(CK_BF16, 1, [value], &stored)
      ck_load(CK_BF16, 1, &stored, &result)
      return result
    }
    func bits(_ pattern: UInt32) -> Float { Float(bitPattern: pattern) }
    #expect(rounded(bits(0x3F80_0000)) == bits(0x3F80_0000))
    #expect(rounded(bits(0x3F80_7FFF)) == bits(0x3F80_0000))
    #expect(rounded(bits(0x3F80_8000)) == bits(0x3F80_0000), "a tie goes to the even one")
    #expect(rounded(bits(0x3F80_8001)) == bits(0x3F81_0000))
    #expect(rounded(bits(0x3F81_8000)) == bits(0x3F82_0000), "a tie goes to the even one")
    #expect(rounded(bits(0xBF81_8000)) == bits(0xBF82_0000))
    #expect(rounded(bits(0x3FFF_FFFF)) == 2, "into the next power of two")
    #expect(rounded(0).sign == .plus && rounded(-0.0).sign == .minus)
    #expect(rounded(.infinity) == .infinity && rounded(-.infinity) == -.infinity)
    #expect(rounded(.greatestFiniteMagnitude) == .infinity)

    var generator = Xoshiro256(seed: 1)
    let values = (0..<1000).map { _ in generator.symmetric(1e3) }
    var stored = [UInt16](repeating: 0, count: 1000)
    ck_store(CK_BF16, 1000, values, &stored)
    let expected = values.map { value -> UInt16 in
      let pattern = value.bitPattern
      return UInt16((pattern + 0x7FFF + (pattern >> 16 & 1)) >> 16)
    }
    #expect(stored == expected)
  }
}
