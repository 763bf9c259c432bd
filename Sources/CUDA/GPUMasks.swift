import CCUDA
import Recurrent

/// Dropout's masks of a chunk on a GPU, drawn by the host from each lane's random numbers as the
/// CPU's are, so that training differs by rounding alone.
struct GPUMasks {
  private let dropout: Dropout
  private let configuration: ModelConfiguration
  private let lanes: Int
  /// By layer, and the head's at the end: `[B, K]`.
  private let masks: [GPUBuffer?]
  /// What is on its way to the GPU, by the same.
  private let staged: [PinnedBuffer<Float>?]

  init(
    _ dropout: Dropout, _ configuration: ModelConfiguration, lanes: Int, on gpu: GPU
  ) throws(CUDAError) {
    self.dropout = dropout
    self.configuration = configuration
    self.lanes = lanes
    var masks: [GPUBuffer?] = []
    var staged: [PinnedBuffer<Float>?] = []
    for site in 0...configuration.layers {
      let isNeeded = dropout.probability(before: site, of: configuration.layers) > 0
      let count = lanes * configuration.inputSize(ofLayer: site)
      masks.append(isNeeded ? try GPUBuffer(gpu, bytes: count * 4) : nil)
      staged.append(isNeeded ? try PinnedBuffer(gpu, count: count) : nil)
    }
    self.masks = masks
    self.staged = staged
  }

  subscript(site: Int) -> GPUBuffer? { masks[site] }

  /// Not before the GPU has been waited for since the last time.
  func draw(_ random: (_ lane: Int) -> Xoshiro256) throws(CUDAError) {
    guard masks.contains(where: { $0 != nil }) else { return }
    for lane in 0..<lanes {
      var random = random(lane)
      for (site, mask) in staged.enumerated() {
        guard let mask else { continue }
        let probability = dropout.probability(before: site, of: configuration.layers)
        let kept = 1 / (1 - probability)
        let size = configuration.inputSize(ofLayer: site)
        for index in lane * size..<(lane + 1) * size {
          mask.elements[index] = random.uniform() < probability ? 0 : kept
        }
      }
    }
    for (mask, values) in zip(masks, staged) {
      if let mask, let values { try values.upload(to: mask.pointer) }
    }
  }
}
