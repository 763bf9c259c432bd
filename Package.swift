// swift-tools-version: 6.1

import PackageDescription

let package = Package(
  name: "charlstm",
  products: [
    .library(name: "CharLSTM", targets: ["CharLSTM"]),
    .executable(name: "charlstm", targets: ["charlstm"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
    .target(name: "CKernels"),
    .target(name: "Recurrent", dependencies: ["CKernels", "COneDNN"]),
    .target(name: "Text"),
    .target(name: "LabelledData", dependencies: ["Text"]),
    .target(name: "Checkpoints", dependencies: ["Recurrent", "Text"]),
    .target(name: "Generation", dependencies: ["Recurrent", "Text"]),
    .target(name: "Training", dependencies: ["Recurrent", "Text", "Checkpoints", "Generation"]),
    .target(
      name: "Classification",
      dependencies: ["Recurrent", "Text", "Checkpoints", "LabelledData", "Training"]),
    .target(
      name: "CharLSTM",
      dependencies: [
        "Recurrent", "Text", "LabelledData", "Checkpoints", "Training", "Generation",
        "Classification",
      ]),
    .target(name: "LineEditing", dependencies: ["CReadline"]),
    .target(
      name: "REPL",
      dependencies: [
        "Recurrent", "Text", "Checkpoints", "Generation", "Classification", "LineEditing",
      ]),
    .executableTarget(
      name: "charlstm",
      dependencies: [
        "Recurrent", "Text", "Checkpoints", "Training", "Generation", "LabelledData",
        "Classification", "LineEditing", "REPL",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "kernel-benchmarks", dependencies: ["CKernels", "Recurrent"],
      path: "Tests/Benchmarks/Kernels"),
    .executableTarget(
      name: "fuzz", dependencies: ["Checkpoints", "LabelledData", "Text", "Training"],
      path: "Tests/Fuzz",
      exclude: ["Seeds"]),
    // Sees public API only, like any user of the library.
    .executableTarget(
      name: "examples", dependencies: ["CharLSTM"], path: "Tests/Examples", packageAccess: false),
    .testTarget(name: "ExamplesTests", dependencies: ["examples"]),
    .testTarget(name: "RecurrentTests", dependencies: ["CKernels", "Recurrent", "Checkpoints"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Recurrent", "Text", "Checkpoints"]),
    .testTarget(name: "TextTests", dependencies: ["Text"]),
    .testTarget(name: "LabelledDataTests", dependencies: ["LabelledData", "Text"]),
    .testTarget(name: "GenerationTests", dependencies: ["Recurrent", "Text", "Generation"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Recurrent", "Text", "Checkpoints", "Generation", "Training"]),
    .testTarget(
      name: "ClassificationTests",
      dependencies: [
        "Recurrent", "Text", "Checkpoints", "LabelledData", "Training", "Classification",
      ]),
    .testTarget(name: "CommandLineTests", dependencies: ["charlstm", "Recurrent"]),
    .target(name: "TerminalTesting", path: "Tests/TerminalTesting"),
    .executableTarget(
      name: "line-editing-probe", dependencies: ["LineEditing", "CReadline"],
      path: "Tests/LineEditingProbe"),
    .testTarget(
      name: "LineEditingTests",
      dependencies: ["LineEditing", "TerminalTesting", "line-editing-probe"]),
    .testTarget(
      name: "REPLTests", dependencies: ["REPL", "TerminalTesting", "charlstm"]),
    .testTarget(
      name: "RobustnessTests",
      dependencies: [
        "Recurrent", "Text", "Checkpoints", "Generation", "Training", "charlstm", "fuzz",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
