import Foundation
import Testing

@testable import Serving

@Suite("Requests")
struct RequestTests {
  @Test(arguments: [
    ("", nil, "the body is not JSON"),
    ("[1]", nil, "the body is not a JSON object"),
    ("{", nil, "the body is not JSON"),
    (
      #"{"max_tokens": -1}"#, "max_tokens",
      "max_tokens must be a whole number from 0 to 65536, got -1"
    ),
    (
      #"{"max_tokens": 65537}"#, "max_tokens",
      "max_tokens must be a whole number from 0 to 65536, got 65537"
    ),
    (
      #"{"max_tokens": "5"}"#, "max_tokens",
      #"max_tokens must be a whole number from 0 to 65536, got a string, "5""#
    ),
    (#"{"temperature": -0.5}"#, "temperature", "temperature must be 0 or more, got -0.5"),
    (#"{"top_p": 1.5}"#, "top_p", "top_p must be more than 0 and at most 1, got 1.5"),
    (#"{"top_k": 2.5}"#, "top_k", "top_k must be a whole number, got 2.5"),
    (
      #"{"temperature": "hot"}"#, "temperature",
      #"temperature must be a number, got a string, "hot""#
    ),
    (
      #"{"prompt": [1, 2]}"#, "prompt",
      "prompt must be a string or an array of strings; number 1 is a whole number"
    ),
    (#"{"prompt": []}"#, "prompt", "prompt has no strings"),
    (#"{"stop": ["a", "b", "c", "d", "e"]}"#, "stop", "stop has 5 strings, the most are 4"),
    (#"{"stop": ""}"#, "stop", "a stop string needs at least one character"),
    (#"{"stream": 1}"#, "stream", "stream must be true or false, got 1"),
    (#"{"n": 0}"#, "n", "n must be a whole number from 1 to 128, got 0"),
    (#"{"n": 2, "best_of": 3}"#, "best_of", "best_of must be n, 2, or left out"),
    (#"{"logprobs": true}"#, "logprobs", "logprobs must be a whole number from 0 to 20, got true"),
    (#"{"seed": 1.5}"#, "seed", "seed must be a whole number, got 1.5"),
    (#"{"stream_options": {}}"#, "stream_options", "stream_options needs stream"),
    (
      #"{"presence_penalty": 0.5}"#, "presence_penalty",
      "presence_penalty is not supported; leave it out, or send 0"
    ),
    (
      #"{"logit_bias": {"50256": -100}}"#, "logit_bias",
      "logit_bias is not supported; leave it out, or send an object"
    ),
    (#"{"tempreature": 1}"#, "tempreature", "there is no field tempreature; leave it out"),
  ])
  func refusalsNameTheField(_ body: String, _ field: String?, _ message: String) {
    #expect(throws: APIError.invalid(message, field: field)) {
      try CompletionRequest(Array(body.utf8), limits: Limits())
    }
  }

  @Test func bytesThatAreNoText() {
    #expect(throws: APIError.invalid("the body is not UTF-8")) {
      try CompletionRequest([0x7B, 0xFF, 0x7D], limits: Limits())
    }
    #expect(throws: APIError.self) {
      try CompletionRequest(
        Array((String(repeating: "[", count: 100_000)).utf8), limits: Limits())
    }
  }

  /// As SillyTavern sends it to a server of completions (its sliders at "off").
  @Test func whatOtherFrontEndsSend() throws {
    let body = """
      {"prompt": "Once", "model": "tiny", "max_new_tokens": 200, "max_tokens": 200,
       "temperature": 0.7, "top_p": 1, "typical_p": 1, "typical": 1, "sampler_seed": -1, "seed": -1,
       "min_p": 0, "repetition_penalty": 1.1, "frequency_penalty": 0, "presence_penalty": 0,
       "top_k": 0, "skew": 0, "min_tokens": 0, "length_penalty": 1, "early_stopping": false,
       "add_bos_token": true, "dynamic_temperature": false, "dynatemp_low": 1, "dynatemp_high": 1,
       "dynatemp_range": 0, "dynatemp_exponent": 1, "smoothing_factor": 0, "smoothing_curve": 1,
       "dry_allowed_length": 2, "dry_multiplier": 0, "dry_base": 1.75,
       "dry_sequence_breakers": "[]", "dry_penalty_last_n": 0, "max_tokens_second": null,
       "stopping_strings": ["\\n"], "stop": ["\\n"], "truncation_length": 2048,
       "ban_eos_token": false, "skip_special_tokens": true, "include_reasoning": true, "top_a": 0,
       "tfs": 1, "mirostat_mode": 0, "mirostat_tau": 5, "mirostat_eta": 0.1,
       "custom_token_bans": "", "banned_strings": [], "sampler_priority": ["top_k"],
       "xtc_threshold": 0.1, "xtc_probability": 0, "nsigma": 0, "grammar_string": "",
       "guidance_scale": 1, "negative_prompt": "", "api_type": "generic",
       "api_server": "http://127.0.0.1:8080", "stream": true, "n": 1, "logprobs": 10,
       "repetition_penalty_range": 0, "num_beams": 1, "no_repeat_ngram_size": 0,
       "penalty_alpha": 0, "do_sample": true, "encoder_repetition_penalty": 1,
       "temperature_last": true, "speculative_ngram": false, "ignore_eos": false,
       "spaces_between_special_tokens": true, "epsilon_cutoff": 0, "eta_cutoff": 0}
      """
    let request = try CompletionRequest(Array(body.utf8), limits: Limits())
    #expect(request.prompts == ["Once"])
    #expect(request.options.length == 200)
    #expect(request.options.stops == ["\n"])
    #expect(request.options.sampling.temperature == 0.7)
    #expect(request.options.sampling.topK == nil)
    #expect(request.options.sampling.topP == 1)
    #expect(request.options.sampling.repetitionPenalty == 1.1)
    #expect(request.options.sampling.repetitionWindow == 64)
    #expect(request.alternatives == 10)
    #expect(request.streams)
  }

  @Test func seeds() throws {
    func seed(_ body: String) throws -> UInt64 {
      try CompletionRequest(Array(body.utf8), limits: Limits()).seed
    }
    #expect(try seed(#"{"seed": 18446744073709551615}"#) == .max)
    #expect(try seed(#"{"seed": 0}"#) == 0)
    #expect(try (0..<8).contains { _ in try seed(#"{"seed": -1}"#) != seed("{}") })
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1:8080", nil, true), ("127.0.0.1", "localhost", nil, true),
    ("127.0.0.1", "[::1]:8080", nil, true), ("127.0.0.1", "LOCALHOST:1", nil, true),
    ("127.0.0.1", "evil.example:8080", nil, false), ("127.0.0.1", nil, nil, false),
    ("localhost", "localhost.evil.example", nil, false),
    ("0.0.0.0", "desk.example:8080", nil, true),
    ("127.0.0.1", "localhost:8080", "http://localhost:8080", true),
    ("127.0.0.1", "localhost:8080", "http://localhost:9090", false),
    ("127.0.0.1", "localhost:8080", "https://evil.example", false),
    ("127.0.0.1", "localhost:8080", "https://writer.example", true),
    ("127.0.0.1", "localhost:8080", "null", false),
  ])
  func gate(_ listens: String, _ host: String?, _ origin: String?, _ isLetIn: Bool) {
    let gate = Gate(host: listens, allowedOrigins: ["https://writer.example"])
    #expect((gate.refusal(host: host, origin: origin) == nil) == isLetIn)
    #expect(
      gate.allowedOrigin(origin) == (origin == "https://writer.example" ? origin : nil))
  }
}
