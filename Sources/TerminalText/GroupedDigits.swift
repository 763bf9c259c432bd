extension BinaryInteger {
  /// The number in decimal, a comma before each group of three digits, whatever the locale.
  package var grouped: String {
    let digits = "\(magnitude)"
    var result = self < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return result
  }
}
