/// What `POST /v1/classify` asks for.
struct ClassifyRequest {
  var texts: [String]
  var model: String?
  /// How many of the most probable labels to give; nil for all.
  var most: Int?

  /// - Throws: `APIError`, which names the field.
  init(_ body: [UInt8], limits: Limits) throws(APIError) {
    var fields = try RequestFields(body)
    guard let texts = try fields.takeStrings("input", most: limits.classified) else {
      throw .invalid("input is missing: a text, or an array of them", field: "input")
    }
    self.texts = texts
    model = try fields.takeString("model")
    most = try fields.takeInteger("top_k", in: 1...1 << 20)
    try ForeignFields.check(&fields)
  }
}

/// What it answers with.
struct ClassifyAnswer: Encodable {
  struct Text: Encodable {
    struct Class: Encodable {
      var label: String
      var probability: Float
    }

    var index: Int
    /// Null where the classifier is less sure than its threshold.
    var label: String?
    /// The most probable first.
    var classes: [Class]

    private enum Key: CodingKey { case index, label, classes }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(index, forKey: .index)
      try container.encode(label, forKey: .label)
      try container.encode(classes, forKey: .classes)
    }
  }

  var object = "list"
  var model: String
  var data: [Text]
}
