/// A page of one file: opens from the disk, needs no network, prints, and follows the reader's light or
/// dark colors.
package struct Page: Sendable {
  private let title: String
  private let styles: [[UInt8]]
  private let scripts: [[UInt8]]
  private let policy: String?

  /// What stands in a page beside its data and can be found by its id.
  package enum Part: Sendable {
    /// Text in which there is no `<`.
    case text(id: String, [UInt8])
    /// JavaScript, which runs before the page's scripts.
    case script(id: String, [UInt8])
  }

  /// - Parameters:
  ///   - styles, scripts: a target's own, in CSS and JavaScript; those of every page come first.
  ///   - policy: what the browser lets the page do (Content Security Policy); nil for anything.
  package init(
    title: String, styles: [[UInt8]] = [], scripts: [[UInt8]], policy: String? = nil
  ) {
    self.title = title
    self.policy = policy
    self.styles = [PackageResources.page_css] + styles
    self.scripts = [PackageResources.page_js] + scripts
  }

  /// The page's HTML, UTF-8.
  ///
  /// - Parameters:
  ///   - data: JSON, which the scripts find as `page.data`.
  ///   - parts: what else they find, by id.
  package func html(data: [UInt8], parts: [Part] = []) -> [UInt8] {
    var html: [UInt8] = []
    html.append(
      text: """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">\(policyElement)
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
    for part in parts {
      switch part {
      case .text(let id, let text):
        html.append(text: "<script type=\"text/plain\" id=\"\(id)\">")
        html += text
      case .script(let id, let script):
        html.append(text: "<script id=\"\(id)\">\n")
        html += script
      }
      html.append(text: "</script>\n")
    }
    for script in scripts {
      html.append(text: "<script>\n")
      html += script
      html.append(text: "</script>\n")
    }
    html.append(text: "</body>\n</html>\n")
    return html
  }

  private var policyElement: String {
    policy.map {
      "\n<meta http-equiv=\"Content-Security-Policy\" content=\"\($0.escapedForHTML)\">"
    } ?? ""
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
