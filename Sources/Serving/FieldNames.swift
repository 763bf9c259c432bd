/// An option as requests spell it: OpenAI's name where they have one, or else that of `sample` with `_`.
func fieldName(_ option: String) -> String {
  switch option {
  case "length": "max_tokens"
  case "infill": "suffix"
  case "bias": "logit_bias"
  default: option.replacing("-", with: "_")
  }
}
