import Checkpoints
import Foundation
import PageTesting
import Recurrent
import Testing
import Text

@testable import WebExport

/// A small language model with random weights.
func model(
  _ cell: Cell = .lstm, hidden: Int = 20, layers: Int = 2, embedding: Int = 24,
  bytes: Bool = false, scalars: String = "\n <abcdeü😀", seed: UInt64 = 7
) throws -> TrainedModel {
  let vocabulary =
    bytes
    ? try Vocabulary(scalars: ["\n", " ", "a", "b", "é"], byteFallback: true)
    : try Vocabulary(
      scalars: scalars.unicodeScalars.sorted { $0.value < $1.value }, byteFallback: false)
  let network = try Network(
    ModelConfiguration(
      cell: cell, layers: layers, hiddenSize: hidden, embeddingSize: embedding,
      vocabularySize: vocabulary.count), seed: seed)
  return TrainedModel(model: network, vocabulary: vocabulary)
}

/// Shared helpers of the scripts.
private let helpers = """
  const engineOf = (kind) => new Engine(
    { network: page.data.network, vocabulary: page.data.vocabulary }, base85Bytes("weights"),
    kind === "wasm" ? base64Bytes("wasm") : null);
  const settled = (milliseconds = 50) => new Promise((done) => setTimeout(done, milliseconds));
  const until = async (test) => {
    for (let count = 0; !test(); count++) {
      if (count > 400) throw new Error(`not so: ${test}`);
      await settled(20);
    }
  };
  const set = (id, value) => { document.getElementById(id).value = value; };
  const said = () => document.querySelector("[role=status]").textContent;
  const manuscript = document.querySelector(".manuscript");

  """

/// Runs a script in a page and gives what it returns.
///
/// - Parameter isQuiet: whether the console must stay empty.
func outcome<Result: Decodable>(
  _ script: String, of page: WebPage, as type: Result.Type, isQuiet: Bool = true,
  in browser: HeadlessBrowser = HeadlessBrowser()
) throws -> Result {
  let outcome = try browser.open(page.html(), then: helpers + script, hasWorkers: true)
  #expect(!isQuiet || outcome.console == [])
  return try JSONDecoder().decode(type, from: outcome.result)
}
