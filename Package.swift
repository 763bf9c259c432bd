// swift-tools-version: 6.1

import PackageDescription

let package = Package(
  name: "charlstm",
  products: [
    .library(name: "CharLSTM", targets: ["CharLSTM"]),
    .library(name: "Safetensors", targets: ["Safetensors"]),
    .executable(name: "charlstm", targets: ["charlstm"]),
  ],
  traits: [
    .trait(name: "MPI", description: "charlstm train on many machines, under mpirun or srun"),
    .trait(name: "Server", description: "charlstm serve: HTTP, by Hummingbird"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // For the trait alone: without it, it is neither fetched nor built.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
  ],
  targets: [
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
    // For the trait alone. Open MPI, or what the variable names to pkg-config: `CHARLSTM_MPI=mpich`.
    .systemLibrary(
      name: "CMPI", pkgConfig: Context.environment["CHARLSTM_MPI"] ?? "ompi-c",
      providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CKernels"),
    .target(name: "Recurrent"),
    .target(name: "CPU", dependencies: ["Recurrent", "CKernels", "COneDNN"]),
    .target(name: "CCUDA", exclude: ["kernels"]),
    .target(
      name: "CUDA", dependencies: ["CCUDA", "CKernels", "CPU", "Files", "Paths", "Recurrent"]),
    .target(name: "Cluster", dependencies: ["Recurrent", "CPU", "CKernels"]),
    .target(name: "TerminalText"),
    .target(
      name: "Pages",
      resources: [
        .embedInCode("page.css"), .embedInCode("page.js"), .embedInCode("chart.css"),
        .embedInCode("chart-data.js"), .embedInCode("chart-picture.js"), .embedInCode("chart.js"),
        .embedInCode("diagrams.js"), .embedInCode("tinted-text.css"),
        .embedInCode("tinted-text.js"),
      ]),
    .target(
      name: "Inspection", dependencies: ["Generation", "Pages", "Recurrent", "Text"],
      resources: [
        .embedInCode("Page/inside.css"), .embedInCode("Page/inside.js"),
        .embedInCode("Page/inside-data.js"), .embedInCode("Page/inside-colors.js"),
        .embedInCode("Page/inside-selection.js"), .embedInCode("Page/inside-cells.js"),
        .embedInCode("Page/inside-text.js"), .embedInCode("Page/inside-map.js"),
        .embedInCode("Page/inside-pattern.js"), .embedInCode("Page/inside-reach.js"),
      ]),
    .target(
      name: "WebExport",
      dependencies: ["Checkpoints", "Pages", "Paths", "Recurrent", "TerminalText", "Text"],
      exclude: ["Kernels"],
      resources: [
        .embedInCode("Page/kernels.wasm"), .embedInCode("Page/random.js"),
        .embedInCode("Page/vocabulary.js"), .embedInCode("Page/sampler.js"),
        .embedInCode("Page/recent.js"), .embedInCode("Page/kernels.js"),
        .embedInCode("Page/network.js"),
        .embedInCode("Page/reader.js"), .embedInCode("Page/keywords.js"),
        .embedInCode("Page/phrases.js"), .embedInCode("Page/expression.js"),
        .embedInCode("Page/pattern.js"), .embedInCode("Page/bans.js"),
        .embedInCode("Page/bias.js"), .embedInCode("Page/draft.js"),
        .embedInCode("Page/rewind.js"), .embedInCode("Page/engine.js"),
        .embedInCode("Page/service.js"), .embedInCode("Page/base85.js"),
        .embedInCode("Page/link.js"), .embedInCode("Page/history.js"),
        .embedInCode("Page/text-area.js"), .embedInCode("Page/alternatives.js"),
        .embedInCode("Page/rules.js"), .embedInCode("Page/options.js"),
        .embedInCode("Page/controls.js"), .embedInCode("Page/desk.js"),
        .embedInCode("Page/desk.css"),
      ]),
    .target(name: "Paths", dependencies: ["TerminalText"]),
    .target(name: "Text", dependencies: ["Paths"]),
    .target(name: "Patterns"),
    .target(name: "LabelledData", dependencies: ["Paths", "TerminalText", "Text"]),
    .target(name: "Files", dependencies: ["Paths"]),
    .target(name: "Safetensors", dependencies: ["Files", "Paths", "TerminalText"]),
    .target(
      name: "Checkpoints",
      dependencies: ["Recurrent", "Safetensors", "Paths", "TerminalText", "Text"]),
    .target(name: "Generation", dependencies: ["Recurrent", "CPU", "Patterns", "Text"]),
    .target(
      name: "Form", dependencies: ["CPU", "Generation", "Patterns", "Recurrent", "Text"]),
    .target(
      name: "Training",
      dependencies: [
        "Recurrent", "CPU", "Paths", "Text", "Files", "Safetensors", "Checkpoints", "Generation",
      ]),
    .target(
      name: "TensorBoard", dependencies: ["Files", "Paths", "Recurrent", "Training"]),
    .target(
      name: "Classification",
      dependencies: [
        "Recurrent", "CPU", "Paths", "Text", "TerminalText", "Safetensors", "Checkpoints",
        "LabelledData",
        "Training",
      ]),
    .target(
      name: "Reports",
      dependencies: [
        "Recurrent", "Paths", "Text", "TerminalText", "Files", "Pages", "Checkpoints", "Generation",
        "Training", "LabelledData", "Classification",
      ],
      resources: [
        .embedInCode("report.css"), .embedInCode("readings.js"), .embedInCode("report.js"),
        .embedInCode("explanations.css"), .embedInCode("explanations.js"),
      ]),
    .target(
      name: "CharLSTM",
      dependencies: [
        "Recurrent", "CPU", "CUDA", "Text", "LabelledData", "Files", "Safetensors", "Checkpoints",
        "Training", "Generation", "Classification", "Form", "Patterns",
      ]),
    .target(name: "LineEditing", dependencies: ["CReadline", "Files", "Paths", "Text"]),
    .target(
      name: "REPL",
      dependencies: [
        "Recurrent", "Paths", "Text", "TerminalText", "Files", "Safetensors", "Checkpoints",
        "Generation", "Form", "Classification", "LineEditing",
      ]),
    .target(
      name: "Serving",
      dependencies: [
        "Recurrent", "CPU", "Text", "Checkpoints", "Generation", "Form", "Classification",
      ],
      resources: [
        .embedInCode("Page/desk.html"), .embedInCode("Page/desk.css"),
        .embedInCode("Page/desk.js"),
      ]),
    // HTTP: empty without the trait.
    .target(
      name: "Server",
      dependencies: [
        "Serving",
        .product(
          name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Server"])),
      ]),
    // Without the trait it cannot begin.
    .target(
      name: "MPILink",
      dependencies: ["Cluster", .target(name: "CMPI", condition: .when(traits: ["MPI"]))]),
    .executableTarget(
      name: "charlstm",
      dependencies: [
        "Inspection", "Recurrent", "CPU", "CUDA", "Paths", "Text", "TerminalText", "Files",
        "Safetensors",
        "Checkpoints", "Training", "Generation", "Form", "LabelledData", "Classification",
        "LineEditing", "REPL", "Reports", "TensorBoard", "Serving", "Server", "WebExport",
        "Cluster", "MPILink",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "kernel-benchmarks", dependencies: ["CKernels", "Recurrent", "CPU"],
      path: "Tests/Benchmarks/Kernels"),
    .executableTarget(
      name: "fuzz",
      dependencies: ["Checkpoints", "LabelledData", "Safetensors", "Text", "Training"],
      path: "Tests/Fuzz", exclude: ["Seeds"]),
    // Does nothing without the trait MPI.
    .executableTarget(
      name: "link-probe", dependencies: ["Cluster", "MPILink"], path: "Tests/LinkProbe"),
    // Sees public API only, like any user of the library.
    .executableTarget(
      name: "examples", dependencies: ["CharLSTM", "Safetensors"], path: "Tests/Examples",
      packageAccess: false),
    .testTarget(name: "ExamplesTests", dependencies: ["examples"]),
    .testTarget(name: "RecurrentTests", dependencies: ["Recurrent"]),
    .testTarget(
      name: "CPUTests", dependencies: ["CKernels", "Recurrent", "CPU", "Safetensors"]),
    // NVIDIA's libraries for tests: runs the kernels on the CPU.
    .target(
      name: "CUDATesting", path: "Tests/CUDATesting",
      cxxSettings: [
        .headerSearchPath("../../Sources/CCUDA/include"),
        .headerSearchPath("../../Sources/CCUDA/kernels"),
      ]),
    .testTarget(
      name: "CUDATests",
      dependencies: [
        "CCUDA", "CPU", "CUDA", "CUDATesting", "Classification", "FileTesting", "Generation",
        "LabelledData", "Recurrent", "Text", "Training",
      ]),
    .target(
      name: "ClusterTesting", dependencies: ["Cluster"], path: "Tests/ClusterTesting"),
    .testTarget(name: "ClusterTests", dependencies: ["Cluster", "ClusterTesting", "Recurrent"]),
    .testTarget(name: "MPILinkTests", dependencies: ["MPILink"]),
    .target(
      name: "DeviceTesting", dependencies: ["CPU", "Recurrent"], path: "Tests/DeviceTesting"),
    .target(name: "FileTesting", path: "Tests/FileTesting"),
    .testTarget(name: "FilesTests", dependencies: ["Files", "FileTesting"]),
    .testTarget(name: "SafetensorsTests", dependencies: ["FileTesting", "Safetensors"]),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: ["Recurrent", "FileTesting", "Text", "Safetensors", "Checkpoints"]),
    .testTarget(name: "TerminalTextTests", dependencies: ["TerminalText"]),
    .target(name: "PageTesting", dependencies: ["FileTesting"], path: "Tests/PageTesting"),
    .testTarget(name: "PagesTests", dependencies: ["PageTesting", "Pages"]),
    .testTarget(
      name: "InspectionTests",
      dependencies: ["DeviceTesting", "Inspection", "PageTesting", "Recurrent", "CPU", "Text"]),
    .testTarget(
      name: "WebExportTests",
      dependencies: [
        "CPU", "Checkpoints", "Generation", "PageTesting", "Patterns", "Recurrent", "Text",
        "WebExport",
      ]),
    .testTarget(name: "PathsTests", dependencies: ["Paths"]),
    .testTarget(name: "TextTests", dependencies: ["FileTesting", "Paths", "Text"]),
    .testTarget(name: "PatternsTests", dependencies: ["Patterns"]),
    .testTarget(name: "LabelledDataTests", dependencies: ["FileTesting", "LabelledData", "Text"]),
    .testTarget(
      name: "GenerationTests",
      dependencies: ["Recurrent", "CPU", "DeviceTesting", "Patterns", "Text", "Generation"]),
    .testTarget(
      name: "FormTests",
      dependencies: ["CPU", "DeviceTesting", "Form", "Generation", "Recurrent", "Text"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Recurrent", "CPU", "Cluster", "ClusterTesting", "DeviceTesting", "FileTesting", "Text",
        "Checkpoints", "Generation", "Training",
      ]),
    .testTarget(
      name: "ClassificationTests",
      dependencies: [
        "Recurrent", "CPU", "DeviceTesting", "FileTesting", "Text", "TerminalText", "Safetensors",
        "Checkpoints", "LabelledData", "Training", "Classification",
      ]),
    .testTarget(
      name: "ServingTests",
      dependencies: [
        "CPU", "Checkpoints", "Classification", "DeviceTesting", "FileTesting", "Form",
        "Generation", "PageTesting", "Recurrent", "Serving", "Text",
      ]),
    .testTarget(
      name: "TensorBoardTests",
      dependencies: ["CPU", "FileTesting", "Recurrent", "TensorBoard", "Text", "Training"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "CPU", "Checkpoints", "FileTesting", "Generation", "PageTesting", "Pages", "Recurrent",
        "Reports", "Text", "Training",
        "Classification", "LabelledData",
      ]),
    .target(name: "TerminalTesting", path: "Tests/TerminalTesting"),
    .testTarget(
      name: "CommandLineTests", dependencies: ["charlstm", "Recurrent", "CPU", "TerminalTesting"]),
    .executableTarget(
      name: "line-editing-probe", dependencies: ["LineEditing", "CReadline"],
      path: "Tests/LineEditingProbe"),
    .testTarget(
      name: "LineEditingTests",
      dependencies: [
        "FileTesting", "LineEditing", "TerminalTesting", "Text", "line-editing-probe",
      ]),
    .testTarget(
      name: "REPLTests",
      dependencies: [
        "CPU", "DeviceTesting", "FileTesting", "REPL", "Safetensors", "TerminalTesting", "charlstm",
      ]),
    .testTarget(
      name: "RobustnessTests",
      dependencies: [
        "Recurrent", "Text", "Safetensors", "Checkpoints", "Generation", "Training", "charlstm",
        "fuzz",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
