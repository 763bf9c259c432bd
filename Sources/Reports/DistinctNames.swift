import Paths

/// The runs' names, safe to print; whole paths where names are the same.
func distinctNames(of runs: [RunRecord]) -> [String] {
  let names = runs.map(\.name)
  let paths = runs.map { printable(path: $0.path) }
  if Set(names).count == names.count { return names }
  if Set(paths).count == paths.count { return paths }
  return paths.enumerated().map { "\($1) (\($0 + 1))" }
}
