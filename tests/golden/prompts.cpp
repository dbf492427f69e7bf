// Learned prompts: states of sequences and prompts under every rule, maps and gates.
#include <algorithm>
#include <cmath>
#include <set>

#include "checkpoints/tensors.h"
#include "golden/kind.h"
#include "golden/model_case.h"
#include "golden/prompt_case.h"
#include "models/prompted_batch.h"
#include "support/compare.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using testing::max_difference;
using Ids = std::vector<std::vector<std::int32_t>>;

constexpr PromptTolerances kWithin;
constexpr double kOther = 0.05;  // the choices that are not ours differ by more

// Everything that a pass over a batch shows, by sequence.
struct Seen {
  std::map<int, Tensor> hidden, prompts, gates;
  std::map<std::pair<int, std::int64_t>, Tensor> maps;
  Tensor last;
  models::Batch batch;

  std::vector<float> rows(const Tensor& x, std::size_t s) const {
    const auto cu = batch.cu_seqlens.values<std::int32_t>();
    return copied_values(x.rows(cu[s], cu[s + 1]));
  }
  std::vector<float> prompt_rows(int layer, std::size_t s) const {
    const Tensor& x = prompts.at(layer);
    const std::int64_t each = x.size(0) / batch.sequences();
    return copied_values(x.rows(static_cast<std::int64_t>(s) * each, (static_cast<std::int64_t>(s) + 1) * each));
  }
};

Seen look(const models::Model& model, const Ids& ids, const std::vector<std::string>& prompts) {
  Seen out;
  out.batch = models::Batch::pack(ids, model.tokenizer());
  out.batch.prompts = prompts;
  models::Taps taps;
  taps.hidden = [&](int layer, const Tensor& x) { out.hidden[layer] = x.clone(); };
  taps.prompts = [&](int layer, const Tensor& x) { out.prompts[layer] = x.clone(); };
  taps.gates = [&](int layer, const Tensor& x) { out.gates[layer] = x.clone(); };
  taps.attention = [&](int layer, std::int64_t s, const Tensor& maps) { out.maps[{layer, s}] = maps.clone(); };
  taps.wants_attention = [](int) { return true; };
  taps.maps_with_prompts = true;
  out.last = models::require<models::Encoder>(model).encode(out.batch, taps);
  return out;
}

class Inference {
 public:
  Inference(const Case& golden, Rows& rows)
      : golden_(golden), rows_(rows), prompts_(golden), ids_(token_ids(golden.inputs())) {}

  void check(const std::string& trunk) {
    const PromptVectors vectors{{"seq", prompts_.at(trunk + ".prompts.seq")},
                                {"ic", prompts_.at(trunk + ".prompts.ic")}};
    const auto alone =
        checkpoints::load_model(with_prompts(golden_.folder() / trunk, vectors, {}), ops::Precision::f32);
    const auto together = checkpoints::load_model(with_prompts(golden_.folder() / trunk, vectors, {.together = true}),
                                                  ops::Precision::f32);
    const auto plain = checkpoints::load_model(golden_.folder() / trunk);
    for (const auto& [subset, names] : golden_.inputs().at("subsets").items()) {
      compare(*alone.model, trunk + ".conf." + subset, names);
      compare(*together.model, trunk + ".mutual." + subset, names);
    }
    worst_.write(rows_, trunk + " ", 1);
    worst_ = {};
    rows_.exact(trunk + " without prompts, bit by bit",
                equal(look(*alone.model, ids_, {}), look(*plain.model, ids_, {})));
    rows_.exact(trunk + " prompts alone and together, in any batch, bit by bit", invariance(*alone.model));
    others(*alone.model, trunk);
  }

