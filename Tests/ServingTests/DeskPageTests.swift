import Foundation
import PageTesting
import Testing

@testable import Serving

/// The page in a browser: what buttons, keys and pointers do, with a server of the test's own.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct DeskPageTests {
  /// Answers as the server would: a text of its own for every request, of which it keeps count.
  private static let server = """
    localStorage.clear();
    const requests = [];
    const answer = (text, index = 0, end = null) => ({
      seed: 7, choices: [{ text, index, finish_reason: end, logprobs: {
        tokens: [...text], text_offset: [...text].map((_, i) => i),
        token_logprobs: [...text].map(() => -1),
        top_logprobs: [...text].map(c => ({ [c]: Math.log(0.5), "q": Math.log(0.3), "é": -3 })) } }] });
    window.fetch = async (path, options) => {
      if (path === "/v1/models") return Response.json({ data: [{ id: "tiny" }] });
      const body = JSON.parse(options.body);
      requests.push({ path, ...body });
      if (body.temperature === 4) {
        return Response.json({ error: { message: "too hot" } }, { status: 400 });
      }
      if (path === "/charlstm/v1/cells") {
        return Response.json({ characters: ["a", "\\n"], cells: [{ cell: "2.3", values: [0.5, -0.9] }] });
      }
      if (!body.stream) {
        return Response.json(answer(body.max_tokens ? "x" : body.prompt));
      }
      const events = [];
      for (let index = 0; index < (body.n ?? 1); index += 1) {
        events.push(answer("o" + index, index), answer("k\\n", index, "length"));
      }
      return new Response(events.map(e => `data: ${JSON.stringify(e)}\\n\\n`).join("")
        + "data: [DONE]\\n\\n");
    };
    const get = id => document.getElementById(id);
    const settled = () => new Promise(done => setTimeout(done, 50));
    const type = value => {
      get("text").value = value;
      get("text").dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
    const set = (name, value) => { document.querySelector(`[name=${name}]`).value = value; };
    const keys = (key, more, element = document.activeElement) => element.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));

    """

  /// The page in one file, as the server's three would be.
  private func html() throws -> [UInt8] {
    let page = String(decoding: PackageResources.desk_html, as: UTF8.self)
    let link = #"<link rel="stylesheet" href="/page.css">"#
    let script = #"<script src="/page.js" defer></script>"#
    #expect(page.contains(link) && page.contains(script))
    return Array(
      page.replacing(link, with: "<style>\(text(PackageResources.desk_css))</style>")
        .replacing(script, with: "")
        .replacing(
          "</body>",
          with:
            "<script>\(Self.server)</script><script>\(text(PackageResources.desk_js))</script></body>"
        )
        .utf8)
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private func outcome<Result: Decodable>(
    _ script: String, as type: Result.Type
  ) throws -> Result {
    let outcome = try HeadlessBrowser().open(try html(), then: script)
    #expect(outcome.console == [])
    return try JSONDecoder().decode(type, from: outcome.result)
  }

  @Test func writesUndoesAndRedoes() throws {
    let texts = try outcome(
      """
      const texts = [];
      type("ab");
      keys("Enter", { ctrlKey: true }, get("text"));
      await settled();
      texts.push(get("text").value, get("status").textContent);
      keys("z", { ctrlKey: true }, get("text"));
      texts.push(get("text").value);
      keys("Z", { ctrlKey: true, shiftKey: true }, get("text"));
      texts.push(get("text").value);
      get("undo").click();
      get("undo").click();
      texts.push(get("text").value, String(get("undo").disabled));
      texts.push(requests[0].prompt, String(requests[0].max_tokens), String(requests[0].top_p));
      return texts;
      """, as: [String].self)
    #expect(
      texts == [
        "abo0k\n", "4 characters written, seed 7.", "ab", "abo0k\n", "", "true", "ab", "300",
        "undefined",
      ])
  }

  @Test func alternativesByPointerAndKeys() throws {
    let texts = try outcome(
      """
      const texts = [];
      type("ab");
      get("write").click();
      await settled();
      const spans = () => [...get("passage").querySelectorAll("span")];
      texts.push(spans().map(s => s.getAttribute("aria-label")).join(" | "));
      spans()[1].dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
      const shown = () => [...get("alternatives").querySelectorAll("button")]
        .map(b => b.getAttribute("aria-label") + (b.ariaPressed === "true" ? "*" : "")).join(" | ");
      texts.push(shown());
      spans()[3].focus();
      press("ArrowLeft");
      texts.push(document.activeElement.getAttribute("aria-label"));
      press("Enter");
      press("ArrowRight");
      texts.push(document.activeElement.getAttribute("aria-label"));
      document.activeElement.click();
      texts.push(get("text").value, get("status").textContent);
      texts.push(String(document.activeElement.getAttribute("aria-label")));
      get("write").click();
      await settled();
      texts.push(requests[1].prompt, get("text").value);
      return texts;
      """, as: [String].self)
    #expect(
      texts == [
        "o, 50.0% | 0, 50.0% | k, 50.0% | line feed, 50.0%",
        "0, 50.0%* | q, 30.0% | é, 5.0%", "k, 50.0%", "q, 30.0%", "abo0q", "q taken.", "q, 30.0%",
        "abo0q", "abo0qo0k\n",
      ])
  }

  /// What is known of characters goes with what was typed before them.
  @Test func typingForgetsWhatFollows() throws {
    let counts = try outcome(
      """
      type("ab");
      get("look").click();
      await settled();
      const count = () => get("passage").querySelectorAll("span").length;
      const counts = [count()];
      type("abcd");
      counts.push(count());
      type("xbcd");
      counts.push(count(), requests[0].max_tokens, requests.length);
      return counts;
      """, as: [Int].self)
    #expect(counts == [2, 2, 0, 0, 1])
  }

  @Test func severalOptions() throws {
    let texts = try outcome(
      """
      type("ab");
      set("n", "3");
      get("write").click();
      await settled();
      const options = [...get("options").querySelectorAll("li")];
      const texts = options.map(o => o.querySelector("pre").textContent);
      texts.push(get("text").value);
      options[2].querySelector("button").click();
      texts.push(get("text").value, String(get("options-section").hidden));
      texts.push(String(document.activeElement === get("text")));
      return texts;
      """, as: [String].self)
    #expect(texts == ["o0k\n", "o1k\n", "o2k\n", "ab", "abo2k\n", "true", "true"])
  }

  @Test func whatComesNextAndErrors() throws {
    let texts = try outcome(
      """
      const texts = [];
      type("ab");
      get("next").click();
      await settled();
      const buttons = get("alternatives").querySelectorAll("button");
      texts.push(buttons[0].getAttribute("aria-label"));
      buttons[1].click();
      texts.push(get("text").value);
      set("temperature", "4");
      get("write").click();
      await settled();
      texts.push(get("status").textContent, get("text").value, String(get("write").disabled));
      get("show-cells").click();
      await settled();
      texts.push([...get("cells").querySelectorAll("th")].map(h => h.getAttribute("aria-label")).join());
      texts.push(String(get("cells").querySelectorAll("td").length));
      return texts;
      """, as: [String].self)
    #expect(
      texts == [
        "x, 50.0%", "abq", "Error: too hot", "abq", "false",
        "characters,cell 2.3, -0.90 at the end", "4",
      ])
  }

  @Test func sessions() throws {
    let texts = try outcome(
      """
      const texts = [];
      const names = () => [...get("sessions").querySelectorAll("button")].map(
        b => b.textContent + (b.getAttribute("aria-current") === "true" ? "*" : "")).join();
      type("first");
      get("new").click();
      type("second");
      set("temperature", "0.5");
      texts.push(names());
      get("rename").click();
      get("name").value = "Poem";
      keys("Enter", {}, get("name"));
      texts.push(names());
      get("sessions").querySelector("button").click();
      texts.push(names(), get("text").value);
      const stored = JSON.parse(localStorage.getItem("charlstm.sessions"));
      texts.push(stored.sessions.map(s => s.name + "=" + s.text).join());
      get("delete").click();
      texts.push(names(), get("status").textContent);
      get("delete").click();
      texts.push(names(), get("text").value);
      return texts;
      """, as: [String].self)
    #expect(
      texts == [
        "Session 1,Session 2*", "Session 1,Poem*", "Session 1*,Poem", "first",
        "Session 1=first,Poem=second", "Session 1*,Poem",
        "Press Delete again to delete Session 1.", "Poem*", "second",
      ])
  }

  /// Everything that can be used has a name for who cannot see it.
  @Test func everythingHasAName() throws {
    let unnamed = try outcome(
      """
      return [...document.querySelectorAll("button, input, textarea, [role], nav, form")].filter(e =>
        !(e.textContent.trim() || e.ariaLabel || e.labels?.length
          || document.getElementById(e.getAttribute("aria-labelledby"))?.textContent)
        && e.getAttribute("role") !== "status").map(e => e.outerHTML);
      """, as: [String].self)
    #expect(unnamed == [])
  }
}
