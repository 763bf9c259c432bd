import CharLSTM

func train() throws {
  let corpus = try Corpus(paths: ["novel.txt"])
  let trainer = try Trainer(corpus: corpus, preset: .quick, epochs: 5) { $0.threads = 2 }
  let folder = try RunFolder(path: "run", isNew: true)
  _ = try trainer.run(in: folder) { event in
    if case .validation(let report) = event { print(report.epoch, report.validationLoss) }
  }
}
