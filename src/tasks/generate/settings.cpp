// Options of generation as settings of the generator.
#include "tasks/generate/settings.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/system.h"
#include "base/text_file.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

json generation_config(const checkpoints::LoadedModel& loaded) {
  const std::filesystem::path file = loaded.path / "generation_config.json";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return json::object();
  json read = read_json(file);
  if (!read.is_object()) throw Error(ErrorKind::bad_model, {"it is no JSON object", file.string(), {}});
  return read;
}

template <class T>
T number_of(const std::optional<T>& option, const json& config, const char* field, T otherwise) {
  if (option) return *option;
  const auto found = config.find(field);
  return found != config.end() && found->is_number() ? found->get<T>() : otherwise;
}

generation::SamplingRules rules_of(const GenerateOptions& o, const json& config) {
  constexpr std::int64_t kTopK = 950;  // of ProtGPT2's card, as the penalty
  constexpr double kPenalty = 1.2;
  generation::SamplingRules rules;
  rules.repetition_penalty = o.greedy ? o.repetition_penalty.value_or(1)
                                      : number_of(o.repetition_penalty, config, "repetition_penalty", kPenalty);
  rules.no_repeat_ngram_size = o.no_repeat_ngram;
  rules.min_new_tokens = o.min_new_tokens.value_or(0);
  rules.temperature = number_of(o.temperature, config, "temperature", 1.0);
  rules.top_k = number_of(o.top_k, config, "top_k", kTopK);
  rules.top_p = number_of(o.top_p, config, "top_p", 1.0);
  rules.min_p = number_of(o.min_p, config, "min_p", 0.0);
  rules.typical_p = number_of(o.typical_p, config, "typical_p", 1.0);
  return rules;
}

// Drawing is not what greedy decoding does: an option of it would have no effect.
void check_greedy(const GenerateOptions& o) {
  if (!o.greedy) return;
  const std::pair<const char*, bool> drawing[] = {{"--temperature", o.temperature.has_value()},
                                                  {"--top-k", o.top_k.has_value()},
                                                  {"--top-p", o.top_p.has_value()},
                                                  {"--min-p", o.min_p.has_value()},
                                                  {"--typical-p", o.typical_p.has_value()}};
  for (const auto& [name, given] : drawing)
    if (given)
      throw Error(ErrorKind::usage,
                  {"--greedy draws nothing, so that this has no effect", name, "leave one of them away"});
  if (o.number > 1)
    throw Error(ErrorKind::usage,
                {"--greedy writes the same protein every time", "--number", "leave it away, or draw"});
}

// "50:200", "50:", ":200".
void read_length(const std::string& text, generation::GenerationSettings& to) {
  const auto fail = [&] {
    throw Error(ErrorKind::usage,
                {fmt::format("'{}' is no range of lengths", text), "--length", "MIN:MAX, MIN: or :MAX, in residues"});
  };
  const auto read = [&](std::string_view part) -> std::optional<std::int64_t> {
    if (part.empty()) return {};
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size() || value < 1) fail();
    return value;
  };
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || text.size() == 1) fail();
  to.min_residues = read(std::string_view(text).substr(0, colon));
  to.max_residues = read(std::string_view(text).substr(colon + 1));
}

std::vector<std::int32_t> ends_of(const checkpoints::LoadedModel& loaded, const json& config) {
  const json& said =
      config.contains("eos_token_id") ? config["eos_token_id"] : loaded.config.value("eos_token_id", json());
  const auto vocabulary = loaded.model->info().vocabulary;
  std::vector<std::int32_t> ends;
  const auto add = [&](const json& id) {
    if (!id.is_number_integer() || id.get<std::int64_t>() < 0 || id.get<std::int64_t>() >= vocabulary)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("eos_token_id {} is no token of the vocabulary", id.dump()), loaded.path.string(), {}});
    ends.push_back(id.get<std::int32_t>());
  };
  if (said.is_array())
    for (const json& id : said) add(id);
  else if (!said.is_null())
    add(said);
  else if (const auto end = loaded.model->tokenizer().special().end)
    ends.push_back(*end);
  return ends;
}

std::vector<std::int32_t> prompt_of(const GenerateOptions& o, const checkpoints::LoadedModel& loaded) {
  const bio::Tokenizer& tokenizer = loaded.model->tokenizer();
  if (o.prompt) {
    const auto ids = [&] {
      try {
        return tokenizer.encode_text(*o.prompt);
      } catch (const Error& error) {
        throw error.at("--prompt");
      }
    }();
    if (ids.empty())
      throw Error(ErrorKind::usage, {"it has no tokens", "--prompt", "leave it away, or give a residue"});
    return ids;
  }
  const json& begin = loaded.config.value("bos_token_id", json());
  if (begin.is_number_integer() && begin.get<std::int64_t>() >= 0 &&
      begin.get<std::int64_t>() < loaded.model->info().vocabulary)
    return {begin.get<std::int32_t>()};
  if (const auto id = tokenizer.special().begin) return {*id};
  throw Error(ErrorKind::usage,
              {"this model has no token that begins a protein", "--prompt", "say what it begins with"});
}

