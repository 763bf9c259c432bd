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

  /// What one network expects becomes the target of another.
  @Test(arguments: [1, 15, 16, 65])
  func distillation(_ vocabulary: Int) {
    let rows = 3
    var generator = Xoshiro256(seed: UInt64(vocabulary))
    let logits = (0..<rows * vocabulary).map { _ in generator.symmetric(6) }
    let bias = [Float](repeating: 0, count: vocabulary)
    let targets = [0, vocabulary - 1, vocabulary / 2].map { Int32($0) }
    var table = [UInt16](repeating: 0, count: 4 * vocabulary)
    // Row 1 of three has no distribution.
    let index: [Int64] = [3, 0, 1]
    for share in [Float(0.25), 0.75] {
      var exponentials = logits
      _ = ck_cross_entropy(
        CK_F32, Int64(rows), Int64(vocabulary), &exponentials, bias, targets, 0, nil, nil)
      ck_add_softmax(Int64(rows), Int64(vocabulary), exponentials, index, share, &table)
    }
    var expected = [Float](repeating: 0, count: table.count)
    for row in [0, 2] {
      let z = logits[row * vocabulary..<(row + 1) * vocabulary]
      let sum = z.reduce(0) { $0 + exp($1) }
      for (symbol, value) in z.enumerated() {
        expected[Int(index[row]) * vocabulary + symbol] = exp(value) / sum
      }
    }
    var distributions = expected
    ck_load(CK_BF16, Int64(table.count), table, &distributions)
    #expect(zip(distributions, expected).allSatisfy { abs($0 - $1) <= 0.01 * $1 })

    for element in [CK_F32, CK_BF16] {
      var gradient = [Float](repeating: 0, count: logits.count)
      for index in gradient.indices { gradient[index] = Float(index % 7) }
      let before = gradient
      var stored = [Float](repeating: 0, count: gradient.count)
      ck_store(element, Int64(gradient.count), gradient, &stored)
      ck_soften_targets(
        element, Int64(rows), Int64(vocabulary), targets, index, table, 0.5, &stored)
      ck_load(element, Int64(gradient.count), stored, &gradient)
      for row in 0..<rows {
        for symbol in 0..<vocabulary {
          let place = row * vocabulary + symbol
          let truth: Float = symbol == Int(targets[row]) ? 1 : 0
          let soft = distributions[Int(index[row]) * vocabulary + symbol]
          let moved = index[row] == 0 ? 0 : 0.5 * (truth - soft)
          #expect(abs(gradient[place] - before[place] - moved) < (element == CK_F32 ? 1e-5 : 0.04))
        }
      }
    }
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
