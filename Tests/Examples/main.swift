// Runs an example of the articles: examples NAME, in a folder that has the files which it names.
import Foundation

let examples = [
  "Adapt": adapt, "Classify": classify, "OpenModel": openModel, "Score": score,
  "Tensors": tensors, "Train": train, "TrainClassifier": trainClassifier,
  "Write": write, "WriteOn": writeOn, "WriteInForm": writeInForm, "WriteWithout": writeWithout,
]
guard CommandLine.arguments.count == 2, let example = examples[CommandLine.arguments[1]] else {
  print("usage: examples", examples.keys.sorted().joined(separator: "|"))
  exit(EX_USAGE)
}
try example()
