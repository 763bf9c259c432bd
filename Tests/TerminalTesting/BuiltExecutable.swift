import Glibc

/// The path of another executable of this package: the build puts it beside the tests themselves.
package func builtExecutable(named name: String) -> String {
  var path = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink("/proc/self/exe", &path, path.count - 1)
  let tests = String(decoding: path[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
  guard let slash = tests.lastIndex(of: "/") else { return name }
  return tests[...slash] + name
}
