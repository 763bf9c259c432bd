import Foundation

/// Numbers in a byte each: `−127 … 127` stands for `−scale … scale`.
///
/// A number is off by at most `scale / 254`.
package struct ByteValues: Sendable {
  package let scale: Float
  package private(set) var bytes: [Int8] = []

  /// - Parameter scale: the largest number there is, but for its sign.
  package init(scale: Float) {
    self.scale = scale
  }

  /// With the largest of `values` for its scale.
  package init(_ values: [Float]) {
    self.init(scale: values.reduce(0) { max($0, abs($1)) })
    append(values)
  }

  /// Numbers beyond the scale become the largest there is.
  package mutating func append(_ values: some Sequence<Float>) {
    let factor = scale > 0 ? 127 / scale : 0
    for value in values {
      let level = (value * factor).rounded()
      bytes.append(level.isNaN ? 0 : Int8(max(-127, min(127, level))))
    }
  }

  /// Appends numbers of the same scale.
  mutating func append(_ other: ByteValues) {
    precondition(other.scale == scale, "numbers of another scale")
    bytes += other.bytes
  }

  package subscript(index: Int) -> Float { Float(bytes[index]) / 127 * scale }

  var base64: String { bytes.withUnsafeBytes { Data($0).base64EncodedString() } }
}
