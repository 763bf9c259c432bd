/// A number and what it counts: `1 lane`, `1,200 lanes`.
///
/// - Parameter plural: for a noun that takes more than an s.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count.grouped) \(count == 1 ? noun : plural ?? noun + "s")"
}
