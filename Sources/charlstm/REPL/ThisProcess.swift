import Glibc
import Paths

/// The environment as it is now, each variable's value as a path.
func currentEnvironment() -> [String: String] {
  var environment: [String: String] = [:]
  var next = environ
  while let variable = next.pointee {
    let (name, value) = parted(String(cPath: variable))
    // As `getenv`: the first of a name counts.
    if environment[name] == nil { environment[name] = value }
    next += 1
  }
  return environment
}

private func parted(_ variable: String) -> (name: String, value: String) {
  let equals = variable.utf8.firstIndex(of: UInt8(ascii: "=")) ?? variable.endIndex
  return (
    String(Substring(variable.utf8[..<equals])),
    String(Substring(variable.utf8[equals...].dropFirst()))
  )
}

/// The real path of this program, symbolic links followed.
func executablePath() -> String {
  guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
  defer { free(path) }
  return String(cPath: path)
}
