import Form
import Generation

/// What a request asks for in a form, or as the most probable text.
package struct FormedRequest: Sendable {
  /// How the text is found, with how many side by side.
  package enum Search: Equatable, Sendable {
    /// One is drawn from these.
    case particles(Int)
    /// The most probable of these is taken.
    case beam(Int)

    var width: Int {
      switch self {
      case .particles(let width), .beam(let width): width
      }
    }
  }

  package var form: FormRequest
  package var search: Search

  package var isBeam: Bool { if case .beam = search { true } else { false } }

  private static let mostWords = 64
  private static let widest = 1024

  /// Takes the fields of forms; nil where there are none.
  ///
  /// - Throws: `APIError`, which names the field.
  static func take(
    from fields: inout RequestFields, _ options: WritingOptions, limits: Limits
  ) throws(APIError) -> FormedRequest? {
    let form = try form(&fields)
    var following = try fields.takeString("suffix")
    if following == "" { following = nil }
    let particles = try fields.takeInteger("particles", in: 1...widest)
    let beam = try fields.takeInteger("beam", in: 1...widest)
    guard particles == nil || beam == nil else {
      throw .invalid("give particles or beam, not both", field: "beam")
    }
    guard !form.isEmpty || following != nil || beam != nil else {
      guard particles == nil else {
        throw .invalid("particles needs a form, such as match or lines", field: "particles")
      }
      return nil
    }
    let request = FormRequest(
      form, length: options.length, following: following,
      temperature: options.sampling.temperature)
    do throws(FormError) {
      try request.validate()
    } catch {
      throw APIError(error)
    }
    if let conflict = FormConflict(options) {
      throw .invalid(conflict.description(spelling: fieldName), field: conflict.field)
    }
    let formed = FormedRequest(
      form: request,
      search: beam.map { .beam($0) } ?? .particles(particles ?? FormWriter.usualParticles))
    try formed.check(limits)
    return formed
  }

  private static func form(_ fields: inout RequestFields) throws(APIError) -> Form {
    var form = Form()
    form.match = try fields.takeString("match")
    if try fields.takeBool("match_ignoring_case") == true {
      guard form.match != nil else {
        throw .invalid("match_ignoring_case needs match", field: "match_ignoring_case")
      }
      form.ignoresCase = true
    }
    form.lines = try fields.takeInteger("lines", in: 1...1000)
    form.acrostic = try fields.takeString("acrostic")
    form.rhyme = try fields.takeString("rhyme")
    form.contained = try fields.takeStrings("contain", most: mostWords) ?? []
    form.ending = try fields.takeString("ends_with")
    if let value = fields.take("line_length") {
      guard let range = lineLength(value) else {
        throw .invalid(
          "line_length must be a number or a range such as \"20-40\", got \(value.shown)",
          field: "line_length")
      }
      form.lineLength = range
    }
    if let value = fields.take("syllables") {
      guard let counts = syllables(value) else {
        throw .invalid(
          "syllables must be a number for each line, as [5, 7, 5] or \"5-7-5\", got \(value.shown)",
          field: "syllables")
      }
      form.syllables = counts
    }
    return form
  }

  private static func lineLength(_ value: JSONValue) -> ClosedRange<Int>? {
    switch value {
    case .integer(let length) where length >= 0: length...length
    case .string(let text): Form.lineLength(spelled: text)
    default: nil
    }
  }

  private static func syllables(_ value: JSONValue) -> [Int]? {
    switch value {
    case .integer(let count): return [count]
    case .string(let text): return Form.syllables(spelled: text)
    case .array(let values):
      let counts = values.compactMap { value -> Int? in
        if case .integer(let count) = value { count } else { nil }
      }
      return counts.count == values.count && !counts.isEmpty ? counts : nil
    default: return nil
    }
  }

  /// - Throws: `APIError` for one that would keep the others waiting for too long.
  private func check(_ limits: Limits) throws(APIError) {
    let following = form.following?.unicodeScalars.count ?? 0
    let (each, isEach) = search.width.multipliedReportingOverflow(by: 1 + following)
    let (work, isWork) = each.multipliedReportingOverflow(by: form.length)
    guard !isEach, !isWork, work <= limits.formed else {
      throw .invalid(
        "\(form.length) characters with \(search.name)"
          + (following > 0 ? ", which read the \(following) of suffix after each," : "")
          + " are more than the \(limits.formed) that a form may read; ask for fewer"
          + (following > 0 ? ", or send the beginning of suffix alone" : ""), field: "max_tokens")
    }
  }
}

extension FormedRequest.Search {
  /// For people.
  fileprivate var name: String {
    switch self {
    case .particles(let width): "\(width) particles"
    case .beam(let width): "a beam of \(width)"
    }
  }
}

extension FormConflict {
  fileprivate var field: String? {
    switch self {
    case .choice: nil
    case .stops: "stop"
    case .option(let name): fieldName(name)
    }
  }
}

extension APIError {
  /// Of a form that cannot be written in.
  init(_ error: FormError) {
    if case .deviceFailed(let reason) = error {
      self = .deviceFailed(reason)
      return
    }
    let field: String? =
      switch error {
      case .pattern: "match"
      case .invalid(let name, _, _), .tooManyStates(let name, _): fieldName(name)
      case .impossible(let rules, _, _), .nothingFound(let rules, _, _):
        rules.count == 1 ? fieldName(rules[0]) : nil
      case .unknownCharacter: "suffix"
      case .givenUp, .deviceFailed: nil
      }
    let code: String? =
      switch error {
      case .impossible: "impossible_form"
      case .nothingFound: "nothing_found"
      default: nil
      }
    self.init(
      status: 400, message: error.description(spelling: fieldName), field: field, code: code)
  }
}
