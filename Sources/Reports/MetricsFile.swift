import Files
import Foundation
import Paths
import Text

/// The lines of a `metrics.jsonl` that can be read.
package struct MetricsFile: Sendable {
  package typealias Line = [String: MetricsValue]

  package let path: String
  package private(set) var lines: [Line] = []
  /// Numbers, from 1, of lines that are no objects of JSON. Without the last of the file, which a
  /// process that was killed leaves half-written.
  package private(set) var unreadable: [Int] = []

  init(withoutLinesAt path: String) {
    self.path = path
  }

  /// - Throws: `ReportError`.
  package init(path: String) throws(ReportError) {
    self.path = path
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try MappedFile.contents(of: path)
    } catch {
      throw .file(error)
    }
    let decoder = JSONDecoder()
    let parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() where !part.isEmpty {
      let part = Array(part)
      if isShallowJSON(part), let line = try? decoder.decode(Line.self, from: Data(part)) {
        lines.append(line)
      } else {
        unreadable.append(index + 1)
      }
    }
    if lines.isEmpty, let line = unreadable.first { throw .unreadable(path: path, line: line) }
    if lines.isEmpty { throw .empty(path: path) }
    if unreadable.last == parts.lastIndex(where: { !$0.isEmpty }).map({ $0 + 1 }) {
      unreadable.removeLast()
    }
  }
}
