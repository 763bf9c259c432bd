import Checkpoints
import Foundation
import LabelledData
import Safetensors
import Text
import Training

/// What the fuzzer gives bytes to: all readers of what comes from others. None may trap, hang or
/// read outside its memory; errors are what they are for.
///
/// The first byte chooses the reader, so that one set of inputs serves all.
private func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let content = Array(input.dropFirst())
  switch input.first {
  case UInt8(ascii: "c"): readLabelled(content, .csv)
  case UInt8(ascii: "f"): readFile(content)
  case UInt8(ascii: "h"): readFile(file(header: content, data: 256))
  case UInt8(ascii: "j"): readLabelled(content, .jsonLines)
  case UInt8(ascii: "l"): readLabelled(content, .fastText)
  case UInt8(ascii: "m"): readMetadata(content)
  case UInt8(ascii: "s"): readLabelled(content, .tsv)
  case UInt8(ascii: "t"): readText(content)
  case UInt8(ascii: "v"): readVocabulary(content)
  default: break
  }
  return 0
}

@main struct Fuzz {
  #if FUZZING
    /// libFuzzer's, whose own `main` gives way to Swift's.
    @_silgen_name("LLVMFuzzerRunDriver")
    private static func runFuzzer(
      _ count: UnsafeMutablePointer<CInt>,
      _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
      _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt

    static func main() {
      var count = CommandLine.argc
      var arguments = CommandLine.unsafeArgv
      exit(runFuzzer(&count, &arguments) { fuzz($0, $1) })
    }
  #else
    /// Without the fuzzer: runs the inputs that are named.
    static func main() throws {
      for path in CommandLine.arguments.dropFirst() {
        let input = Array(try Data(contentsOf: URL(filePath: path)))
        _ = input.withUnsafeBufferPointer { fuzz($0.baseAddress, $0.count) }
      }
    }
  #endif
}

// MARK: - Files

/// Gives `body` the path of a file of `content`.
private func withFile(_ content: [UInt8], _ body: (String) -> Void) {
  // In memory, and not written over, because a mapping may still be held.
  let path = "/dev/shm/fuzz-\(getpid())"
  let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
  precondition(descriptor >= 0 && write(descriptor, content, content.count) == content.count)
  close(descriptor)
  defer { unlink(path) }
  body(path)
}

/// As a safetensors file, a model and a resume file.
private func readFile(_ content: [UInt8]) {
  withFile(content) { path in
    do throws(SafetensorsError) {
      let file = try SafetensorsFile(path: path)
      for name in file.tensors.keys {
        _ = try? file.floats(of: name)
        try file.withBytes(of: name) { (bytes) throws(SafetensorsError) in
          precondition(bytes.count <= content.count)
        }
      }
    } catch {
      precondition(!error.description.contains("\n"))
    }
    if let model = try? TrainedModel(contentsOf: path) {
      precondition(model.vocabulary.count == model.model.configuration.vocabularySize)
    }
    _ = try? ResumePoint(contentsOf: path)
  }
}

/// A safetensors file of a header and so many zero bytes.
private func file(header: [UInt8], data: Int) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.count), Array.init) + header
    + [UInt8](repeating: 0, count: data)
}

/// As the configuration, vocabulary and summary, a line each, of the file of a tiny network.
private func readMetadata(_ content: [UInt8]) {
  let lines = String(decoding: content, as: UTF8.self).split(separator: "\n", maxSplits: 2)
  let keys = ["configuration", "vocabulary", "training"]
  let metadata = zip(keys, lines).map { "\(json($0)):\(json(String($1)))" }.joined(separator: ",")
  var offset = 0
  let tensors = [
    ("embedding.weight", "3,2", 6), ("head.bias", "3", 3), ("head.weight", "3,1", 3),
    ("rnn.bias_hh_l0", "1", 1), ("rnn.bias_ih_l0", "1", 1), ("rnn.weight_hh_l0", "1,1", 1),
    ("rnn.weight_ih_l0", "1,2", 2),
  ].map { name, shape, count in
    defer { offset += 4 * count }
    return "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],"
      + "\"data_offsets\":[\(offset),\(offset + 4 * count)]}"
  }
  let header = "{\"__metadata__\":{\(metadata)},\(tensors.joined(separator: ","))}"
  readFile(file(header: Array(header.utf8), data: offset))
}

