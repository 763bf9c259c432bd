import Recurrent

/// A matrix of weights in int8, each row in steps of its largest magnitude over 127, as a device multiplies
/// it in that precision (`ck_pack_panels` of CKernels).
struct QuantizedMatrix {
  /// Row-major.
  let values: [Int8]
  /// By row: what a sum of products is multiplied by, as what it is multiplied with is in steps of 1/127.
  let steps: [Float]

  init(_ elements: [Float], columns: Int) {
    var values: [Int8] = []
    values.reserveCapacity(elements.count)
    var steps: [Float] = []
    for start in stride(from: 0, to: elements.count, by: columns) {
      let row = elements[start..<start + columns]
      let largest = row.reduce(0) { max($0, $1.magnitude) }
      let factor = largest > 0 ? 127 / largest : 0
      steps.append(largest / 127 * (1 / 127))
      for value in row {
        let scaled = min(max(value * factor, -127), 127)
        values.append(Int8(scaled.rounded(.toNearestOrEven)))
      }
    }
    self.values = values
    self.steps = steps
  }
}
