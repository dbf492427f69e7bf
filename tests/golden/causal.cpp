// Causal language models: hidden states, logits and losses of prompts, the same a token at a time, and greedy decoding.
#include <algorithm>
#include <cmath>

#include "generation/generator.h"
#include "golden/kind.h"
#include "golden/model_case.h"
#include "ops/losses.h"
#include "support/compare.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using testing::relative_l2;

constexpr double kFull = 4e-6;         // relative L2; the reference is 1.4e-5 of 5.7 (absolute) from its own f64
constexpr double kIncremental = 1e-5;  // relative L2, of a token at a time from all at once
constexpr double kLoss = 2e-6;         // relative

bool knows(const Case& golden) {
  const json& inputs = golden.inputs();
  return inputs.is_object() && inputs.contains("prompts") && inputs.contains("greedy") && is_of_a_family(golden) &&
         head_of(golden.config()) == Head::causal_language_model;
}

class Causal {
 public:
  Causal(const Case& golden, const checkpoints::LoadedModel& loaded, std::string prefix, Rows& rows)
      : golden_(golden),
        model_(*loaded.model),
        causal_(models::require<models::CausalLm>(model_)),
        prefix_(std::move(prefix)),
        rows_(rows) {
    for (const json& prompt : golden.inputs().at("prompts")) ids_.push_back(prompt.at("ids"));
  }

  void check() {
    const Forward all = forward(model_, ids_);
    const Tensor logits = causal_.logits(all.last);
    Worst full, losses;
    for (std::size_t s = 0; s < ids_.size(); ++s) {
      for (const auto& [layer, hidden] : all.hidden)
        if (const std::string name = fmt::format("hidden_states.{}.{}", layer, s); golden_.has(name))
          full.add("hidden states", relative_l2(all.rows(hidden, s), golden_.values(name)), name);
      const std::string name = fmt::format("logits.{}", s);
      full.add("logits", relative_l2(all.rows(logits, s), golden_.values(name)), name);
      check_loss(all.rows(logits, s), s, losses);
    }
    full.write(rows_, prefix_, kFull);
    losses.write(rows_, prefix_, kLoss);
    check_attention();
    check_batch_loss();
    check_one_at_a_time(all, logits);
    check_kept();
    check_greedy();
  }

 private:
  // Σ -log p over the labels that count, of each token but the first; and how many they are.
  std::pair<double, double> summed_loss(const std::vector<float>& logits,
                                        const std::vector<std::int32_t>& labels) const {
    const auto width = static_cast<std::size_t>(model_.info().vocabulary);
    double sum = 0, count = 0;
    for (std::size_t t = 0; t + 1 < labels.size(); ++t) {
      if (labels[t + 1] < 0) continue;
      sum -= generation::log_probability(std::span(logits).subspan(t * width, width), labels[t + 1]);
      ++count;
    }
    return {sum, count};
  }

  void check_loss(const std::vector<float>& logits, std::size_t s, Worst& losses) const {
    const auto loss = [&](const std::vector<std::int32_t>& labels) {
      const auto [sum, count] = summed_loss(logits, labels);
      return sum / count;
    };
    const std::pair<std::string, std::vector<std::int32_t>> both[] = {
        {fmt::format("loss.{}", s), golden_.inputs()["prompts"][s].at("labels")},
        {fmt::format("loss_full.{}", s), ids_[s]}};
    for (const auto& [name, labels] : both)
      if (golden_.has(name)) {
        const double expected = golden_.numbers(name).at(0);
        losses.add("losses", std::abs(loss(labels) - expected) / expected, name);
      }
  }

  // Softmax maps of the first prompt, all layers.
  void check_attention() {
    if (!golden_.has("attentions.0")) return;
    std::vector<float> maps;
    models::Taps taps;
    taps.wants_attention = [](int) { return true; };
    taps.attention = [&](int, std::int64_t, const Tensor& map) {
      const auto values = map.values<float>();
      maps.insert(maps.end(), values.begin(), values.end());
    };
    models::require<models::Encoder>(model_).encode(models::Batch::pack(std::span(ids_).first(1), model_.tokenizer()),
                                                    taps);
    rows_.near(prefix_ + "attention maps", relative_l2(std::span<const float>(maps), golden_.values("attentions.0")),
               kFull);
  }

  // Of all labels of a padded batch together.
  void check_batch_loss() {
    if (!golden_.has("batch_loss")) return;
    const json& batch = golden_.inputs().at("batch");
    std::vector<std::vector<std::int32_t>> ids, labels;
    for (std::size_t s = 0; s < batch.at("ids").size(); ++s) {
      ids.emplace_back();
      labels.emplace_back();
      for (std::size_t t = 0; t < batch["ids"][s].size(); ++t)
        if (batch.at("attention_mask")[s][t] == 1) {
          ids.back().push_back(batch["ids"][s][t]);
          labels.back().push_back(batch.at("labels")[s][t]);
        }
    }
    const Forward all = forward(model_, ids);
    const Tensor logits = causal_.logits(all.last);
    double sum = 0, count = 0;
    for (std::size_t s = 0; s < ids.size(); ++s) {
      const auto [part, labelled] = summed_loss(all.rows(logits, s), labels[s]);
      sum += part;
      count += labelled;
    }
    const double expected = golden_.numbers("batch_loss").at(0);
    rows_.near(prefix_ + "loss of a padded batch", std::abs(sum / count - expected) / expected, kLoss);
  }

