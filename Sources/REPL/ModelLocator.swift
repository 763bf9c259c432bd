import Checkpoints
import Glibc
import Paths

/// Finds the model to open when none is named, and the classifier.
package struct ModelLocator {
  private let environment: [String: String]
  private let executable: String

  /// - Parameter executable: the real path of the program.
  package init(environment: [String: String], executable: String) {
    self.environment = environment
    self.executable = executable
  }

  /// The model named by `CHARLSTM_MODEL`; else that of the nearest folder `checkpoints` beside the
  /// program or above it; else that of the first data folder that has one.
  ///
  /// In a folder, `default.safetensors` is the one, or the only model there is; classifiers do not
  /// count beside others.
  ///
  /// - Throws: `ReplError`, which names what was looked for.
  package func find() throws(ReplError) -> String {
    if let named = environment["CHARLSTM_MODEL"], !named.isEmpty { return named }
    var notes: [String] = []
    for folder in folders {
      var models = models(in: folder)
      if models.contains("default.safetensors") {
        // A link has the name of what it is to.
        let path = folder + "/default.safetensors"
        guard let real = realpath(path.cPath, nil) else { return path }
        defer { free(real) }
        return String(cPath: real)
      }
      if models.count > 1 {
        models.removeAll { (try? ModelFile(path: folder + "/" + $0))?.isClassifier ?? false }
      }
      if models.count == 1 { return folder + "/" + models[0] }
      if models.count > 1 {
        notes.append("\(path: folder) has \(models.count) models and none is default.safetensors")
      }
    }
    let found = notes.isEmpty ? "" : " (" + notes.joined(separator: "; ") + ")"
    throw .noInput(
      "there is no model to open\(found): looked for $CHARLSTM_MODEL, a model in \(places); "
        + "name a model file")
  }

  /// The classifier named by `CHARLSTM_CLASSIFIER`; else `languages.safetensors` of the nearest of
  /// the folders of models that has it.
  ///
  /// - Throws: `ReplError`, which names what was looked for.
  package func findClassifier() throws(ReplError) -> String {
    if let named = environment["CHARLSTM_CLASSIFIER"], !named.isEmpty { return named }
    for folder in folders where models(in: folder).contains("languages.safetensors") {
      return folder + "/languages.safetensors"
    }
    throw .noInput(
      "there is no classifier: looked for $CHARLSTM_CLASSIFIER, languages.safetensors in "
        + "\(places); "
        + "/classifier FILE takes one, and charlstm classify train makes one")
  }

  private var folders: [String] {
    var folders: [String] = []
    var parent = executable
    while let folder = Self.folder(of: parent) {
      parent = folder
      folders.append(parent + "/checkpoints")
    }
    return folders + dataFolders
  }

  /// The folders, for a person who has no model in any.
  private var places: String {
    "a folder checkpoints beside \(path: executable) or above it, and in "
      + printable(path: dataFolders.joined(separator: ", "))
  }

  /// The user's, that of the prefix the program is installed in (`PREFIX/bin`), then the system's,
  /// as the XDG Base Directory Specification has them: paths that are not absolute do not count.
  private var dataFolders: [String] {
    var folders: [String] = []
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      folders.append(data)
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      folders.append(home + "/.local/share")
    }
    if let prefix = Self.folder(of: executable).flatMap(Self.folder) {
      folders.append(prefix + "/share")
    }
    let system = environment["XDG_DATA_DIRS", default: ""]
    folders += (system.isEmpty ? "/usr/local/share:/usr/share" : system)
      .split(separator: ":").filter { $0.hasPrefix("/") }.map(String.init)

    var seen: Set<[CChar]> = []
    return folders.map { ($0.hasSuffix("/") ? $0 : $0 + "/") + "charlstm" }
      .filter { seen.insert($0.cPath).inserted }
  }

  /// What comes before a path's last slash.
  private static func folder(of path: String) -> String? {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) }
  }

  private func models(in folder: String) -> [String] {
    let names = (try? folderNames(in: folder)) ?? []
    return names.filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }
  }
}
