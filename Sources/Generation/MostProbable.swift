/// The `n` most probable next symbols under the model's own distribution (the softmax of
/// `logits`), most probable first, the lower symbol on ties; all symbols if there are fewer.
///
/// Symbols that the model holds impossible are left out. If it holds all of them impossible, they
/// are equally probable, as `Sampler` has it. O(V + n · log V).
public func mostProbable(
  _ n: Int, logits: UnsafeBufferPointer<Float>
) -> [(symbol: Int32, probability: Float)] {
  guard n > 0, !logits.isEmpty else { return [] }
  var candidates = Candidates(vocabularySize: logits.count)
  candidates.load(logits, allowed: nil)
  let total = candidates.weigh(temperature: 1)
  candidates.keepTopK(n)
  return candidates.indices.map {
    (candidates[$0].symbol, Float(Double(candidates[$0].weight) / total))
  }
}
