// Transformers' logits processors and warpers over stored logits: what is removed, and the probabilities of the rest.
#include <cmath>
#include <type_traits>

#include "base/error.h"
#include "generation/sampling.h"
#include "golden/kind.h"
#include "support/compare.h"

namespace groel::golden {
namespace {

using generation::SamplingRules;
using nlohmann::json;

constexpr double kValues = 1e-6;         // relative L2 of what is left
constexpr double kProbabilities = 2e-6;  // likewise

bool knows(const Case& golden) {
  const json& inputs = golden.inputs();
  return inputs.is_object() && inputs.contains("cases") && inputs["cases"].is_array() && !inputs["cases"].empty() &&
         inputs["cases"][0].contains("params") && inputs["cases"][0].contains("group");
}

SamplingRules rules_of(const json& params) {
  SamplingRules rules;
  const auto take = [&](const char* name, auto& field) {
    if (params.contains(name)) field = params[name].get<std::remove_reference_t<decltype(field)>>();
  };
  take("repetition_penalty", rules.repetition_penalty);
  take("no_repeat_ngram_size", rules.no_repeat_ngram_size);
  take("bad_words_ids", rules.bad_words);
  take("min_length", rules.min_length);
  take("min_new_tokens", rules.min_new_tokens);
  take("temperature", rules.temperature);
  take("top_k", rules.top_k);
  take("top_p", rules.top_p);
  take("min_p", rules.min_p);
  take("typical_p", rules.typical_p);
  take("epsilon_cutoff", rules.epsilon_cutoff);
  take("eta_cutoff", rules.eta_cutoff);
  take("renormalize_logits", rules.renormalize_logits);
  return rules;
}

// Of what neither removed; where one removed it and the other did not: where that is.
class Table {
 public:
  Table(Worst& worst, std::string& problem) : worst_(worst), problem_(problem) {}
  void compare(const std::string& what, std::span<const float> ours, std::span<const float> theirs,
               const std::string& where) {
    std::vector<float> a, b;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (std::isinf(ours[i]) != std::isinf(theirs[i]) && problem_.empty())
        problem_ = fmt::format("{}: token {} of {}", where, i, what);
      if (std::isinf(ours[i]) || std::isinf(theirs[i])) continue;
      a.push_back(ours[i]);
      b.push_back(theirs[i]);
    }
    worst_.add(what, testing::relative_l2(std::span<const float>(a), b), where);
  }

 private:
  Worst& worst_;
  std::string& problem_;
};

std::vector<float> probabilities(std::span<const float> warped) {
  std::vector<float> out;
  for (std::size_t i = 0; i < warped.size(); ++i)
    out.push_back(std::isinf(warped[i]) ? 0.0F
                                        : static_cast<float>(std::exp(
                                              generation::log_probability(warped, static_cast<std::int32_t>(i)))));
  return out;
}

void check(const Case& golden, Rows& rows) {
  Worst worst, likely;
  std::string problem;
  Table table(worst, problem);
  for (const json& one : golden.inputs()["cases"]) {
    const std::string key = one.at("key"), group = one.at("group");
    const SamplingRules rules = rules_of(one.at("params"));
    std::vector<std::int32_t> ends;
    if (one["params"].contains("eos_token_id")) ends.push_back(one["params"]["eos_token_id"]);
    const auto width = static_cast<std::size_t>(golden.shape(group + ".logits")[1]);
    const auto length = static_cast<std::size_t>(golden.shape(group + ".input_ids")[1]);
    std::vector<float> logits = golden.values(group + ".logits");
    const std::vector<double> history = golden.numbers(group + ".input_ids");
    const std::vector<float> processed = golden.values(key + ".processed"), warped = golden.values(key + ".warped"),
                             probs = golden.values(key + ".probs");
    for (std::size_t row = 0; row * width < logits.size(); ++row) {
      const std::string where = fmt::format("{} row {}", key, row);
      const auto of = [&](const std::vector<float>& all) { return std::span(all).subspan(row * width, width); };
      std::vector<std::int32_t> ids;
      for (std::size_t i = 0; i < length; ++i) ids.push_back(static_cast<std::int32_t>(history[row * length + i]));
      const std::span<float> mine = std::span(logits).subspan(row * width, width);
      generation::process_logits(mine, {ids, length - 2}, ends, rules);  // as inputs.json says of the prompts
      table.compare("processed logits", mine, of(processed), where);
      generation::warp_logits(mine, rules);
      table.compare("warped logits", mine, of(warped), where);
      likely.add("probabilities", testing::relative_l2(std::span<const float>(probabilities(mine)), of(probs)), where);
    }
  }
  rows.exact("tokens that are removed", problem);
  worst.write(rows, "", kValues);
  likely.write(rows, "", kProbabilities);
}

}  // namespace

Kind sampling_kind() { return {"sampling", knows, check}; }

}  // namespace groel::golden
