import FileTesting
import Foundation
import REPL
import Testing

@Suite struct ModelLocatorTests {
  private let folder: TemporaryFolder
  private var program: String { folder.file("package/.build/debug/charlstm") }

  init() throws {
    folder = try TemporaryFolder()
  }

  private func find(_ environment: [String: String] = [:]) throws -> String {
    try locator(environment).find().replacing(folder.path, with: "")
  }

  /// Sees nothing that may be installed on this machine.
  private func locator(_ environment: [String: String]) -> ModelLocator {
    let environment = environment.merging(["XDG_DATA_DIRS": folder.file("system")]) { a, _ in a }
    return ModelLocator(environment: environment, executable: program)
  }

  @Test func theEnvironmentComesFirst() throws {
    try folder.write("", to: "package/checkpoints/plays.safetensors")
    #expect(try find(["CHARLSTM_MODEL": "/x"]) == "/x")
    #expect(try find(["CHARLSTM_MODEL": ""]) == "/package/checkpoints/plays.safetensors")
  }

  @Test func theNearestFolderIsTaken() throws {
    try folder.write("", to: "checkpoints/far.safetensors")
    #expect(try find() == "/checkpoints/far.safetensors")
    try folder.write("", to: "package/checkpoints/near.safetensors")
    #expect(try find() == "/package/checkpoints/near.safetensors")
    try folder.write("", to: "package/.build/debug/checkpoints/notes.txt")
    #expect(try find() == "/package/checkpoints/near.safetensors")
  }

  @Test func oneOfSeveralIsTheDefault() throws {
    try folder.write("", to: "package/checkpoints/a.safetensors")
    try folder.write("", to: "package/checkpoints/b.safetensors")
    try folder.write("", to: "package/checkpoints/.hidden.safetensors")
    let error = try #require(throws: ReplError.self) { try find(["HOME": "/nowhere"]) }
    #expect(error.kind == .noInput)
    #expect(error.description.contains("/package/checkpoints has 2 models"))
    #expect(error.description.contains("/nowhere/.local/share/charlstm"))
    #expect(error.description.contains(program))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("package/checkpoints/default.safetensors"),
      withDestinationPath: "a.safetensors")
    #expect(try find() == "/package/checkpoints/a.safetensors")
  }

  @Test func theDataFoldersComeLast() throws {
    try folder.write("", to: "home/.local/share/charlstm/mine.safetensors")
    try folder.write("", to: "data/charlstm/default.safetensors")
    let home = folder.file("home")
    #expect(try find(["HOME": home]) == "/home/.local/share/charlstm/mine.safetensors")
    #expect(
      try find(["HOME": home, "XDG_DATA_HOME": folder.file("data")])
        == "/data/charlstm/default.safetensors")
    #expect(
      try find(["HOME": home, "XDG_DATA_HOME": "data"])
        == "/home/.local/share/charlstm/mine.safetensors")
  }

  @Test func theUsersFolderThenThePrefixThenTheSystems() throws {
    let environment = [
      "HOME": folder.file("home"),
      "XDG_DATA_DIRS": "relative:\(folder.file("first/")):\(folder.file("second"))",
    ]
    for model in [
      "/second/charlstm/a.safetensors", "/first/charlstm/b.safetensors",
      "/package/.build/share/charlstm/c.safetensors",  // The program is in package/.build/debug.
      "/home/.local/share/charlstm/d.safetensors", "/package/checkpoints/e.safetensors",
    ] {
      try folder.write("", to: String(model.dropFirst()))
      #expect(try find(environment) == model)
    }
  }

  @Test func everyFolderLookedInIsSaidOnce() throws {
    let installed = ModelLocator(
      environment: ["XDG_DATA_DIRS": "/none/local/share/:relative:/none/share/"],
      executable: "/none/bin/charlstm")
    let error = try #require(throws: ReplError.self) { try installed.find() }
    #expect(
      error.description == """
        there is no model to open: looked for $CHARLSTM_MODEL, a model in a folder checkpoints \
        beside /none/bin/charlstm or above it, and in /none/share/charlstm, \
        /none/local/share/charlstm; name a model file
        """)
  }

  @Test(arguments: [[:], ["XDG_DATA_DIRS": ""]])
  func theSystemsFoldersAreKnown(environment: [String: String]) {
    // The package may be installed on this machine.
    let nowhere = ModelLocator(environment: environment, executable: "/none/charlstm")
    do throws(ReplError) {
      #expect(try nowhere.findClassifier().hasPrefix("/usr/"))
    } catch {
      #expect(error.description.contains("/usr/local/share/charlstm, /usr/share/charlstm;"))
    }
  }

  @Test func classifiersDoNotCountBesideModels() throws {
    try folder.writeModel("package/checkpoints/plays.safetensors")
    try folder.writeClassifier("package/checkpoints/languages.safetensors")
    #expect(try find() == "/package/checkpoints/plays.safetensors")
    try FileManager.default.removeItem(atPath: folder.file("package/checkpoints/plays.safetensors"))
    #expect(try find() == "/package/checkpoints/languages.safetensors")
  }

  private func findClassifier(_ environment: [String: String] = [:]) throws -> String {
    try locator(environment).findClassifier().replacing(folder.path, with: "")
  }

  @Test func theClassifierIsFoundInTheSamePlaces() throws {
    let error = try #require(throws: ReplError.self) { try findClassifier(["HOME": "/nowhere"]) }
    #expect(error.kind == .noInput)
    #expect(
      error.description.contains("/system/charlstm; /classifier FILE takes one"))
    #expect(error.description.contains("/nowhere/.local/share/charlstm"))
    #expect(error.description.contains(program))
    let data = ["XDG_DATA_HOME": folder.file("data")]
    try folder.write("", to: "data/charlstm/languages.safetensors")
    #expect(try findClassifier(data) == "/data/charlstm/languages.safetensors")
    try folder.write("", to: "checkpoints/languages.safetensors")
    try folder.write("", to: "package/checkpoints/other.safetensors")
    #expect(try findClassifier(data) == "/checkpoints/languages.safetensors")
    #expect(try findClassifier(["CHARLSTM_CLASSIFIER": "/x"]) == "/x")
  }
}
