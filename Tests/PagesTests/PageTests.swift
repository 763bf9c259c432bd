import Foundation
import PageTesting
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

  /// In a browser: the data arrives, the helpers make elements, nothing goes wrong.
  @Test(.enabled(if: HeadlessBrowser.isInstalled))
  func openedInABrowser() throws {
    let script = """
      page.main.append(page.element("button", { click: () => { page.main.append("pressed"); } }, "a"));
      """
    let html = Page(title: "T", scripts: [Array(script.utf8)]).html(
      data: Array(#"{"text":"</script>é"}"#.utf8))
    let outcome = try HeadlessBrowser().open(
      html,
      then: """
        document.querySelector("button").click();
        return [page.data.text, page.main.textContent, document.title];
        """)
    #expect(outcome.console == [])
    #expect(
      try JSONDecoder().decode([String].self, from: outcome.result) == [
        "</script>é", "apressed", "T",
      ])
  }

  /// What goes wrong in a page is seen by the tests.
  @Test(.enabled(if: HeadlessBrowser.isInstalled))
  func errorsAreSeen() throws {
    let page = Page(title: "T", scripts: [Array("page.missing();".utf8)])
    let html = page.html(data: Array("0".utf8))
    let outcome = try HeadlessBrowser().open(html, then: "return 1;")
    #expect(outcome.console.count == 1)
    #expect(throws: HeadlessBrowser.Failure.self) {
      try HeadlessBrowser().open(html, then: "return missing;")
    }
  }
}
