import CharLSTM

func openModel() throws {
  let trained = try TrainedModel(contentsOf: "checkpoints/plays.safetensors")
  let shape = trained.model.configuration
  print(shape.cell, shape.layers, shape.hiddenSize, trained.vocabulary.count)
  print(trained.model.layout.parameterCount, "parameters")
  if let loss = trained.summary?.validationLoss { print(loss, "nats per character") }
}
