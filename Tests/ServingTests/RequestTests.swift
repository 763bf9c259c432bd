import Form
import Foundation
import Generation
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
    (
      #"{"stop": ["\#(String(repeating: #"a", ""#, count: 32))b"]}"#, "stop",
      "stop has 33 strings, the most are 32"
    ),
    (#"{"stop": ""}"#, "stop", "a stop string needs at least one character"),
    (#"{"stream": 1}"#, "stream", "stream must be true or false, got 1"),
    (#"{"n": 0}"#, "n", "n must be a whole number from 1 to 128, got 0"),
    (#"{"n": 2, "best_of": 1}"#, "best_of", "best_of must be at least n, 2, got 1"),
    (#"{"best_by": "-nats"}"#, "best_by", "best_by chooses among texts; give best_of, how many"),
    (
      #"{"best_of": 2, "best_by": "-nuts"}"#, "best_by",
      #"best_by: "-nuts", character 2: nuts is no number and no statistic; there are nats, "#
        + "characters, words, lines, repetition, variety, stopped, toward, and abs, log, min, max"
    ),
    (
      #"{"best_of": 2, "best_by": "toward"}"#, "best_by",
      #"best_by: "toward", character 1: there is no classifier here for toward"#
    ),
    (
      #"{"best_of": 2, "stream": true}"#, "stream",
      "which of best_of texts are the best is known when all are written; leave out stream"
    ),
    (
      #"{"n": 2, "best_of": 600, "prompt": ["a", "b"]}"#, "best_of",
      "2 prompts of 600 texts are more than the 1024 that may wait"
    ),
    (#"{"ban": [""]}"#, "ban", "ban 1 is empty; a ban needs at least one character"),
    (
      #"{"ban": ["/(/"]}"#, "ban",
      "the pattern ( at character 1: this ( has no ); write \\( for a parenthesis"
    ),
    (
      #"{"logit_bias": [1]}"#, "logit_bias",
      #"logit_bias must be an object of nats by text, such as {"king": 2}, got an array"#
    ),
    (
      #"{"logit_bias": {"a": "b"}}"#, "logit_bias",
      #"logit_bias of "a" must be a number, got a string, "b""#
    ),
    (
      #"{"logit_bias": {"a": -1001}}"#, "logit_bias",
      #"the bias of "a" must be from -1000 to 1000 nats, got -1001.0; a ban keeps a text out for good"#
    ),
    (
      #"{"line_length": "40-20"}"#, "line_length",
      #"line_length must be a number or a range such as "20-40", got a string, "40-20""#
    ),
    (
      #"{"syllables": [5, "x"]}"#, "syllables",
      #"syllables must be a number for each line, as [5, 7, 5] or "5-7-5", got an array"#
    ),
    (
      #"{"rhyme": "A+A"}"#, "rhyme",
      "rhyme must be a letter or - for each line, such as AABB, got A+A"
    ),
    (
      #"{"match": "("}"#, "match",
      "the pattern ( at character 1: this ( has no ); write \\( for a parenthesis"
    ),
    (
      #"{"match_ignoring_case": true}"#, "match_ignoring_case", "match_ignoring_case needs match"
    ),
    (#"{"particles": 8}"#, "particles", "particles needs a form, such as match or lines"),
    (#"{"particles": 8, "beam": 8}"#, "beam", "give particles or beam, not both"),
    (#"{"beam": 0}"#, "beam", "beam must be a whole number from 1 to 1024, got 0"),
    (#"{"beam": 1025}"#, "beam", "beam must be a whole number from 1 to 1024, got 1025"),
    (#"{"beam": 4, "n": 2}"#, "n", "beam finds one text; leave out n and best_of"),
    (#"{"beam": 4, "best_of": 2}"#, "best_of", "beam finds one text; leave out n and best_of"),
    (#"{"beam": 4, "logprobs": 1}"#, "logprobs", "logprobs does not go with a form"),
    (#"{"beam": 4, "ban": "x"}"#, "ban", "ban does not go with a form"),
    (
      #"{"beam": 1024, "max_tokens": 5000}"#, "max_tokens",
      "5000 characters with a beam of 1024 are more than the 4194304 that a form may read; "
        + "ask for fewer"
    ),
    (
      #"{"lines": 2, "temperature": 0}"#, "temperature",
      "temperature must be more than 0 with a form, got 0"
    ),
    (
      #"{"lines": 2, "top_p": 0.5}"#, nil,
      "a form is written with the model's own probabilities: of the choice of characters only "
        + "temperature goes with it"
    ),
    (
      #"{"lines": 2, "stop": "x"}"#, "stop",
      "stop does not go with a form, which says itself where a text ends"
    ),
    (#"{"lines": 2, "ban": ["x"]}"#, "ban", "ban does not go with a form"),
    (#"{"lines": 2, "logit_bias": {"x": 1}}"#, "logit_bias", "logit_bias does not go with a form"),
    (#"{"lines": 2, "best_of": 2}"#, "best_of", "best_of does not go with a form"),
    (#"{"lines": 2, "logprobs": 2}"#, "logprobs", "logprobs does not go with a form"),
    (
      #"{"suffix": "\#(String(repeating: "a", count: 999))", "max_tokens": 200}"#, "max_tokens",
      "200 characters with 64 particles, which read the 999 of suffix after each, are more than the "
        + "4194304 that a form may read; ask for fewer, or send the beginning of suffix alone"
    ),
    (#"{"logprobs": true}"#, "logprobs", "logprobs must be a whole number from 0 to 20, got true"),
    (#"{"seed": 1.5}"#, "seed", "seed must be a whole number, got 1.5"),
    (#"{"stream_options": {}}"#, "stream_options", "stream_options needs stream"),
    (
      #"{"presence_penalty": 0.5}"#, "presence_penalty",
      "presence_penalty is not supported; leave it out, or send 0"
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

  /// Type "generic" of SillyTavern 1.13.0 (commit 00a72b5, its settings as installed but for the requested
  /// probabilities): of what the browser makes (`getTextGenGenerationData` in
  /// public/scripts/textgen-settings.js), its server sends on the fields that OpenAI has (`OPENAI_KEYS` in
  /// src/constants.js), at most four stop strings among them (src/endpoints/backends/text-completions.js). That
  /// is model, where one is set; prompt, stream, temperature, top_p, both penalties, stop, max_tokens; seed and
  /// logit_bias where they are set, logprobs where probabilities are asked for.
  @Test func whatSillyTavernSendsToAServerOfCompletions() throws {
    let body = """
      {"prompt": "Once", "max_tokens": 350, "logprobs": 10, "temperature": 0.7, "top_p": 0.5,
       "frequency_penalty": 0, "presence_penalty": 0, "stop": ["\\nYou:"], "stream": true}
      """
    let request = try CompletionRequest(Array(body.utf8), limits: Limits())
    #expect(request.prompts == ["Once"])
    #expect(request.options.length == 350)
    #expect(request.options.stops == ["\nYou:"])
    #expect(request.options.sampling == SamplingOptions(temperature: 0.7, topP: 0.5))
    #expect(request.alternatives == 10)
    #expect(request.streams)
  }

  /// Type "ooba" of the same version, for text-generation-webui: all fields that the browser makes are sent on.
  /// Those without a value, such as seed when it is -1, are left out.
  @Test func whatSillyTavernSendsToTextGenerationWebUI() throws {
    let body = #"""
      {"prompt": "Once", "max_new_tokens": 350, "max_tokens": 350, "logprobs": 10, "temperature": 0.7,
       "top_p": 0.5, "typical_p": 1, "typical": 1, "min_p": 0, "repetition_penalty": 1.2,
       "frequency_penalty": 0, "presence_penalty": 0, "top_k": 40, "skew": 0, "min_length": 0,
       "min_tokens": 0, "num_beams": 1, "length_penalty": 1, "early_stopping": false,
       "add_bos_token": true, "smoothing_factor": 0, "smoothing_curve": 1, "dry_allowed_length": 2,
       "dry_multiplier": 0, "dry_base": 1.75,
       "dry_sequence_breakers": "[\"\\n\",\":\",\"\\\"\",\"*\"]", "dry_penalty_last_n": 0,
       "max_tokens_second": 0,
       "sampler_priority": ["repetition_penalty", "presence_penalty", "frequency_penalty", "dry",
         "temperature", "dynamic_temperature", "quadratic_sampling", "top_k", "top_p", "typical_p",
         "epsilon_cutoff", "eta_cutoff", "tfs", "top_a", "min_p", "mirostat", "xtc",
         "encoder_repetition_penalty", "no_repeat_ngram"],
       "stopping_strings": ["\nYou:", "\nTom:", "\nAnn:", "\nBob:", "\nEve:"],
       "stop": ["\nYou:", "\nTom:", "\nAnn:", "\nBob:", "\nEve:"],
       "truncation_length": 8192, "ban_eos_token": false, "skip_special_tokens": true,
       "include_reasoning": true, "top_a": 0, "tfs": 1, "epsilon_cutoff": 0, "eta_cutoff": 0,
       "mirostat_mode": 0, "mirostat_tau": 5, "mirostat_eta": 0.1, "custom_token_bans": "",
       "banned_strings": [" shivers", "down her spine"], "api_type": "ooba",
       "api_server": "http://127.0.0.1:8080/", "xtc_threshold": 0.1, "xtc_probability": 0, "nsigma": 0,
       "top_n_sigma": 0, "min_keep": 0, "rep_pen": 1.2, "rep_pen_range": 0,
       "repetition_penalty_range": 0, "encoder_repetition_penalty": 1, "no_repeat_ngram_size": 0,
       "penalty_alpha": 0, "temperature_last": true, "do_sample": true, "guidance_scale": 1,
       "negative_prompt": "", "grammar_string": "", "repeat_penalty": 1.2, "repeat_last_n": 0,
       "n_predict": 350, "num_predict": 350, "num_ctx": 8192, "mirostat": 0, "ignore_eos": false,
       "n_probs": 10, "rep_pen_slope": 1, "stream": true}
      """#
    let request = try CompletionRequest(Array(body.utf8), limits: Limits())
    #expect(request.prompts == ["Once"])
    #expect(request.options.length == 350)
    #expect(request.options.stops.count == 5)
    #expect(
      request.options.sampling
        == SamplingOptions(
          temperature: 0.7, topK: 40, topP: 0.5, minP: nil, typicalP: 1, repetitionPenalty: 1.2))
    #expect(request.options.bans == [" shivers", "down her spine"])
    #expect(request.alternatives == 10)
    #expect(request.streams)
  }

  @Test func bansAndBiases() throws {
    let body = #"""
      {"ban": ["the", "/[0-9]{2}/", "the"], "ban_ignoring_case": true, "banned_strings": ["", "the", "of"],
       "logit_bias": {"b": -1.5, "a": 2}}
      """#
    let options = try CompletionRequest(Array(body.utf8), limits: Limits()).options
    #expect(
      options.bans == Bans(["the", "of"], patterns: ["[0-9]{2}"], ignoresCase: true))
    #expect(options.biases == [Bias("a", 2), Bias("b", -1.5)])
    for none in [#"{"logit_bias": {}}"#, #"{"logit_bias": []}"#, #"{"banned_strings": []}"#] {
      let options = try CompletionRequest(Array(none.utf8), limits: Limits()).options
      #expect(options.biases.isEmpty && options.bans.isEmpty)
    }
  }

  @Test func forms() throws {
    let body = #"""
      {"match": "[a-z ]*", "match_ignoring_case": true, "lines": 3, "line_length": "20-40",
       "acrostic": "abc", "syllables": [5, 7, 5], "rhyme": "A-A", "contain": ["sea", "sky"],
       "ends_with": ".", "suffix": " The end", "particles": 32, "max_tokens": 200, "temperature": 0.5}
      """#
    let formed = try #require(CompletionRequest(Array(body.utf8), limits: Limits()).formed)
    var form = Form()
    form.match = "[a-z ]*"
    form.ignoresCase = true
    form.lines = 3
    form.lineLength = 20...40
    form.acrostic = "abc"
    form.syllables = [5, 7, 5]
    form.rhyme = "A-A"
    form.contained = ["sea", "sky"]
    form.ending = "."
    #expect(formed.form.form == form)
    #expect(formed.form.following == " The end")
    #expect(formed.form.length == 200)
    #expect(formed.form.temperature == 0.5)
    #expect(formed.search == .particles(32) && !formed.isBeam)
    let beam = try CompletionRequest(Array(#"{"beam": 5}"#.utf8), limits: Limits()).formed
    #expect(beam?.search == .beam(5) && beam?.form.form == Form() && beam?.isBeam == true)
    let both = try CompletionRequest(Array(#"{"lines": 2, "beam": 5}"#.utf8), limits: Limits())
    #expect(both.formed?.search == .beam(5) && both.formed?.form.form.lines == 2)
    // No form.
    #expect(try CompletionRequest(Array(#"{"suffix": ""}"#.utf8), limits: Limits()).formed == nil)
    // Other spellings of the same.
    for (body, lineLength, syllables) in [
      (#"{"line_length": 7, "syllables": "5-7-5"}"#, 7...7, [5, 7, 5]),
      (#"{"line_length": "7", "syllables": 9}"#, 7...7, [9]),
    ] {
      let form = try CompletionRequest(Array(body.utf8), limits: Limits()).formed?.form.form
      #expect(form?.lineLength == lineLength && form?.syllables == syllables)
    }
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
