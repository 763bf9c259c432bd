/// One event of a file that TensorBoard reads, as a message of Protocol Buffers.
///
/// Fields have the numbers that `event.proto`, `summary.proto`, `tensor.proto` and
/// `tensor_shape.proto` of TensorBoard give them (tensorboard/compat/proto).
struct Event {
  enum Content {
    /// What every file begins with.
    case version
    /// A run begins, or begins again, at this step: what files before have of it and of later ones
    /// does not count.
    case start
    case scalar(tag: String, Double)
    /// Markdown.
    case text(tag: String, String)
    case histogram(tag: String, Histogram)
  }

  var step: Int
  /// Seconds since 1970.
  var time: Double
  var content: Content

  var message: ProtobufMessage {
    var event = ProtobufMessage()
    event.add(1, time)
    event.add(2, step)
    switch content {
    case .version: event.add(3, "brain.Event:2")
    case .start:
      var session = ProtobufMessage()
      session.add(1, 1)
      event.add(7, session)
    case .scalar(let tag, let value):
      event.add(5, Self.summary(tag) { $0.add(2, Float(value)) })
    case .histogram(let tag, let histogram):
      event.add(5, Self.summary(tag) { $0.add(5, Self.message(histogram)) })
    case .text(let tag, let text):
      event.add(
        5,
        Self.summary(tag) {
          $0.add(8, Self.tensor(text))
          $0.add(9, Self.textMetadata)
        })
    }
    return event
  }

  /// A summary of one value.
  private static func summary(
    _ tag: String, _ addContent: (inout ProtobufMessage) -> Void
  ) -> ProtobufMessage {
    var value = ProtobufMessage()
    value.add(1, tag)
    addContent(&value)
    var summary = ProtobufMessage()
    summary.add(1, value)
    return summary
  }

  private static func message(_ histogram: Histogram) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, histogram.minimum)
    message.add(2, histogram.maximum)
    message.add(3, Double(histogram.count))
    message.add(4, histogram.sum)
    message.add(5, histogram.sumOfSquares)
    message.add(6, histogram.limits)
    message.add(7, histogram.counts)
    return message
  }

  /// A tensor of one string: `DT_STRING`, `[1]`.
  private static func tensor(_ text: String) -> ProtobufMessage {
    var dimension = ProtobufMessage()
    dimension.add(1, 1)
    var shape = ProtobufMessage()
    shape.add(2, dimension)
    var tensor = ProtobufMessage()
    tensor.add(1, 7)
    tensor.add(2, shape)
    tensor.add(8, text)
    return tensor
  }

  /// Who shows it: the plugin `text`, which takes tensors (`DATA_CLASS_TENSOR`).
  private static let textMetadata: ProtobufMessage = {
    var plugin = ProtobufMessage()
    plugin.add(1, "text")
    var metadata = ProtobufMessage()
    metadata.add(1, plugin)
    metadata.add(4, 2)
    return metadata
  }()
}
