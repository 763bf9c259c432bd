/// Everything the library offers: `import CharLSTM` imports these modules.
@_exported import CPU
@_exported import CUDA
@_exported import Checkpoints
@_exported import Classification
@_exported import Files
@_exported import Form
@_exported import Generation
@_exported import LabelledData
@_exported import Patterns
@_exported import Recurrent
@_exported import Safetensors
@_exported import Text
@_exported import Training
