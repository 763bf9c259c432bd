import CPU
import Form
import Generation
import Recurrent
import Text

/// A request's form, which all its texts share.
final class FormingJob: Sendable {
  let request: FormRequest
  let search: FormedRequest.Search

  init(_ formed: FormedRequest) {
    request = formed.form
    search = formed.search
  }
}

/// What writes texts in forms, as `sample` does, and what it keeps of the last one for the next. Not for
/// several threads at a time.
final class FormDesk {
  private let trained: (model: Network, vocabulary: Vocabulary)
  private let precision: Precision?
  private let device: Device
  private let generator: Generator
  /// For so many texts side by side.
  private var writer: (width: Int, writer: FormWriter)?
  private var prepared: (job: FormingJob, form: PreparedForm)?

  /// How much of a prompt is read before it is asked whether the text is still wanted.
  private static let slice = 1024

  init(
    _ model: Network, vocabulary: Vocabulary, precision: Precision?, device: Device
  ) {
    trained = (model, vocabulary)
    self.precision = precision
    self.device = device
    generator = Generator(model, vocabulary: vocabulary, precision: precision, device: device)
  }

  /// - Parameter goesOn: false gives the text up.
  /// - Throws: `FormError`.
  func text(
    _ job: FormingJob, after prompt: [Int32], while goesOn: () -> Bool,
    using random: inout Xoshiro256
  ) throws(FormError) -> FormedText {
    let writer = writer(width: job.search.width)
    let form = try form(of: job, writer)
    var state = generator.start()
    var rest = prompt[...]
    while !rest.isEmpty {
      guard goesOn() else { throw .givenUp }
      generator.read(rest.prefix(Self.slice), into: &state)
      rest = rest.dropFirst(Self.slice)
    }
    let text =
      switch job.search {
      case .particles: try writer.text(form, from: state, using: &random, goesOn: goesOn)
      case .beam: try writer.mostProbable(form, from: state, goesOn: goesOn)
      }
    guard goesOn() else { throw .givenUp }
    return text
  }

  private func writer(width: Int) -> FormWriter {
    if let writer, writer.width == width { return writer.writer }
    // The weights that were packed for the last one go first.
    writer = nil
    let new = FormWriter(
      trained.model, vocabulary: trained.vocabulary, precision: precision, particles: width,
      device: device)
    writer = (width, new)
    return new
  }

  private func form(of job: FormingJob, _ writer: FormWriter) throws(FormError) -> PreparedForm {
    if let prepared, prepared.job === job { return prepared.form }
    let form = try writer.prepare(job.request)
    prepared = (job, form)
    return form
  }
}
