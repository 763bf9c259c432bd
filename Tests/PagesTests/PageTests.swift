import Foundation
import Pages
import Testing

struct PageTests {
  private func html(title: String = "T", data: String) -> String {
    String(decoding: Page(title: title, scripts: []).html(data: Array(data.utf8)), as: UTF8.self)
  }

  @Test func titlesAreText() {
    #expect(
      html(title: "a<\u{301}b & \"c\"", data: "0").contains(
        "<title>a&lt;\u{301}b &amp; &quot;c&quot;</title>"))
  }

  /// What a text says, such as the end of a script, changes nothing of the page.
  @Test(arguments: ["</script>", "<!--<script>", "<\\/script>", "a\u{2028}b"])
  func dataIsData(_ text: String) throws {
    let data = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self)
    let html = html(data: data)
    let start = try #require(html.range(of: "id=\"data\">")).upperBound
    let end = try #require(html.range(of: "</script>", range: start..<html.endIndex)).lowerBound
    let found = html[start..<end]
    #expect(!found.contains("<"))
    #expect(try JSONDecoder().decode([String].self, from: Data(found.utf8)) == [text])
  }

  /// Nothing is fetched from anywhere.
  @Test func noAddresses() {
    let html = html(data: "{}").replacing("http://www.w3.org/2000/svg", with: "")
    for part in ["http:", "https:", "src=", "href=", "@import", "url("] {
      #expect(!html.contains(part))
    }
  }
}
