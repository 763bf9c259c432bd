/// Why a request is refused, in the shape of OpenAI's API.
package struct APIError: Error, Equatable, Sendable {
  package var status: Int
  package var message: String
  /// The field of the request that is to be changed, if it is one.
  package var field: String?
  package var code: String?
  /// Seconds after which to try again, where that may help.
  package var retryAfter: Int?

  package static func invalid(_ message: String, field: String? = nil) -> APIError {
    APIError(status: 400, message: message, field: field)
  }

  package static func tooLarge(limit: Int) -> APIError {
    APIError(
      status: 413, message: "the body is longer than \(limit) bytes; --max-body allows more")
  }

  static let full = APIError(
    status: 429, message: "too many texts are waiting; try again later", code: "queue_full",
    retryAfter: 1)

  static let ending = APIError(
    status: 503, message: "the server is ending", code: "ending", retryAfter: 5)

  /// The server ends where its device cannot go on.
  static func deviceFailed(_ reason: String) -> APIError {
    APIError(status: 503, message: reason, code: "device_failed")
  }

  private struct Body: Encodable {
    struct Description: Encodable {
      var message: String
      var type: String
      var param: String?
      var code: String?

      private enum Key: CodingKey { case message, type, param, code }

      /// With the fields that are null, as clients expect them.
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(message, forKey: .message)
        try container.encode(type, forKey: .type)
        try container.encode(param, forKey: .param)
        try container.encode(code, forKey: .code)
      }
    }

    var error: Description
  }

  /// JSON.
  package var body: [UInt8] {
    let type =
      switch status {
      case 429: "rate_limit_error"
      case 500...: "server_error"
      default: "invalid_request_error"
      }
    return json(
      Body(error: .init(message: message, type: type, param: field, code: code)))
  }
}
