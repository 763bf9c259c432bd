import Foundation
import REPL

/// The environment as it is now.
func currentEnvironment() -> [String: String] { ProcessInfo.processInfo.environment }

/// The real path of this program, symbolic links followed.
func executablePath() -> String {
  guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
  defer { free(path) }
  return String(cString: path)
}

extension Settings.PrecisionChoice {
  init(_ choice: PrecisionChoice) {
    switch choice {
    case .auto: self = .auto
    case .float32: self = .float32
    case .bfloat16: self = .bfloat16
    case .int8: self = .int8
    }
  }
}