  void check_gated() {
    const Tensor tokens = prompts_.at("promptprotein.embed_tokens.rows33_35");
    PromptVectors vectors;
    for (std::int64_t i = 0; i < 3; ++i)
      vectors.emplace_back(fmt::format("token{}", 33 + i), tokens.rows(i, i + 1).clone());
    for (const std::string name : {"seq", "ic"}) vectors.emplace_back(name, prompts_.at("esm1b.prompts." + name));
    auto checkpoint =
        with_prompts(golden_.folder() / "esm1b", vectors, {.together = true, .gated = true, .token_dropout = false});
    for (int i = 0;; ++i) {
      const std::string name = fmt::format("promptprotein.layers.{}.layer_gated.weight", i);
      if (golden_prompts_.empty()) golden_prompts_ = names();
      if (!golden_prompts_.contains(name)) break;
      checkpoint.arrays.emplace(fmt::format("prompts.gates.{}.weight", i), checkpoints::array_of(prompts_.at(name)));
    }
    const auto loaded = checkpoints::load_model(std::move(checkpoint), ops::Precision::f32);
    for (const json& run : golden_.inputs().at("promptprotein_runs")) {
      std::vector<std::string> names = run.at("learned");
      for (const int id : run.at("prompt_token_ids")) names.push_back(fmt::format("token{}", id));
      compare_gated(*loaded.model, "promptprotein." + run.at("name").get<std::string>(), names);
    }
    worst_.write(rows_, "promptprotein ", 1);
  }

 private:
  std::set<std::string> names() const {
    std::set<std::string> out;
    for (const auto& [name, array] : io::read_safetensors(golden_.folder() / "prompts.safetensors").arrays)
      out.insert(name);
    return out;
  }

  // Differences in units of their tolerance.
  void add(const std::string& what, const std::vector<float>& ours, const std::string& name, double tolerance) {
    if (golden_.has(name))
      worst_.add(what + ", of its tolerance", max_difference(ours, golden_.values(name)) / tolerance, name);
  }

  void compare(const models::Model& model, const std::string& name, const std::vector<std::string>& prompts) {
    const Seen seen = look(model, ids_, prompts);
    const Tensor logits = models::require<models::MaskedLm>(model).logits(seen.last);
    for (std::size_t s = 0; s < ids_.size(); ++s) {
      const std::string prefix = fmt::format("{}.{}.", name, s);
      for (const auto& [layer, x] : seen.hidden)
        add("hidden", seen.rows(x, s), fmt::format("{}hidden.{}.residues", prefix, layer), kWithin.hidden);
      for (const auto& [layer, x] : seen.prompts)
        add("prompts", seen.prompt_rows(layer, s), fmt::format("{}hidden.{}.prompts", prefix, layer), kWithin.hidden);
      add("logits", seen.rows(logits, s), prefix + "logits", kWithin.logits);
      compare_maps(seen, s, prefix + "attentions");
    }
  }

  void compare_maps(const Seen& seen, std::size_t s, const std::string& name) {
    if (!golden_.has(name)) return;
    std::vector<float> all;
    for (const auto& [at, maps] : seen.maps)
      if (at.second == static_cast<std::int64_t>(s)) {
        const auto values = copied_values(maps);
        all.insert(all.end(), values.begin(), values.end());
      }
    add("maps", all, name, kWithin.maps);
  }

  // Its code shows the last layer without the final norm, too.
  void compare_gated(const models::Model& model, const std::string& name, const std::vector<std::string>& prompts) {
    const int layers = static_cast<int>(model.info().layers);
    const Seen seen = look(model, ids_, prompts);
    for (std::size_t s = 0; s < ids_.size(); ++s) {
      const std::string prefix = fmt::format("{}.{}.", name, s);
      for (int layer = 0; layer < layers; ++layer) {
        add("hidden", seen.rows(seen.hidden.at(layer), s), fmt::format("{}hidden.{}.residues", prefix, layer),
            kWithin.hidden);
        if (!prompts.empty())
          add("prompts", seen.prompt_rows(layer, s), fmt::format("{}hidden.{}.prompts", prefix, layer), kWithin.hidden);
      }
      add("last", seen.rows(seen.last, s), prefix + "last_hidden_state", kWithin.hidden);
      std::vector<float> gates, means;
      for (const auto& [layer, x] : seen.gates) gates.push_back(x.data<float>()[s]);
      add("gates", gates, prefix + "gates", kWithin.gates);
      for (const auto& [at, maps] : seen.maps) {
        if (at.second != static_cast<std::int64_t>(s)) continue;
        const std::int64_t heads = maps.size(0), cells = maps.count() / heads;
        for (std::int64_t i = 0; i < cells; ++i) {
          double sum = 0;
          for (std::int64_t h = 0; h < heads; ++h) sum += maps.data<float>()[h * cells + i];
          means.push_back(static_cast<float>(sum / static_cast<double>(heads)));
        }
      }
      add("maps", means, prefix + "attentions_mean_over_heads", kWithin.maps);
    }
  }

