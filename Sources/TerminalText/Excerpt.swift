/// `text` on one line and not longer than `limit` scalars, its beginning cut off if `fromEnd`.
package func excerpt(_ text: some StringProtocol, limit: Int, fromEnd: Bool = false) -> String {
  let scalars = text.unicodeScalars
  let part =
    fromEnd ? Array(scalars.suffix(limit + 1)) : Array(scalars.prefix(limit + 1))
  var kept = String.UnicodeScalarView()
  kept.append(contentsOf: fromEnd ? part.suffix(limit) : part.prefix(limit))
  let shown = String(kept).withControlPictures
    .replacing("\n", with: "\u{23CE}").replacing("\t", with: " ")
  guard part.count > limit else { return shown }
  return fromEnd ? "…" + shown : shown + "…"
}
