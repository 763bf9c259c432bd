import Paths
import Testing
import Text

/// Words as bash takes them: the bytes of a name, on one line, with nothing for a terminal to obey.
@Suite struct ShellWordTests {
  @Test(arguments: [
    ("plain-1/a.txt", "plain-1/a.txt"), ("", "''"), ("two words", "'two words'"),
    ("it's", #"'it'\''s'"#), ("it'\u{301}s", "'it'\\''\u{301}s'"), ("é", "'é'"),
    ("a\nb", #"$'a\012b'"#), ("a\n'\\é", #"$'a\012\'\\é'"#),
    ("\u{9B}\u{202E}", #"$'\302\233\342\200\256'"#),
    ("\u{10FEE9}", #"$'\364\217\273\251'"#), ("$HOME `x` \"*\"", "'$HOME `x` \"*\"'"),
  ])
  func words(word: String, quoted: String) {
    #expect(shellQuoted(word).utf8.elementsEqual(quoted.utf8))
    #expect(shellQuoted(path: String(pathBytes: word.utf8)).utf8.elementsEqual(quoted.utf8))
  }

  @Test(
    arguments: [
      ([0x63, 0xE9], #"$'c\351'"#), ([0x2D, 0xE9], #"$'./-\351'"#), ([0xE9, 0x27], #"$'\351\''"#),
      ([0xC3, 0xA9, 0xE9], #"$'é\351'"#), ([0xF4, 0x8F, 0xBB, 0xA9], #"$'\364\217\273\251'"#),
      ([0x2D], "-"), ([0x2D, 0x6E], "./-n"), ([0x2D, 0xCC, 0x81], "'./-\u{301}'"),
    ] as [([UInt8], String)])
  func paths(bytes: [UInt8], quoted: String) {
    #expect(shellQuoted(path: String(pathBytes: bytes)).utf8.elementsEqual(quoted.utf8))
  }
}
