/// A row of a table for people.
package typealias Fact = (name: String, value: String)

/// Facts as lines, the values below each other.
package func factSheet(_ facts: [Fact]) -> String {
  let width = facts.map { columns(of: $0.name) }.reduce(21, max) + 1
  return facts.map { name, value in
    name.padded(to: width) + value
  }.joined(separator: "\n")
}
