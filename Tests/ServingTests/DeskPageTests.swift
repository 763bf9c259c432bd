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
      if (body.suffix !== undefined) {
        const filled = { text: "-gap-", index: 0, finish_reason: "stop", logprobs: null,
          statistics: { nats_per_character: 1.234, effective_sample_size: 20.25 } };
        return new Response(
          `data: ${JSON.stringify({ seed: 7, choices: [filled] })}\\n\\ndata: [DONE]\\n\\n`);
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
    // The page asks for the model first, and would find itself gone where a script ends before that.
    let outcome = try HeadlessBrowser().open(try html(), then: "await settled();\n" + script)
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

  private struct Sent: Decodable, Equatable {
    var ban: [String]?
    var ban_ignoring_case: Bool?
    var logit_bias: [String: Double]?
    var best_of: Int?
    var best_by: String?
    var stream: Bool?
    var logprobs: Int?
    var prompt: String
    var suffix: String?
    var max_tokens: Int
    var contain: [String]?
    var lines: Int?
    var line_length: String?
    var match: String?
    var acrostic: String?
    var top_p: Double?
    var n: Int?
    var particles: Int?
    var beam: Int?
  }

  private struct Rules: Decodable {
    var sent: [Sent]
    var said: [String]
    var text: String
  }

  @Test func bansBiasesAndTheBest() throws {
    let rules = try outcome(
      #"""
      const said = [];
      type("ab");
      set("ban", "the cat\n\n/\\n{2}/\n\\n.");
      document.querySelector("[name=ban_ignoring_case]").click();
      set("logit_bias", "king=2\n\\n=-1.5\na=b=3");
      set("best_by", "-nats");
      get("write").click();
      await settled();
      set("best_of", "8");
      get("write").click();
      await settled();
      said.push(get("status").textContent);
      set("logit_bias", "king2");
      get("write").click();
      await settled();
      said.push(get("status").textContent);
      return { sent: requests, said, text: get("text").value };
      """#, as: Rules.self)
    let sent = Sent(
      ban: ["the cat", #"/\n{2}/"#, "\n."], ban_ignoring_case: true,
      logit_bias: ["king": 2, "\n": -1.5, "a=b": 3], stream: true, logprobs: 10, prompt: "ab",
      max_tokens: 300)
    var best = sent
    best.best_of = 8
    best.best_by = "-nats"
    best.stream = nil
    best.prompt = "abo0k\n"
    #expect(rules.sent == [sent, best])
    #expect(
      rules.said == [
        "1 characters written, seed 7.",
        "Error: king2 needs a text, = and a number, such as king=2.",
      ])
    #expect(rules.text == "abo0k\nx")
  }

  @Test func formsAndGaps() throws {
    let rules = try outcome(
      #"""
      const said = [];
      set("top_p", "0.9");
      type("begin SELECTED and so it goes on to its end");
      get("text").setSelectionRange(6, 14);
      get("fill").click();
      await settled();
      said.push(get("status").textContent, get("text").value, String(get("text").selectionStart));
      keys("z", { ctrlKey: true }, get("text"));
      said.push(get("text").value);
      get("text").setSelectionRange(43, 43);
      keys("Enter", { ctrlKey: true, shiftKey: true }, get("text"));
      await settled();
      said.push(get("status").textContent);
      set("top_p", "");
      set("lines", "2");
      set("line_length", "5-9");
      set("match", "a\\nb");
      set("acrostic", "xy");
      set("contain", "sea\nsky");
      set("gap", "7");
      get("text").setSelectionRange(5, 5);
      get("fill").click();
      await settled();
      get("write").click();
      await settled();
      return { sent: requests, said, text: get("text").value };
      """#, as: Rules.self)
    #expect(
      rules.said == [
        "5 characters written, seed 7, 1.23 nats a character, effective sample size 20.3. "
          + "top_p did not count, as a form goes without.",
        "begin -gap- and so it goes on to its end", "11",
        "begin SELECTED and so it goes on to its end",
        "There is nothing after the cursor to lead into; Write on goes on from the end.",
      ])
    let filled = "begin-gap- SELECTED and so it goes on to its end"
    #expect(rules.text == filled + "o0k\n")
    #expect(
      rules.sent == [
        Sent(stream: true, prompt: "begin ", suffix: " and so it goes on to it", max_tokens: 60),
        Sent(
          stream: true, prompt: "begin", suffix: " SELECTED and so it goes", max_tokens: 7,
          contain: ["sea", "sky"], lines: 2, line_length: "5-9", match: #"a\nb"#, acrostic: "xy"),
        Sent(
          stream: true, prompt: filled, max_tokens: 300, contain: ["sea", "sky"], lines: 2,
          line_length: "5-9", match: #"a\nb"#, acrostic: "xy"),
      ])
  }

  /// A beam is a form by itself and finds one text; particles need a form.
  @Test func particlesAndBeams() throws {
    let rules = try outcome(
      #"""
      const said = [];
      const press = async () => {
        get("write").click();
        await settled();
        said.push(get("status").textContent);
      };
      type("ab");
      set("particles", "9");
      await press();
      set("lines", "2");
      await press();
      set("lines", "");
      set("beam", "5");
      set("n", "3");
      await press();
      return { sent: requests, said, text: get("text").value };
      """#, as: Rules.self)
    #expect(
      rules.sent == [
        Sent(stream: true, logprobs: 10, prompt: "ab", max_tokens: 300),
        Sent(stream: true, prompt: "abo0k\n", max_tokens: 300, lines: 2, particles: 9),
        Sent(stream: true, prompt: "abo0k\no0k\n", max_tokens: 300, beam: 5),
      ])
    #expect(rules.said[1] == "4 characters written, seed 7.")
    #expect(
      rules.said[2]
        == "4 characters written, seed 7. particles, n did not count, as a form goes without.")
  }

  /// A session has its own rules; what is set is not hidden.
  @Test func sessionsKeepRules() throws {
    let texts = try outcome(
      """
      const texts = [];
      const now = () => texts.push([
        get("settings").elements.ban.value, get("settings").elements.ban_ignoring_case.checked,
        get("settings").elements.rhyme.value, get("rules").open, get("form").open].join());
      type("first");
      set("ban", "x");
      document.querySelector("[name=ban_ignoring_case]").click();
      get("new").click();
      set("rhyme", "AA");
      get("settings").dispatchEvent(new Event("change"));
      const [first, second] = get("sessions").querySelectorAll("button");
      first.click();
      now();
      get("sessions").querySelectorAll("button")[1].click();
      now();
      // One that was kept before there were rules.
      const kept = JSON.parse(localStorage.getItem("charlstm.sessions"));
      texts.push(JSON.stringify(kept.sessions[0].settings.ban_ignoring_case));
      return texts;
      """, as: [String].self)
    #expect(texts == ["x,true,,true,false", "x,true,AA,true,true", "true"])
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
