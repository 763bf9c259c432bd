import CKernels
import Recurrent

#if canImport(Glibc)
  import Glibc
#endif

extension ck_adamw {
  /// What an update takes of the options, without learning rate and weight decay, which differ from
  /// tensor to tensor.
  ///
  /// - Parameters:
  ///   - norm: of the gradients before they are clipped.
  ///   - step: the number of the update, from 1.
  package init(_ options: AdamWOptions, norm: Double, step: Int) {
    self.init()
    beta1 = options.beta1
    beta2 = options.beta2
    epsilon = options.epsilon
    correction1 = Float(1 - pow(Double(options.beta1), Double(step)))
    correction2 = Float(1 - pow(Double(options.beta2), Double(step)))
    let clip = Double(options.clipNorm)
    gradient_scale = clip > 0 && norm > clip ? Float(clip / norm) : 1
    // A young average follows the weights closely, so that the random start is soon forgotten.
    average_weight = 1 - min(options.averageDecay, Float(step) / Float(step + Int(CK_AVERAGE_AGE)))
  }
}
