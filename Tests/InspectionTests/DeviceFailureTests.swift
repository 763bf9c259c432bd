import DeviceTesting
import Recurrent
import Testing

@testable import Inspection

@Suite("A device that fails while cells are held")
struct DeviceFailureTests {
  @Test(arguments: [0, 4])
  func noCostIsTold(_ calls: Int) throws {
    let reading = try Reading(.lstm)
    #expect(throws: DeviceError(FailingBackend.reason)) {
      try CellAblation(
        of: [CellPlace(layer: 1, cell: 0)], in: reading.model, on: reading.text,
        device: .failing(after: calls))
    }
  }
}
