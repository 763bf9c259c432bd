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
