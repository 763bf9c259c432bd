import CharLSTM

func writeInForm() throws {
  let trained = try TrainedModel(contentsOf: "checkpoints/plays.safetensors")
  let generator = Generator(trained.model, vocabulary: trained.vocabulary)
  var form = Form()
  form.lineLength = 20...40
  form.acrostic = "ROSE"
  let writer = FormWriter(trained.model, vocabulary: trained.vocabulary, particles: 32)
  var random = Xoshiro256(seed: 1)
  let text = try writer.text(
    FormRequest(form, length: 180), from: generator.start(), using: &random)
  print(text.text)
}
