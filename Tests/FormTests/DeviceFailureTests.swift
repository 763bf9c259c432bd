import DeviceTesting
import Form
import Recurrent
import Testing

@Suite("A device that fails while writing in a form")
struct DeviceFailureTests {
  @Test(arguments: [0, 5, 70])
  func noTextIsChosen(_ calls: Int) throws {
    let tiny = try TinyWriter("\n ab")
    let writer = FormWriter(
      tiny.model, vocabulary: tiny.vocabulary, precision: .float32, particles: 8,
      device: .failing(after: calls))
    var form = Form()
    form.match = "[ab ]+"
    let request = FormRequest(form, length: 40)
    let error = FormError.deviceFailed(reason: FailingBackend.reason)
    var random = Xoshiro256(seed: 1)
    #expect(throws: error) {
      // What is written to prepare counts among the calls.
      for _ in 0..<3 { _ = try writer.text(request, from: tiny.state(), using: &random) }
    }
    #expect(throws: error) { try writer.mostProbable(writer.prepare(request), from: tiny.state()) }
  }
}
