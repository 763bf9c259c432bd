/// Fields that clients of other servers send with every request.
///
/// What changes nothing here, or is at the value that turns it off, is passed over; a value that asks for
/// something that is not done here is refused rather than forgotten.
enum ForeignFields {
  /// Never of any consequence to a text of this server.
  private static let harmless: Set<String> = [
    "user", "metadata", "store", "service_tier", "api_type", "api_server", "cache_prompt",
    "add_bos_token", "ban_eos_token", "skip_special_tokens", "spaces_between_special_tokens",
    "truncation_length", "early_stopping", "include_reasoning", "legacy_api", "preset", "seed_mode",
    "include_stop_str_in_output", "use_default_badwordsids", "trim_stop", "genkey", "quiet",
    "max_context_length", "n_keep", "id_slot", "samplers", "sampler_priority", "sampler_order",
    "temperature_last", "dynatemp_low", "dynatemp_high", "min_temp", "max_temp",
    "dynatemp_exponent",
    "mirostat_tau", "mirostat_eta", "smoothing_curve", "dry_allowed_length", "dry_base",
    "dry_sequence_breakers", "dry_penalty_last_n", "xtc_threshold", "epsilon_cutoff", "eta_cutoff",
    "encoder_repetition_penalty", "penalty_alpha", "length_penalty", "no_repeat_ngram_size",
    "min_length", "min_tokens", "max_new_tokens", "max_length", "stopping_strings", "sampler_seed",
    "typical", "rep_pen", "rep_pen_range", "rep_pen_slope", "repetition_penalty_slope", "n_predict",
    "rep_pen_decay", "repetition_decay", "nsigma", "top_n_sigma", "adaptive_decay",
    "speculative_ngram",
    "return_token_ids", "prompt_logprobs", "guidance_scale", "negative_prompt", "dynatemp_range",
    // llama.cpp's and Ollama's names of what comes by OpenAI's as well.
    "num_predict", "num_ctx", "repeat_penalty", "repeat_last_n", "n_probs",
  ]

  /// Off at one of these.
  private static let neutral: [String: [JSONValue]] = [
    "frequency_penalty": [.integer(0), .number(0)],
    "presence_penalty": [.integer(0), .number(0)],
    "mirostat": [.integer(0)], "mirostat_mode": [.integer(0)],
    "tfs": [.integer(1), .number(1)], "tfs_z": [.integer(1), .number(1)],
    "top_a": [.integer(0), .number(0)], "smoothing_factor": [.integer(0), .number(0)],
    "dry_multiplier": [.integer(0), .number(0)], "xtc_probability": [.integer(0), .number(0)],
    "skew": [.integer(0), .number(0)], "num_beams": [.integer(1)],
    "use_beam_search": [.bool(false)], "do_sample": [.bool(true)],
    "dynamic_temperature": [.bool(false)], "ignore_eos": [.bool(false), .bool(true)],
    "grammar": [.string("")], "grammar_string": [.string("")], "json_schema": [.object([:])],
    "guided_json": [], "guided_regex": [], "response_format": [],
    "banned_tokens": [.string(""), .array([])], "custom_token_bans": [.string(""), .array([])],
    "bad_words": [.array([])], "max_tokens_second": [.integer(0)], "min_keep": [.integer(0)],
  ]

  /// - Throws: `APIError` for a field that asks for what is not done.
  static func check(_ fields: inout RequestFields) throws(APIError) {
    for name in fields.names {
      guard let value = fields.take(name), !harmless.contains(name) else { continue }
      guard let neutral = neutral[name] else {
        throw .invalid("there is no field \(name); leave it out", field: name)
      }
      guard neutral.contains(value) else {
        throw .invalid(
          "\(name) is not supported; leave it out"
            + (neutral.first.map { ", or send \($0.shown)" } ?? ""), field: name)
      }
    }
  }
}