  static std::string equal(const Seen& a, const Seen& b) {
    for (const auto& [layer, x] : a.hidden)
      if (!std::ranges::equal(x.values<float>(), b.hidden.at(layer).values<float>()))
        return fmt::format("layer {}", layer);
    return {};
  }

  // A prompt depends on nothing but itself; a sequence on nothing but itself and prompts.
  std::string invariance(const models::Model& model) const {
    const Seen both = look(model, ids_, {"seq", "ic"}), seq = look(model, ids_, {"seq"}),
               ic = look(model, ids_, {"ic"});
    for (std::size_t s = 0; s < ids_.size(); ++s) {
      const Seen one = look(model, {ids_[s]}, {"seq", "ic"});
      for (const auto& [layer, x] : both.hidden) {
        const std::string at = fmt::format("layer {}, sequence {}", layer, s);
        if (both.rows(x, s) != one.rows(one.hidden.at(layer), 0)) return at;
        std::vector<float> apart = seq.prompt_rows(layer, s);
        const std::vector<float> rest = ic.prompt_rows(layer, s);
        apart.insert(apart.end(), rest.begin(), rest.end());
        if (both.prompt_rows(layer, s) != apart) return at + ": prompts apart";
        if (both.prompt_rows(layer, s) != both.prompt_rows(layer, 0)) return at + ": prompts of another sequence";
      }
    }
    return {};
  }

  // What the file holds of choices that are not the definition: ours is none of them.
  void others(const models::Model& model, const std::string& trunk) {
    for (const std::string choice : {".conf_prompts_counted.", ".conf_continued."})
      for (const auto& [subset, names] : golden_.inputs().at("subsets").items()) {
        const std::vector<std::string> prompts = names;
        for (std::size_t s = 0; s < ids_.size() && !prompts.empty(); ++s) {
          const std::string name = fmt::format("{}{}{}.{}.logits", trunk, choice, subset, s);
          if (!golden_.has(name)) continue;
          const Seen seen = look(model, ids_, prompts);
          const Tensor logits = models::require<models::MaskedLm>(model).logits(seen.last);
          const double far = max_difference(seen.rows(logits, s), golden_.values(name));
          rows_.exact("not " + name, far > kOther ? "" : fmt::format("it is within {:.3g}", far));
        }
      }
  }

  const Case& golden_;
  Rows& rows_;
  PromptArrays prompts_;
  Ids ids_;
  Worst worst_;
  std::set<std::string> golden_prompts_;
};

std::vector<std::string> trunks(const Case& golden) {
  std::vector<std::string> out;
  for (const std::string name : {"esm1b", "esm2"})
    if (golden.holds(name + "/config.json")) out.push_back(name);
  return out;
}

bool knows(const Case& golden) {
  const json& inputs = golden.inputs();
  return inputs.is_object() && inputs.contains("prompt_tokens") && inputs.contains("subsets") &&
         golden.holds("prompts.safetensors") && !trunks(golden).empty();
}

void check(const Case& golden, Rows& rows) {
  Inference inference(golden, rows);
  for (const std::string& trunk : trunks(golden)) inference.check(trunk);
  if (golden.inputs().contains("promptprotein_runs") && golden.holds("esm1b/config.json")) inference.check_gated();
  for (const std::string& trunk : trunks(golden)) check_prompt_training(golden, rows, trunk);
}

}  // namespace

Kind prompts_kind() { return {"prompts", knows, check}; }

}  // namespace groel::golden
