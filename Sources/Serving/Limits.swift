/// What a server takes on at most.
package struct Limits: Sendable {
  /// Bytes of a request's body.
  package var body = 1 << 20
  /// Texts that wait for a place in the batch.
  package var queue = 1024
  /// Texts written at a time.
  package var batch = 64
  /// Characters of a text that is asked for.
  package var length = 65536
  /// Characters of all prompts of a request.
  package var prompt = 65536
  /// Characters that a ban may match.
  package var banned = 200
  /// Characters that the particles of one text in a form may read, what must follow counted each time.
  package var formed = 1 << 22
  /// Texts of a request to classify.
  package var classified = 1024
  /// Connections; more wait until one is closed.
  package var connections = 1024
  /// Seconds in which a request's head must have come, and then its body.
  package var requestSeconds = 10
  /// Seconds after which a connection without a request is closed, and one whose client does not read.
  package var idleSeconds = 60
  /// Seconds that texts have to end when the server is to end.
  package var graceSeconds = 5

  package init() {}
}