// MARK: - Text

/// As a corpus: its vocabulary, its symbols, and from them its bytes again.
private func readText(_ content: [UInt8]) {
  guard let flags = content.first else { return }
  let bytes = Array(content.dropFirst())
  guard let corpus = try? Corpus(bytes: bytes) else { return }
  let isForeign = bytes.withUnsafeBytes { ForeignContent(head: $0) } != nil
  let isText = !isForeign && String(validating: bytes, as: UTF8.self) != nil
  precondition(((try? corpus.validateUTF8()) != nil) == isText)
  let split = Split(corpus: corpus, validationFraction: Double(flags & 7) / 8)
  let isBytes = flags & 8 != 0
  do throws(CorpusError) {
    let vocabulary = try Vocabulary(
      scanning: corpus, training: split.training, kind: isBytes ? .bytes : .scalars,
      minCount: flags & 16 == 0 ? 1 : 3)
    let text = try EncodedText(corpus, byteRange: split.training, vocabulary: vocabulary)
    precondition(text.count > 0 && text.unknownCount == 0)
    var symbols = [Int32](repeating: 0, count: text.count)
    var cursor = EncodedText.Cursor(text)
    symbols.withUnsafeMutableBufferPointer { cursor.read($0.count, into: $0) }
    // From the middle on and around.
    let middle = text.count / 2
    var turned = symbols
    cursor = EncodedText.Cursor(text, at: middle)
    turned.withUnsafeMutableBufferPointer { cursor.read($0.count, into: $0) }
    precondition(turned == Array(symbols[middle...] + symbols[..<middle]))
    var decoder = SymbolDecoder(vocabulary: vocabulary)
    var output: [UInt8] = []
    for symbol in symbols { decoder.append(symbol, to: &output) }
    decoder.finish(&output)
    precondition(String(validating: output, as: UTF8.self) != nil)
    precondition(!isText || output == Array(bytes[split.training]))
    _ = try EncodedText(corpus, byteRange: split.validation, vocabulary: vocabulary)
  } catch {
    precondition(!isText)
  }
}

/// As a vocabulary, which writes itself as it was read.
private func readVocabulary(_ content: [UInt8]) {
  guard let vocabulary = try? JSONDecoder().decode(Vocabulary.self, from: Data(content)) else {
    return
  }
  let again = try? JSONDecoder().decode(Vocabulary.self, from: Data(json(vocabulary).utf8))
  precondition(again == vocabulary)
  precondition(vocabulary.scalars.allSatisfy { vocabulary.symbols(for: $0).count == 1 })
}

// MARK: - Labelled texts

/// As labelled texts, with labels required and without, in reads of several sizes: what comes out
/// does not depend on them.
private func readLabelled(_ content: [UInt8], _ format: LabelledFormat) {
  withFile(content) { path in
    for requiresLabels in [true, false] {
      func read(_ readSize: Int) -> (texts: [LabelledText], error: LabelledDataError?) {
        var texts: [LabelledText] = []
        do throws(LabelledDataError) {
          var reader = try LabelledReader(
            path: path, format: format, requiresLabels: requiresLabels, readSize: readSize)
          while let text = try reader.next() { texts.append(text) }
          precondition(!texts.isEmpty)
          return (texts, nil)
        } catch {
          return (texts, error)
        }
      }
      let whole = read(4096)
      for readSize in [1, 7] { precondition(read(readSize) == whole) }
      precondition(whole.error?.description.contains("\n") != true)
      for (index, text) in whole.texts.enumerated() {
        precondition(text.location.row == index + 1 && text.location.line > index)
        precondition(text.label?.isEmpty != true && (text.label != nil || !requiresLabels))
        precondition(!text.text.isEmpty && String(validating: text.text, as: UTF8.self) != nil)
      }
      if let texts = try? LabelledTexts(paths: [path], format: format) {
        precondition(texts.count == whole.texts.count)
      }
    }
  }
}
