import Recurrent
import Text

extension Generator {
  /// Writes a text of its own, all at once.
  ///
  /// - Parameters:
  ///   - prompt: what the text goes on from, and not part of it; characters that the model does not
  ///     know are left out.
  ///   - random: its next number draws the first symbol.
  /// - Throws: `SamplingOptionsError`, `StopStringsError`, `BansError`.
  public func text(
    after prompt: String = "", _ options: WritingOptions, using random: inout Xoshiro256
  ) throws -> String {
    var state = start()
    let prompt = vocabulary.encode(prompt).symbols
    read(prompt, into: &state)
    var bytes: [UInt8] = []
    _ = try write(from: &state, options, after: TextRead(prompt), using: &random) {
      bytes += $0
      return true
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
