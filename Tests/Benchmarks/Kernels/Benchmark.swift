import Foundation

/// Prints the median time of a call and the quartiles, if the name has a word of the command line or
/// there is none.
func benchmark(_ name: String, _ body: () -> Void) {
  let words = CommandLine.arguments.dropFirst()
  guard words.isEmpty || words.contains(where: name.contains) else { return }
  body()  // Touches the memory, which the first call would pay for.
  let clock = ContinuousClock()
  let start = clock.now
  var microseconds: [Double] = []
  while microseconds.count < 20 || clock.now - start < .seconds(0.5) {
    microseconds.append(clock.measure(body) / .microseconds(1))
  }
  microseconds.sort()
  func quantile(_ part: Double) -> Double {
    microseconds[Int(part * Double(microseconds.count - 1))]
  }
  let padding = String(repeating: " ", count: max(0, 48 - name.count))
  print(
    name + padding
      + String(
        format: "%10.2f µs, half of %d in %.2f to %.2f", quantile(0.5), microseconds.count,
        quantile(0.25), quantile(0.75)))
}
