import Recurrent

extension Device {
  /// Asked before anything is made of what the device has computed: after a failure it still gives
  /// something, which counts for nothing.
  ///
  /// - Throws: `DeviceError` where it cannot go on.
  package func check() throws(DeviceError) {
    if let failure = backend.failure { throw failure }
  }
}