  // All prompts side by side: their first token, then one after the other as long as they last.
  void check_one_at_a_time(const Forward& all, const Tensor& logits) {
    const auto width = static_cast<std::size_t>(model_.info().vocabulary);
    std::vector<models::Prefix> prefixes(ids_.size());
    Worst worst;
    for (std::size_t t = 0;; ++t) {
      std::vector<models::Prefix*> going;
      std::vector<std::vector<std::int32_t>> tokens;
      std::vector<std::size_t> of;
      for (std::size_t s = 0; s < ids_.size(); ++s)
        if (t < ids_[s].size()) {
          going.push_back(&prefixes[s]);
          tokens.push_back({ids_[s][t]});
          of.push_back(s);
        }
      if (going.empty()) break;
      const Tensor hidden = causal_.extend(models::Batch::pack(tokens, model_.tokenizer()), going, DType::f32);
      const Tensor next = causal_.logits(hidden);
      for (std::size_t i = 0; i < of.size(); ++i) {
        const std::vector<float> whole = all.rows(logits, of[i]);
        worst.add(
            "a token at a time, from all at once",
            relative_l2(next.values<float>().subspan(i * width, width), std::span(whole).subspan(t * width, width)),
            fmt::format("token {} of prompt {}", t, of[i]));
      }
    }
    worst.write(rows_, prefix_, kIncremental);
  }

  // Keys and values of the first prompt, in the reference's order [H, n, K].
  void check_kept() {
    models::Prefix prefix;
    models::Prefix* const one = &prefix;
    causal_.extend(models::Batch::pack(std::span(ids_).first(1), model_.tokenizer()), std::span(&one, 1), DType::f32);
    Worst worst;
    constexpr auto kPage = ops::KeyValues::kPage;
    for (std::size_t layer = 0; layer < prefix.blocks.size(); ++layer) {
      const std::string key = fmt::format("past_key.{}.0", layer), value = fmt::format("past_value.{}.0", layer);
      if (!golden_.has(key)) continue;
      const auto heads = golden_.shape(key)[0], width = golden_.shape(key)[2];
      std::vector<float> keys, values;
      for (std::int64_t h = 0; h < heads; ++h)
        for (std::int64_t p = 0; p < prefix.tokens; ++p)
          for (std::int64_t d = 0; d < width; ++d) {
            const auto& page = prefix.blocks[layer].pages[static_cast<std::size_t>(p / kPage)];
            keys.push_back(page.keys.data<float>()[(h * width + d) * kPage + p % kPage]);
            values.push_back(page.values.data<float>()[(h * kPage + p % kPage) * width + d]);
          }
      worst.add("keys and values", relative_l2(std::span<const float>(keys), golden_.values(key)), key);
      worst.add("keys and values", relative_l2(std::span<const float>(values), golden_.values(value)), value);
    }
    if (!worst.empty()) worst.write(rows_, prefix_, kFull);
  }

  void check_greedy() {
    std::string problem;
    for (const json& one : golden_.inputs().at("greedy")) {
      generation::GenerationSettings settings;
      settings.greedy = true;
      settings.rules.repetition_penalty = one.at("repetition_penalty");
      settings.max_new_tokens = one.at("max_new_tokens").get<std::int64_t>();
      if (!one.at("eos_token_id").is_null()) settings.ends = {one["eos_token_id"].get<std::int32_t>()};
      const generation::Generator generator(model_, settings);
      bool given = false;
      const auto next = [&]() -> std::optional<generation::Request> {
        if (given) return {};
        given = true;
        return generation::Request{0, ids_.at(one.at("prompt").get<std::size_t>())};
      };
      generator.run(next, [&](const generation::Written& written) {
        if (written.ids != one.at("new_ids").get<std::vector<std::int32_t>>())
          problem = fmt::format("prompt {}, penalty {}", one["prompt"].dump(), one["repetition_penalty"].dump());
      });
    }
    rows_.exact(prefix_ + "greedy ids", problem);
  }

  const Case& golden_;
  const models::Model& model_;
  const models::CausalLm& causal_;
  std::string prefix_;
  Rows& rows_;
  std::vector<std::vector<std::int32_t>> ids_;
};

void check(const Case& golden, Rows& rows) {
  for (const Layout& layout : layouts(golden))
    Causal(golden, checkpoints::load_model(layout.path), layout.name.empty() ? "" : layout.name + " ", rows).check();
}

}  // namespace

Kind causal_kind() { return {"causal language models", knows, check}; }

}  // namespace groel::golden
