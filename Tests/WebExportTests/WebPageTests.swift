import Foundation
import PageTesting
import Testing
import Text

@testable import WebExport

/// The page in a browser: people write, go back and choose, and nothing leaves it.
@Suite(.enabled(if: HeadlessBrowser.isInstalled))
struct WebPageTests {
  private func page(prompt: String = "", bytes: Bool = false) throws -> WebPage {
    try WebPage(
      model(bytes: bytes), name: "a <model>.safetensors", title: "A & B", prompt: prompt,
      temperature: 0.8)
  }

  private struct Opened: Decodable {
    let place: String
    let arithmetic: String
    let title: String
    let heading: String
    let card: String
    let text: String
    let temperature: String
    let requests: Int
    let roles: [String]
    let fetched: String
  }

  /// From the disk, in a worker, with what it was given; no request is made and none could be.
  @Test func opensOffline() throws {
    let opened = try outcome(
      """
      await desk.ready;
      let fetched = "fetched";
      try { await fetch("https://example.org/"); } catch { fetched = "refused"; }
      return {
        ...desk.opened, title: document.title, heading: document.querySelector("h1").textContent,
        card: document.querySelector(".card").textContent, text: desk.text.text,
        temperature: document.getElementById("temperature").value, fetched,
        requests: performance.getEntriesByType("resource")
          .filter(({ name }) => !name.startsWith("blob:")).length,
        roles: [...document.querySelectorAll("[role]")].map((element) => element.getAttribute("role")),
      };
      """, of: page(prompt: "ab\n"), as: Opened.self, isQuiet: false)
    #expect(opened.place == "worker" && opened.arithmetic == "WebAssembly")
    #expect(opened.title == "A & B" && opened.heading == "A & B")
    #expect(opened.card.hasPrefix("a <model>.safetensors · LSTM of 2 × 20 cells · "))
    #expect(opened.text == "ab\n" && opened.temperature == "0.8")
    #expect(opened.requests == 0 && opened.fetched == "refused")
    #expect(opened.roles == ["textbox", "toolbar", "status"])
  }

  private struct Undone: Decodable {
    let first: String
    let undone: String
    let again: String
    let redone: String
    let rewritten: String
    let statesAreEqual: Bool
    let buttons: [Bool]
    let seeds: [String]
    let another: String
    let back: String
  }

  /// Going back is exact: what is written then is the same, by the same state to the last bit.
  @Test(arguments: ["worker", "page"])
  func writeUndoRedo(place: String) throws {
    let result = try outcome(
      """
      await desk.ready;
      if ("\(place)" === "page") await desk.open(page.data, "page");
      set("seed", "5"); set("length", "200");
      const [write, another, undo, redo] = document.querySelectorAll(".buttons button");
      const buttons = () => [another, undo, redo].map((button) => button.disabled);
      await desk.write(desk.value);
      await desk.write(desk.value);
      const first = desk.text.text, random = desk.value.random.join();
      undo.click();
      const undone = desk.text.text;
      await desk.write(desk.value);
      const again = desk.text.text;
      undo.click(); undo.click();
      redo.click();
      const redone = desk.text.text;
      const states = buttons();
      await desk.write(desk.value);
      const rewritten = desk.text.text;
      const seeds = [document.getElementById("seed").value];
      await desk.another();
      seeds.push(document.getElementById("seed").value);
      const changed = desk.text.text;
      undo.click();
      return {
        first, undone, again, redone, rewritten, seeds, another: changed, back: desk.text.text,
        statesAreEqual: random === desk.value.random.join(), buttons: states,
      };
      """, of: page(prompt: "ab"), as: Undone.self)
    #expect(result.first.count == 402 && result.undone == String(result.first.prefix(202)))
    #expect(result.first.hasPrefix("ab"))
    #expect(result.again == result.first && result.redone == result.undone)
    #expect(result.rewritten == result.first && result.statesAreEqual)
    #expect(result.buttons == [false, false, false])
    #expect(result.seeds[0] == "5" && result.seeds[1] != "5")
    #expect(result.another.hasPrefix(result.undone) && result.another != result.first)
    #expect(result.another.count == 402 && result.back == result.first)
  }

