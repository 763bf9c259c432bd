import Generation
import Recurrent
import Text

/// A part of a text with all that a network's cells do in it, what the network expects at each
/// character, and what each character before has to do with that.
///
/// The network reads on from `warmUp` characters before the part; before a text's beginning comes its
/// end. Streams side by side each stand a character further than the one before, so that chunk by chunk
/// every character is the one that comes after some stream's last: the gradient of its surprisal by
/// the embeddings of `reachLength` characters before it is then one way back.
package struct TextWindow: Sendable {
  /// Characters before each whose gradients are kept; also the streams.
  package static let reachLength = 48
  /// Alternatives to each character at most.
  package static let alternatives = 8
  /// Read before the `reachLength` characters that come before the part.
  package static let warmUp = 288

  /// Where it begins in the text, in characters.
  package let offset: Int
  /// The characters just before, `reachLength` of them.
  package let before: [Int32]
  package let symbols: [Int32]
  package let activities: [Activity]
  /// By layer, then as `activities`: `[T, H]`, a scale each; hidden states have 1.
  package let values: [[ByteValues]]
  package let expectations: [Expectation]

  /// What the network expected where a character came.
  package struct Expectation: Sendable {
    /// The most probable symbols, most probable first.
    package let alternatives: [(symbol: Int32, probability: Float)]
    /// Of what came, in nats.
    package let surprisal: Float
    /// The norm of the surprisal's gradient by the embedding of each of `reachLength` characters
    /// before, the nearest first.
    package let reach: [Float]
  }

  /// - Parameter offset: in `0..<text.count`.
  /// - Throws: `InspectionError.noNumbers`.
  package init(
    of model: Network, on text: EncodedText, at offset: Int, budget: PageBudget, device: Device
  ) throws(InspectionError) {
    let length = Self.reachLength
    let count = min(budget.window, text.count - offset)
    let chunks = (count + length - 1) / length
    let warmUp = min(Self.warmUp, text.count / 4) / length * length
    let ahead = warmUp + length
    // A stream more than there are would read so far.
    let stream = text.symbols(from: offset - ahead, count: ahead + (chunks + 1) * length)
    let configuration = model.configuration
    let observer = device.backend.observer(of: model, lanes: length, steps: length)
    func read(chunk: Int) {
      observer.read(
        (0..<length * length).map { stream[chunk * length + $0 / length + $0 % length] })
    }
    for chunk in 0..<warmUp / length { read(chunk: chunk) }

    var seen: [[[Float]]] = Array(
      repeating: Array(repeating: [], count: budget.activities.count),
      count: configuration.layers)
    var steps = [Float](repeating: 0, count: length * configuration.hiddenSize)
    var expectations: [Expectation] = []
    for chunk in 0...chunks {
      // Of the last one only the first stream is wanted.
      read(chunk: warmUp / length + chunk)
      if chunk > 0 {
        let wanted = min(length, count - (chunk - 1) * length) * configuration.hiddenSize
        for layer in 0..<configuration.layers {
          for (index, activity) in budget.activities.enumerated() {
            observer.copy(activity, layer: layer, lane: 0, into: &steps)
            seen[layer][index] += steps[..<wanted]
          }
        }
      }
      guard chunk < chunks else { break }
      let first = ahead + chunk * length
      expectations += Self.expectations(
        of: Array(stream[first..<first + length]), by: observer, configuration,
        count: min(length, count - chunk * length))
    }
    self.offset = offset
    before = Array(stream[warmUp..<ahead])
    symbols = Array(stream[ahead..<ahead + count])
    activities = budget.activities
    values = seen.map { layer in
      zip(budget.activities, layer).map { activity, values in
        guard activity == .hidden else { return ByteValues(values) }
        var hidden = ByteValues(scale: 1)
        hidden.append(values)
        return hidden
      }
    }
    self.expectations = expectations
    guard
      expectations.allSatisfy({ $0.surprisal.isFinite && $0.reach.allSatisfy(\.isFinite) }),
      values.allSatisfy({ $0.allSatisfy(\.scale.isFinite) })
    else { throw .noNumbers }
  }

  /// What the first `count` streams expected after the chunk that they have read.
  private static func expectations(
    of targets: [Int32], by observer: any Observer, _ configuration: ModelConfiguration, count: Int
  ) -> [Expectation] {
    var logits = [Float](repeating: 0, count: configuration.vocabularySize)
    let predictions = (0..<count).map { lane in
      observer.logits(step: reachLength - 1, lane: lane, into: &logits)
      return logits.withUnsafeBufferPointer {
        (mostProbable(alternatives, logits: $0), Generation.surprisal(of: targets[lane], in: $0))
      }
    }
    let width = configuration.embeddingSize
    var gradients = [Float](repeating: 0, count: reachLength * reachLength * width)
    observer.inputGradients(ofLast: targets, into: &gradients)
    return predictions.enumerated().map { lane, prediction in
      Expectation(
        alternatives: prediction.0, surprisal: prediction.1,
        reach: (0..<reachLength).reversed().map { step in
          let row = (step * reachLength + lane) * width
          return gradients[row..<row + width].reduce(0) { $0 + $1 * $1 }.squareRoot()
        })
    }
  }
}

extension EncodedText {
  /// Symbols from a position on that may lie before the beginning: there comes the end.
  func symbols(from position: Int, count symbols: Int) -> [Int32] {
    var cursor = Cursor(self, at: (position % count + count) % count)
    return Array(unsafeUninitializedCapacity: symbols) { buffer, initialized in
      cursor.read(symbols, into: buffer)
      initialized = symbols
    }
  }
}
