/// The one of `names` that was probably meant by `name`, if one is near.
package func nearest(_ name: String, among names: [String]) -> String? {
  guard name.utf8.count <= 32 else { return nil }
  let longer = names.filter { $0.hasPrefix(name) }
  if name.utf8.count >= 3, longer.count == 1 { return longer.first }
  let limit = max(1, name.utf8.count / 3)
  return names.map { (name: $0, distance: editDistance(name, $0)) }
    .filter { $0.distance <= limit }
    .min { $0.distance < $1.distance }?.name
}

/// How many letters were left out, added, mistaken or swapped with the next (Damerau 1964, each
/// letter edited once).
private func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first.utf8)
  let b = Array(second.utf8)
  var rows = [Array(0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        least = min(least, rows[i - 1][j - 1] + 1)
      }
      row.append(least)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
