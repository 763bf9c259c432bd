import Recurrent

/// What a team of threads divides among its members when it runs streams.
public enum Division: String, CaseIterable, Codable, Sendable {
  /// Each has some lanes, and reads all weights at every step.
  case lanes
  /// Each has some hidden units of every layer, whose weights stay in its cache, and all lanes; all meet
  /// after every step (Diamos et al. 2016 do so among the processors of a GPU).
  case units

  /// Whether streams can be divided so. Of a single step there would be a meeting for every layer, which
  /// costs more than it gives.
  func isPossible(for use: StreamUse, of configuration: ModelConfiguration) -> Bool {
    self == .lanes || use.steps > 1 && use.precision != .int8 && !configuration.bidirectional
  }

  /// As many as there are blocks of units.
  static func mostShares(of configuration: ModelConfiguration, _ threads: Int) -> Int {
    min(threads, (configuration.hiddenSize + GateOrder.block - 1) / GateOrder.block)
  }

  static func fastest(
    for use: StreamUse, of configuration: ModelConfiguration, threads: Int
  ) -> Division {
    .lanes
  }
}