  private struct Chosen: Decodable {
    let heading: String
    let labels: [String]
    let current: Int
    let sum: Double
    let kept: Bool
    let symbol: Bool
    let length: Int
    let undone: Bool
    let logits: Bool
    let marked: Int
  }

  /// Alternatives are the network's own probabilities at the place; one that is chosen stands there, and
  /// the text goes on.
  @Test func alternatives() throws {
    let result = try outcome(
      """
      await desk.ready;
      set("seed", "9"); set("length", "150");
      await desk.write(desk.value);
      const before = desk.text.text, symbols = desk.value.symbols;
      desk.text.caret = 0;
      const offset = desk.value.offset(70, desk.vocabulary);
      await desk.look(offset);
      const rows = [...document.querySelectorAll(".alternatives li button")];
      const engine = engineOf("plain");
      engine.reader.go(symbols, 70);
      const expected = ranked(engine.network.nextLogits());
      const shown = await desk.link.ask(
        "alternatives", { symbols: Int32Array.from(symbols), place: 70, count: 12 });
      const other = rows.find((row) => !row.getAttribute("aria-current"));
      const chosen = Number(other.dataset.symbol);
      const result = {
        heading: document.querySelector(".alternatives h2").textContent,
        labels: rows.map((row) => row.getAttribute("aria-label")),
        current: Number(document.querySelector("[aria-current]").dataset.symbol) === symbols[70] ? 1 : 0,
        sum: expected.reduce((sum, { probability }) => sum + probability, 0),
        logits: JSON.stringify(shown.candidates) === JSON.stringify(expected),
        marked: [...CSS.highlights.get("place")][0].startOffset - offset,
      };
      other.click();
      await until(() => !desk.isWriting);
      result.kept = desk.value.text.startsWith(decoded(symbols.slice(0, 70), desk.vocabulary));
      result.symbol = desk.value.symbols[70] === chosen;
      result.length = desk.value.symbols.length;
      desk.undo();
      result.undone = desk.text.text === before;
      return result;
      """, of: page(), as: Chosen.self)
    #expect(result.heading.hasPrefix("Instead of "))
    #expect(
      result.labels.count == 10 && result.labels.count { $0.hasSuffix(", stands there") } == 1)
    #expect(result.current == 1 && abs(result.sum - 1) < 1e-9 && result.logits)
    #expect(result.marked == 0)
    #expect(result.kept && result.symbol && result.length == 221 && result.undone)
  }

  private struct Typed: Decodable {
    let texts: [String]
    let said: String
    let caret: Int
    let focused: [String]
    let written: Int
    let symbols: [Int]
  }

  /// Everything by keys: text is typed at the end and in the middle, what the model does not know is left
  /// out and said, the list is walked.
  @Test func keyboard() throws {
    let result = try outcome(
      """
      await desk.ready;
      set("length", "30");
      const texts = [], focused = [];
      manuscript.focus();
      desk.text.caret = 2;
      const type = (text) => document.execCommand("insertText", false, text);
      type("c");
      texts.push(desk.text.text);
      manuscript.dispatchEvent(new InputEvent(
        "beforeinput", { inputType: "insertParagraph", bubbles: true, cancelable: true }));
      texts.push(desk.text.text);
      type("d☃e");
      texts.push(desk.text.text);
      const message = said(), caret = desk.text.caret;
      desk.text.caret = 1;
      type("😀");
      texts.push(desk.text.text);
      const symbols = [...desk.value.symbols];
      const send = (key, more = {}, element = document.activeElement) => element.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
      send("z", { ctrlKey: true });
      texts.push(desk.text.text);
      send("z", { ctrlKey: true, shiftKey: true });
      texts.push(desk.text.text);
      desk.text.caret = 1;
      send("ArrowDown", { altKey: true });
      await until(() => document.activeElement.closest("ol"));
      focused.push(document.activeElement.getAttribute("aria-current") ?? "");
      send("Home");
      send("ArrowDown");
      focused.push(String([...document.querySelectorAll("li button")].indexOf(document.activeElement)));
      send("Escape");
      focused.push(String(document.activeElement === manuscript), String(desk.text.caret));
      send("Enter", { ctrlKey: true });
      await until(() => !desk.isWriting && desk.value.symbols.length > 10);
      return { texts, said: message, caret, focused, written: [...desk.text.text].length, symbols };
      """, of: page(prompt: "ab"), as: Typed.self)
    #expect(
      result.texts == [
        "abc", "abc\n", "abc\nde", "a😀bc\nde", result.texts[4], "a😀bc\nde",
      ])
    #expect(result.said == "The model does not know “☃”; left out." && result.caret == 6)
    #expect(result.symbols == [3, 9, 4, 5, 0, 6, 7])
    #expect(result.focused == ["true", "1", "true", "1"])
    #expect(result.written == 37)
  }

  /// A wrong setting is told and nothing written; a text that is being written can be stopped.
  @Test func settingsAndStop() throws {
    struct Result: Decodable {
      let said: [String]
      let invalid: String
      let text: String
      let stopped: Int
      let label: [String]
    }
    let result = try outcome(
      """
      await desk.ready;
      const messages = [];
      for (const [id, value, right] of [
        ["temperature", "-1", "1"], ["options", "17", "1"], ["top-p", "2", ""], ["min-p", "x", ""], ["length", "0", "1000000"],
        ["seed", "18446744073709551616", "1"], ["top-k", "0.5", ""], ["typical-p", "0", ""],
        ["repetition-penalty", "", "1"], ["repetition-window", "-1", "64"],
      ]) {
        set(id, value);
        await desk.write(desk.value);
        messages.push(said());
        if (document.activeElement.id !== id) throw new Error(id);
        set(id, right);
      }
      const text = desk.text.text;
      const invalid = document.getElementById("seed").getAttribute("aria-invalid");
      const button = document.querySelector(".buttons button");
      const label = [button.textContent];
      const writing = desk.writeOrStop();
      label.push(button.textContent);
      await until(() => desk.text.text.length > 100);
      button.click();
      await writing;
      label.push(button.textContent);
      return { said: messages, invalid, text, stopped: desk.value.symbols.length, label };
      """, of: page(), as: Result.self)
    #expect(result.said.count == 10)
    #expect(
      result.said[0].hasPrefix("Temperature: 0 or more") && result.said[5].hasPrefix("Seed: "))
    #expect(result.said[1].hasPrefix("Ways to go on: 1 to 16"))
    #expect(result.said[6].hasPrefix("Top-k: ") && result.said[9].hasPrefix("Repetition window: "))
    #expect(result.invalid == "true" && result.text == "")
    #expect(result.stopped > 100 && result.stopped < 1_000_000)
    #expect(result.label == ["Write", "Stop", "Write"])
  }

  private struct Ruled: Decodable {
    let said: [String]
    let invalid: [String]
    let text: String
    let again: String
    let free: String
    let chosen: String
    let shown: Int
  }

  /// Bans and biases are spelt as `sample` has them; what is wrong is told. Undo, alternatives and going on
  /// hold beside them.
  @Test func neverRatherLess() throws {
    let result = try outcome(
      #"""
      await desk.ready;
      const messages = [], invalid = [];
      set("length", "300"); set("seed", "3"); set("temperature", "1");
      for (const [id, value] of [
        ["ban", "a\nb(\n/(/"], ["ban", "/a*/"], ["ban", "a\\q"], ["bias", "king2"], ["bias", "a=1001"],
        ["bias", "=2"], ["bias", "\\u{d800}=2"],
      ]) {
        set(id, value);
        await desk.write(desk.value);
        messages.push(said());
        invalid.push(document.activeElement.id + document.activeElement.getAttribute("aria-invalid"));
        set(id, "");
      }
      await desk.write(desk.value);
      const free = desk.text.text;
      messages.push(said().replace(/ [^ ]* a second/, ""));
      desk.undo();
      set("ban", "ab\n/[cd]{2}/\n\\n\n\n/\\u{fc}E/\n😀");
      document.getElementById("ban-ignoring-case").click();
      set("bias", "bb=2.5\na=-.5");
      await desk.write(desk.value);
      await desk.write(desk.value);
      messages.push(said().replace(/ [^ ]* a second/, "").replace(/[1-9]\d* bans?/, "N bans"));
      const text = desk.text.text;
      desk.undo();
      desk.undo();
      await desk.write(desk.value);
      await desk.write(desk.value);
      const again = desk.text.text;
      await desk.look(100);
      const shown = document.querySelectorAll(".alternatives li button").length;
      document.querySelector(".alternatives button:not([aria-current])").click();
      await until(() => !desk.isWriting);
      return { said: messages, invalid, text, again, free, chosen: desk.text.text, shown };
      """#, of: page(), as: Ruled.self)
    #expect(
      result.said == [
        "Never write, one a line: the pattern ( at character 1: this ( has no ); write \\( for a "
          + "parenthesis.",
        "Never write, one a line: the banned pattern a* matches the empty text, which is everywhere; "
          + "let it need at least one character.",
        "Never write, one a line: after a backslash there must be n, t, r, u{…}, \" or another "
          + "backslash.",
        "Rather or less, one a line: king2 needs a text, = and a number, such as king=2.",
        "Rather or less, one a line: a=1001 is not from -1000 to 1000 nats.",
        "Rather or less, one a line: =2 needs a text, = and a number, such as king=2.",
        "Rather or less, one a line: after a backslash there must be n, t, r, u{…}, \" or another "
          + "backslash.",
        "300 characters,.", "300 characters,, N bans avoided.",
      ])
    #expect(result.invalid.prefix(3).allSatisfy { $0 == "bantrue" })
    #expect(result.invalid.count == 7 && result.invalid.suffix(4).allSatisfy { $0 == "biastrue" })
    for text in [result.text, result.chosen] {
      for ban in ["ab", "cc", "cd", "dc", "dd", "\n", "üe", "😀"] {
        // What was chosen stands before what is written.
        #expect(!text.dropFirst(text == result.chosen ? 101 : 0).contains(ban), "\(ban)")
      }
    }
    #expect(result.free.contains("ab") && result.free.contains("\n"))
    #expect(result.text.count == 600 && result.again == result.text && result.shown == 10)
    #expect(
      result.text.ranges(of: "bb").count > 2 * (result.free + result.free).ranges(of: "bb").count)
  }

  private struct Ways: Decodable {
    let said: [String]
    let texts: [String]
    let isShown: [Bool]
    let focused: [String]
    let seeds: [String]
    let single: [String]
    let text: [String]
    let goesOn: Bool
  }

  /// Several ways to go on are those that each seed would have written by itself; one is taken by its number
  /// or its button, and goes on as if it had been written so.
  @Test func severalWaysToGoOn() throws {
    let result = try outcome(
      """
      await desk.ready;
      set("length", "80"); set("seed", "18446744073709551615");
      const section = document.querySelector(".options");
      const texts = () => [...section.querySelectorAll(".text")].map(({ textContent }) => textContent);
      const seed = () => document.getElementById("seed").value;
      const messages = [], isShown = [!section.hidden], focused = [], seeds = [], text = [], single = [];
      const focus = () => focused.push(document.activeElement.textContent.slice(0, 1));
      set("options", "3");
      await desk.write(desk.value);
      messages.push(said().replace(/last of .* a second/, "last of"));
      const ways = texts();
      isShown.push(!section.hidden);
      text.push(desk.text.text);
      focus();
      press("ArrowDown");
      focus();
      press("3");
      messages.push(said());
      isShown.push(!section.hidden);
      text.push(desk.text.text);
      seeds.push(seed());
      set("options", "1");
      await desk.write(desk.value);
      const goneOn = desk.text.text;
      desk.undo(); desk.undo();
      text.push(desk.text.text);
      for (const one of ["18446744073709551615", "0", "1"]) {
        set("seed", one);
        await desk.write(desk.value);
        single.push(desk.text.text);
        if (one === "1") await desk.write(desk.value);
        else desk.undo();
      }
      const goesOn = desk.text.text === goneOn;
      // Another text is another choice.
      set("options", "2");
      await desk.write(desk.value);
      manuscript.focus();
      desk.text.caret = 0;
      document.execCommand("insertText", false, "b");
      isShown.push(!section.hidden);
      await desk.write(desk.value);
      press("Escape");
      focused.push(document.activeElement.className);
      section.querySelectorAll("button")[1].click();
      seeds.push(seed());
      // A text that is stopped is offered as far as it came, and no more are begun.
      set("length", "1000000"); set("options", "16");
      const writing = desk.write(desk.value);
      await until(() => texts()[0]?.length > 50);
      document.querySelector(".buttons button").click();
      await writing;
      messages.push(said().replace(/ last of .*/, ""));
      return { said: messages, texts: ways, isShown, focused, seeds, single, text, goesOn };
      """, of: page(prompt: "ab"), as: Ways.self)
    #expect(result.texts.count == 3 && Set(result.texts).count == 3)
    #expect(result.single == result.texts.map { "ab" + $0 })
    #expect(result.texts.allSatisfy { $0.count == 80 })
    #expect(
      result.said == [
        "3 ways to go on; the last of. Take one by its number.", "Way 3 taken.",
        "1 way to go on; the",
      ])
    #expect(result.isShown == [false, true, false, false])
    #expect(result.focused == ["1", "2", "manuscript"])
    #expect(result.text == ["ab", "ab" + result.texts[2], "ab"])
    #expect(result.seeds == ["1", "2"] && result.goesOn)
  }

  /// A pointer that rests on a character shows its alternatives.
  @Test func pointing() throws {
    let places = try outcome(
      """
      await desk.ready;
      const places = [];
      for (const offset of [1, 4]) {
        const area = desk.text.rangeOf(offset).getBoundingClientRect();
        const [clientX, clientY] = [area.left + area.width / 2, area.top + area.height / 2];
        manuscript.dispatchEvent(
          new PointerEvent("pointermove", { bubbles: true, clientX, clientY }));
        await until(() => document.querySelector("[aria-current]"));
        await settled(250);
        places.push(desk.place);
      }
      return places;
      """, of: page(prompt: "ab😀cde"), as: [Int].self)
    #expect(places == [1, 3])
  }

  /// On a phone everything is one column, within the width, and in the dark it is dark.
  @Test func narrowAndDark() throws {
    struct Result: Decodable {
      let overflow: Int
      let isBeneath: Bool
      let ground: String
    }
    let result = try outcome(
      """
      await desk.ready;
      const text = manuscript.getBoundingClientRect();
      const alternatives = document.querySelector(".alternatives").getBoundingClientRect();
      return {
        overflow: document.documentElement.scrollWidth - innerWidth,
        isBeneath: alternatives.top > text.bottom,
        ground: getComputedStyle(document.body).backgroundColor,
      };
      """, of: page(prompt: "ab"), as: Result.self,
      in: HeadlessBrowser(width: 500, height: 900, isDark: true))
    #expect(result.overflow <= 0 && result.isBeneath)
    #expect(result.ground == "rgb(22, 24, 27)")
  }
}
