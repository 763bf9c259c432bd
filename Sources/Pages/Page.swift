/// A page of one file: opens from the disk, needs no network, prints, and follows the reader's light or
/// dark colors.
package struct Page: Sendable {
  private let title: String
  private let styles: [[UInt8]]
  private let scripts: [[UInt8]]

  /// - Parameters:
  ///   - styles, scripts: a target's own, in CSS and JavaScript; those of every page come first.
  package init(title: String, styles: [[UInt8]] = [], scripts: [[UInt8]]) {
    self.title = title
    self.styles = [PackageResources.page_css] + styles
    self.scripts = [PackageResources.page_js] + scripts
  }

  /// The page's HTML, UTF-8.
  ///
  /// - Parameter data: JSON, which the scripts find as `page.data`.
  package func html(data: [UInt8]) -> [UInt8] {
    var html: [UInt8] = []
    html.append(
      text: """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title.escapedForHTML)</title>
        <style>

        """)
    styles.forEach { html += $0 }
    html.append(
      text: """
        </style>
        </head>
        <body>
        <main></main>
        <script type="application/json" id="data">
        """)
    html.appendInScript(data)
    html.append(text: "</script>\n")
    for script in scripts {
      html.append(text: "<script>\n")
      html += script
      html.append(text: "</script>\n")
    }
    html.append(text: "</body>\n</html>\n")
    return html
  }
}

extension String {
  /// The text as it stands in an element or in a quoted attribute.
  package var escapedForHTML: String {
    unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(text: String) { append(contentsOf: text.utf8) }

  /// Appends JSON so that no text in it ends the script that it stands in: `<` occurs only in strings,
  /// where it may be written as an escape.
  fileprivate mutating func appendInScript(_ json: [UInt8]) {
    reserveCapacity(count + json.count + json.count / 16)
    for byte in json {
      if byte == UInt8(ascii: "<") { append(text: "\\u003c") } else { append(byte) }
    }
  }
}
