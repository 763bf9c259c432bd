import Foundation
import Glibc
import Testing

@Suite("--device")
struct DeviceTests {
  private let charlstm: CommandLineSession

  init() throws {
    charlstm = try CommandLineSession()
    try charlstm.putFixture("tiny.safetensors")
    try charlstm.put(String(repeating: "the quick brown fox\n", count: 20), at: "text.txt")
    try charlstm.put("label,text\n" + String(repeating: "low,aa\nhigh,zz\n", count: 8), at: "t.csv")
  }

  /// Whether there is one, with whose driver other things may be missing.
  private static let hasDriver: Bool = {
    guard let driver = dlopen("libcuda.so.1", RTLD_LAZY) else { return false }
    dlclose(driver)
    return true
  }()

  private static let noDriver =
    "no GPU: NVIDIA's driver is not installed (libcuda.so.1: cannot open shared object file: No such "
    + "file or directory)"

  @Test(
    .disabled(if: hasDriver, "there is a driver"),
    arguments: [
      "train text.txt --output run", "sample tiny.safetensors",
      "evaluate tiny.safetensors text.txt",
      "repl tiny.safetensors", "inspect tiny.safetensors text.txt",
      "classify train t.csv --output run", "classify cross-validate t.csv",
      "benchmark --hidden-size 8",
    ])
  func aMachineWithoutAGPU(_ line: String) throws {
    for device in ["cuda", "cuda:1"] {
      #expect(
        try charlstm("\(line) --device \(device)")
          == .init(code: 69, output: "", error: "Error: \(Self.noDriver)\n"))
    }
    #expect(try !charlstm.names().contains("run"))
  }

  /// Without a driver `auto` is `cpu`, and nothing is said.
  @Test(.disabled(if: hasDriver, "there is a driver"))
  func auto() throws {
    for line in [
      "sample tiny.safetensors --seed 1 --length 20 --count 20",
      "evaluate tiny.safetensors text.txt --json",
    ] {
      let plain = try charlstm(line)
      #expect(plain.code == 0)
      #expect(try charlstm("\(line) --device auto") == plain)
      #expect(try charlstm("\(line) --device cpu") == plain)
    }
  }

  @Test(.disabled(if: hasDriver, "there is a driver"))
  func devicesOfAMachineWithoutAGPU() throws {
    let outcome = try charlstm("info --devices")
    #expect(outcome.code == 0 && outcome.error == "")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("cpu                   "))
    #expect(lines.last.map(String.init) == "cuda                  \(Self.noDriver)")
    let json = try charlstm("info --devices --json")
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect((record["gpus"] as? [Any])?.isEmpty == true)
    #expect(record["unusable"] as? [String] == [Self.noDriver])
  }

  @Test(arguments: ["gpu", "cuda:", "cuda:-1", "cuda:+1", "cuda:01", "CPU", ""])
  func whatIsNoDevice(_ device: String) throws {
    let outcome = try charlstm.start(["sample", "tiny.safetensors", "--device", device])
      .finish(within: 60)
    #expect(outcome.code == 64 && outcome.output == "")
    #expect(
      outcome.error.hasPrefix(
        """
        Error: The value '\(device)' is invalid for '--device <device>'
        Help:  --device <device>  cpu, cuda (an NVIDIA GPU) or auto. (default: cpu)
        """))
  }

  @Test(arguments: ["8", "-1"])
  func threadsAreChecked(_ threads: String) throws {
    let outcome = try charlstm(
      "sample tiny.safetensors --length 1 --device auto --threads=\(threads)")
    #expect(outcome.code == (threads == "8" ? 0 : 64))
  }
}