// What is written of each token: residues and letters that are none.
struct TokenLetters {
  std::vector<std::int32_t> residues;
  std::vector<std::vector<std::int32_t>> forbidden;
};

TokenLetters letters_of(const bio::Tokenizer& tokenizer, std::int64_t vocabulary, const std::string& forbid) {
  TokenLetters out;
  out.residues.assign(static_cast<std::size_t>(vocabulary), 0);
  for (std::int32_t id = 0; id < std::min<std::int64_t>(tokenizer.size(), vocabulary); ++id) {
    if (tokenizer.is_special(id)) continue;
    const std::string text = tokenizer.decode(std::span(&id, 1));
    if (text.starts_with('<') && text.ends_with('>')) continue;  // a tag
    for (const char c : text)
      out.residues[static_cast<std::size_t>(id)] += std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (text.find_first_of(forbid) != std::string::npos) out.forbidden.push_back({id});
  }
  return out;
}

std::string checked_letters(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::isalpha(static_cast<unsigned char>(c)) == 0)
      throw Error(ErrorKind::usage, {fmt::format("'{}' is no letter", c), "--forbid", "letters alone, such as XBZUO"});
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

// As many at a time as a third of the free memory holds of what is kept of each.
std::int64_t batch_of(const GenerateOptions& o, const checkpoints::LoadedModel& loaded,
                      const generation::GenerationSettings& to, std::int64_t prompt) {
  constexpr std::int64_t kMost = 32;
  if (o.batch != 0) return o.batch;
  const auto& causal = models::require<models::CausalLm>(*loaded.model);
  std::int64_t tokens = to.window.value_or(causal.max_tokens().value_or(4096));
  if (to.max_new_tokens) tokens = std::min(tokens, prompt + *to.max_new_tokens);
  const std::size_t each = std::max<std::size_t>(causal.prefix_bytes(tokens, to.held), 1);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(available_memory() / 3 / each), 1, kMost);
}

nlohmann::ordered_json said_of(const GenerateOptions& o, const generation::GenerationSettings& to) {
  nlohmann::ordered_json said;
  if (to.greedy) {
    said["greedy"] = true;
  } else {
    said = {
        {"seed", to.seed}, {"temperature", to.rules.temperature}, {"top_k", to.rules.top_k}, {"top_p", to.rules.top_p}};
    if (to.rules.min_p > 0) said["min_p"] = to.rules.min_p;
    if (to.rules.typical_p < 1) said["typical_p"] = to.rules.typical_p;
  }
  said["repetition_penalty"] = to.rules.repetition_penalty;
  if (to.rules.no_repeat_ngram_size > 0) said["no_repeat"] = to.rules.no_repeat_ngram_size;
  if (to.max_new_tokens) said["max_new_tokens"] = *to.max_new_tokens;
  if (to.rules.min_new_tokens > 0) said["min_new_tokens"] = to.rules.min_new_tokens;
  if (o.length) said["length"] = *o.length;
  if (to.window) said["window"] = *to.window;
  if (!o.forbid.empty()) said["forbid"] = o.forbid;
  if (o.ignore_eos) said["ignore_eos"] = true;
  return said;
}

}  // namespace

GenerateSettings generate_settings(const GenerateOptions& o, const checkpoints::LoadedModel& loaded,
                                   std::size_t longest) {
  check_greedy(o);
  const json config = generation_config(loaded);
  GenerateSettings out;
  generation::GenerationSettings& to = out.generation;
  to.rules = rules_of(o, config);
  to.greedy = o.greedy;
  to.seed = static_cast<std::uint64_t>(o.seed);
  to.max_new_tokens = o.max_new_tokens;
  to.window = o.window;
  if (o.length) read_length(*o.length, to);
  if (!o.ignore_eos) to.ends = ends_of(loaded, config);
  to.held = o.cache == "int8" ? DType::i8
            : o.cache == "f32" || (o.cache == "auto" && ops::beside_products(loaded.precision) != ops::Precision::bf16)
                ? DType::f32
                : DType::bf16;
  TokenLetters letters =
      letters_of(loaded.model->tokenizer(), loaded.model->info().vocabulary, checked_letters(o.forbid));
  out.residues_of_token = std::move(letters.residues);
  to.rules.bad_words = std::move(letters.forbidden);
  if (o.prompts.empty()) out.prompt = prompt_of(o, loaded);
  to.batch = batch_of(o, loaded, to, static_cast<std::int64_t>(std::max(longest, out.prompt.size())));
  out.said = said_of(o, to);
  return out;
}

}  // namespace groel::tasks
