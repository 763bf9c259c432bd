/// Where networks are computed: given to whatever trains, writes, scores or classifies.
///
/// All that shares a device takes turns on it, and may do so from several threads.
public struct Device: Sendable {
  package let backend: any Backend

  package init(_ backend: any Backend) {
    self.backend = backend
  }

  /// The precision in which it does some work fastest.
  public func precision(for work: PrecisionChoice.Work) -> Precision {
    backend.precision(for: work)
  }

  /// Whether it gains by a precision; it is right in all of them.
  public func gains(by precision: Precision) -> Bool { backend.gains(by: precision) }
}

/// What a kind of device does for networks.
///
/// It takes whole chunks and batches, never single operations: how weights are kept, how lanes are
/// divided among processors and which operations are fused is the device's own business. What it
/// gives for a text does not depend on what is computed beside it.
package protocol Backend: Sendable {
  /// Names what the last bits of results depend on; as long as it is the same, so are they.
  var arithmetic: String { get }

  /// Why it cannot go on: what it has computed since then counts for nothing.
  var failure: DeviceError? { get }

  func precision(for work: PrecisionChoice.Work) -> Precision
  func gains(by precision: Precision) -> Bool

  /// Takes a language model.
  func streams(through network: Network, _ use: StreamUse) -> any Streams

  /// Takes a classifier, to read with it.
  func texts(through network: Network, precision: Precision) -> any TextReader

  /// Takes a classifier, to train it.
  func trainingTexts(through network: Network, _ use: StreamUse) -> any TextTrainer

  /// Takes a language model, to look inside of it.
  func observer(of network: Network, lanes: Int, steps: Int) -> any Observer

  /// What a large product reaches on the whole device, in 10⁹ operations a second.
  func peakGigaflops(_ precision: Precision, seconds: Double) -> Double
}

extension Backend {
  package var failure: DeviceError? { nil }
}

/// What a device is to make room for.
package struct StreamUse: Codable, Sendable {
  package var precision: Precision
  /// `B`: streams or texts side by side.
  package var lanes: Int
  /// `T`: steps of the longest chunk, symbols of the longest text.
  package var steps: Int
  /// Nil where nothing is trained.
  package var training: Training?

  package struct Training: Codable, Sendable {
    package var dropout: Dropout
    /// The probability with which each recurrent weight is dropped for a step.
    package var weightDrop: Float
    /// In which gradients go from process to process: float32 or bfloat16.
    package var gradientPrecision: Precision
    /// Steps that each process takes along gradients of its own before all take the mean of their weights;
    /// 1 for gradients that are added up at each step.
    package var averageEvery: Int
    /// Of `BatchDivision`; the device's choice where nil.
    package var blocks: Int?
    package var division: Division?
    /// The blocks whose gradients this device computes, beside others; all of them if nil.
    package var blocksHere: Range<Int>?

    package init(
      dropout: Dropout = .none, weightDrop: Float = 0, gradientPrecision: Precision = .float32,
      averageEvery: Int = 1, blocks: Int? = nil, division: Division? = nil
    ) {
      self.dropout = dropout
      self.weightDrop = weightDrop
      self.gradientPrecision = gradientPrecision
      self.averageEvery = averageEvery
      self.blocks = blocks
      self.division = division
    }
  }

  package init(precision: Precision, lanes: Int, steps: Int, training: Training? = nil) {
    self.precision = precision
    self.lanes = lanes
    self.steps = steps
    self.training = training
  }
}

/// A network on a device, ready to run.
package protocol Body: AnyObject, Sendable {
  /// Takes other weights of the same network.
  func load(_ parameters: FloatBuffer)
}

/// A network on a device that can be trained there.
package protocol TrainableBody: Body {
  /// What updates the network's weights by the gradients of the last pass.
  func optimizer(_ options: AdamWOptions) -> any Optimizer

  /// Readies the weights that an optimizer has left for the next pass, without what `random` drops of
  /// them.
  func refresh(dropping random: Xoshiro256)
}
