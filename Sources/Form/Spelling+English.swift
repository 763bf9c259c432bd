/// What rules of spelling ask of characters.
extension Unicode.Scalar {
  /// Whether it is a letter, of which words are made.
  var isLetterOfWord: Bool { properties.isAlphabetic }

  /// Whether it is spelt as a vowel; y counts as one.
  var isVowel: Bool {
    "aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüœ".unicodeScalars.contains(lowercase)
  }

  /// In lower case, where that is one scalar.
  var lowercase: Unicode.Scalar {
    let mapped = properties.lowercaseMapping.unicodeScalars
    return mapped.count == 1 ? mapped.first ?? self : self
  }
}
