// Learned prompts: states of sequences and prompts under every rule, maps, gates, and training with them.
#include <algorithm>
#include <cmath>
#include <set>

#include "checkpoints/prompts.h"
#include "checkpoints/tensors.h"
#include "golden/kind.h"
#include "golden/model_case.h"
#include "io/arrays.h"
#include "models/prompted_batch.h"
#include "support/compare.h"
#include "train/objectives.h"
#include "train/optimizer.h"
#include "train/prompt_trainee.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using testing::max_difference;
using Ids = std::vector<std::vector<std::int32_t>>;

// The README's, absolute.
constexpr double kHidden = 3e-5, kLogits = 1e-4, kMaps = 5e-6, kGates = 1e-5, kGradients = 5e-5, kLosses = 3e-4,
                 kWeights = 5e-5, kNoisyWeights = 2e-3;
constexpr double kOther = 0.05;  // the choices that are not ours differ by more

// Rows of prompts by name.
using Vectors = std::vector<std::pair<std::string, Tensor>>;

class Prompts {
 public:
  explicit Prompts(const Case& golden) : file_(io::read_safetensors(golden.folder() / "prompts.safetensors")) {}
  Tensor at(const std::string& name) const { return checkpoints::copied(file_.arrays.at(name), DType::f32); }

 private:
  io::ArrayFile file_;
};

checkpoints::Checkpoint with_prompts(const std::filesystem::path& folder, const Vectors& vectors,
                                     nn::PromptShape shape) {
  checkpoints::Checkpoint out = checkpoints::read_checkpoint(folder);
  for (const auto& [name, value] : vectors) {
    shape.prompts.push_back({name, value.size(0)});
    out.arrays.emplace(fmt::format("prompts.{}.weight", name), checkpoints::array_of(value));
  }
  out.prompts = std::move(shape);
  return out;
}

// Everything that a pass over a batch shows, by sequence.
struct Seen {
  std::map<int, Tensor> hidden, prompts, gates;
  std::map<std::pair<int, std::int64_t>, Tensor> maps;
  Tensor last;
  models::Batch batch;

  std::vector<float> rows(const Tensor& x, std::size_t s) const {
    const auto cu = batch.cu_seqlens.values<std::int32_t>();
    return values(x.rows(cu[s], cu[s + 1]));
  }
  std::vector<float> prompt_rows(int layer, std::size_t s) const {
    const Tensor& x = prompts.at(layer);
    const std::int64_t each = x.size(0) / batch.sequences();
    return values(x.rows(static_cast<std::int64_t>(s) * each, (static_cast<std::int64_t>(s) + 1) * each));
  }
  static std::vector<float> values(const Tensor& x) {
    const Tensor copy = x.clone();
    const auto all = copy.values<float>();
    return {all.begin(), all.end()};
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
    const Vectors vectors{{"seq", prompts_.at(trunk + ".prompts.seq")}, {"ic", prompts_.at(trunk + ".prompts.ic")}};
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
    Vectors vectors;
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
        add("hidden", seen.rows(x, s), fmt::format("{}hidden.{}.residues", prefix, layer), kHidden);
      for (const auto& [layer, x] : seen.prompts)
        add("prompts", seen.prompt_rows(layer, s), fmt::format("{}hidden.{}.prompts", prefix, layer), kHidden);
      add("logits", seen.rows(logits, s), prefix + "logits", kLogits);
      compare_maps(seen, s, prefix + "attentions");
    }
  }

  void compare_maps(const Seen& seen, std::size_t s, const std::string& name) {
    if (!golden_.has(name)) return;
    std::vector<float> all;
    for (const auto& [at, maps] : seen.maps)
      if (at.second == static_cast<std::int64_t>(s)) {
        const auto values = Seen::values(maps);
        all.insert(all.end(), values.begin(), values.end());
      }
    add("maps", all, name, kMaps);
  }

  // Its code shows the last layer without the final norm, too.
  void compare_gated(const models::Model& model, const std::string& name, const std::vector<std::string>& prompts) {
    const int layers = static_cast<int>(model.info().layers);
    const Seen seen = look(model, ids_, prompts);
    for (std::size_t s = 0; s < ids_.size(); ++s) {
      const std::string prefix = fmt::format("{}.{}.", name, s);
      for (int layer = 0; layer < layers; ++layer) {
        add("hidden", seen.rows(seen.hidden.at(layer), s), fmt::format("{}hidden.{}.residues", prefix, layer), kHidden);
        if (!prompts.empty())
          add("prompts", seen.prompt_rows(layer, s), fmt::format("{}hidden.{}.prompts", prefix, layer), kHidden);
      }
      add("last", seen.rows(seen.last, s), prefix + "last_hidden_state", kHidden);
      std::vector<float> gates, means;
      for (const auto& [layer, x] : seen.gates) gates.push_back(x.data<float>()[s]);
      add("gates", gates, prefix + "gates", kGates);
      for (const auto& [at, maps] : seen.maps) {
        if (at.second != static_cast<std::int64_t>(s)) continue;
        const std::int64_t heads = maps.size(0), cells = maps.count() / heads;
        for (std::int64_t i = 0; i < cells; ++i) {
          double sum = 0;
          for (std::int64_t h = 0; h < heads; ++h) sum += maps.data<float>()[h * cells + i];
          means.push_back(static_cast<float>(sum / static_cast<double>(heads)));
        }
      }
      add("maps", means, prefix + "attentions_mean_over_heads", kMaps);
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
  Prompts prompts_;
  Ids ids_;
  Worst worst_;
  std::set<std::string> golden_prompts_;
};

class Training {
 public:
  Training(const Case& golden, Rows& rows, std::string trunk, std::string setting, std::string what)
      : golden_(golden),
        rows_(rows),
        trunk_(std::move(trunk)),
        setting_(std::move(setting)),
        what_(std::move(what)),
        name_(fmt::format("train.{}.{}.{}", trunk_, setting_, what_)),
        inputs_(golden.inputs().at("training")) {}

  void check(models::Recompute recompute) {
    const Prompts prompts(golden_);
    train::PromptTrainee trainee(
        with_prompts(golden_.folder() / trunk_,
                     {{"seq", prompts.at(trunk_ + ".prompts.seq")}, {"ic", prompts.at(trunk_ + ".prompts.ic")}}, {}),
        tasks(), plan(recompute));
    set_heads(trainee, prompts);
    const auto parameters = trainee.parameters();
    rows_.exact(name_ + " names of what is trained", names_differ(parameters));
    compare_pairs(trainee);
    const auto optimizer =
        train::make_optimizer({.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01}, parameters);
    const auto expected = golden_.numbers(name_ + ".losses");
    for (std::int64_t step = 0; step < 10; ++step) {
      const train::TrainBatch batch = batch_of(trainee, static_cast<std::size_t>(step % 2));
      compare_losses(trainee, batch, {expected.begin() + step * 3, expected.begin() + step * 3 + 3}, step);
      trainee.accumulate(batch, 1);
      if (step == 0) compare_gradients(parameters);
      optimizer->step({1e-3, 1, step + 1});
      trainee.parameters_changed();
    }
    compare_losses(trainee, batch_of(trainee, 0), golden_.numbers(name_ + ".final_losses"), 10);
    compare_weights(parameters);
    worst_.write(rows_, name_ + (recompute == models::Recompute::blocks ? ", blocks computed again: " : " "), 1);
  }

 private:
  std::vector<train::PromptTask> tasks() const {
    const json& uses = inputs_.at("uses").at(setting_);
    return {{"mlm", train::PromptTaskKind::masked, uses.at("L_C"), 1, 0},
            {"pairs", train::PromptTaskKind::pairs, uses.at("L_P"), inputs_.at("lam"), 2}};
  }

  models::TrainingPlan plan(models::Recompute recompute) const {
    models::TrainingPlan out{.recompute = recompute};
    if (what_ == "prompts") out.trained = [](const nn::Parameter& p) { return checkpoints::is_of_prompts(p.name); };
    if (what_ == "prompts_head")
      out.trained = [](const nn::Parameter& p) {
        return checkpoints::is_of_prompts(p.name) || p.name.starts_with("heads.");
      };
    return out;
  }

  // With nothing but prompts in training, the head is not among the parameters: that it is as the file has it, too.
  void set_heads(train::PromptTrainee& trainee, const Prompts& prompts) const {
    trainee.set_head(1, prompts.at(trunk_ + ".head.weight"), prompts.at(trunk_ + ".head.bias"));
  }

  // Their name of ours.
  static std::string name_of(const std::string& ours) {
    if (ours.starts_with("heads.pairs.")) return "head." + ours.substr(12);
    if (checkpoints::is_of_prompts(ours)) return ours.substr(0, ours.rfind('.'));
    return "trunk." + ours;
  }

  std::string names_differ(const std::vector<train::TrainedParameter>& parameters) const {
    std::set<std::string> ours, theirs;
    for (const auto& p : parameters) ours.insert(name_of(p.name));
    const std::string prefix = name_ + ".grad.";
    for (const std::string& name : golden_.names(prefix)) theirs.insert(name.substr(prefix.size()));
    for (const std::string& name : theirs)
      if (!ours.contains(name)) return name + " is not ours";
    if (what_ == "all" && setting_ == "both") return {};  // the file holds prompts and head alone
    const std::vector<std::string> none = inputs_.at("noise").at(name_).at("no_gradient");
    for (const std::string& name : ours)
      if (!theirs.contains(name) && std::find(none.begin(), none.end(), name) == none.end())
        return name + " is not theirs";
    return {};
  }

  train::TrainBatch batch_of(const train::PromptTrainee& trainee, std::size_t index) const {
    const json& given = inputs_.at("batches").at(index);
    const bio::Tokenizer& tokenizer = trainee.model().tokenizer();
    train::TrainBatch masked, pairs;
    Ids sequences;
    std::vector<std::int32_t> targets;
    for (const auto& one : given.at("mlm")) {
      sequences.push_back(one.at("input_ids"));
      for (const std::int32_t label : one.at("labels")) targets.push_back(label);
    }
    masked.input = models::Batch::pack(sequences, tokenizer);
    masked.targets =
        Tensor::of<std::int32_t>({static_cast<std::int64_t>(targets.size())}, std::span<const std::int32_t>(targets));
    masked.target_count =
        static_cast<std::int64_t>(targets.size()) - std::count(targets.begin(), targets.end(), train::kNoTarget);
    sequences.clear();
    targets.clear();
    for (const auto& one : given.at("pairs")) {
      sequences.push_back(one.at("p"));
      sequences.push_back(one.at("q"));
      targets.push_back(one.at("label"));
    }
    pairs.input = models::Batch::pack(sequences, tokenizer);
    pairs.targets =
        Tensor::of<std::int32_t>({static_cast<std::int64_t>(targets.size())}, std::span<const std::int32_t>(targets));
    pairs.target_count = static_cast<std::int64_t>(targets.size());
    pairs.task = 1;
    train::TrainBatch out;
    out.parts = {masked, pairs};
    out.target_count = 1;
    return out;
  }

  void compare_pairs(const train::PromptTrainee& trainee) {
    const train::TrainBatch pairs = batch_of(trainee, 0).parts[1];
    if (golden_.has(name_ + ".pair_features"))
      add("features of pairs", Seen::values(trainee.pair_features(pairs)), golden_.values(name_ + ".pair_features"),
          kHidden, "");
    if (golden_.has(name_ + ".pair_scores"))
      add("scores of pairs", Seen::values(trainee.pair_scores(pairs)), golden_.values(name_ + ".pair_scores"), kLogits,
          "");
  }

  void compare_losses(train::PromptTrainee& trainee, const train::TrainBatch& batch,
                      const std::vector<double>& expected, std::int64_t step) {
    const train::LossSum sum = trainee.evaluate(batch);
    const std::vector<double> ours{sum.parts[0].mean(), sum.parts[1].mean(), sum.mean()};
    for (std::size_t i = 0; i < 3; ++i)
      worst_.add("losses, of their tolerance", std::abs(ours[i] - expected.at(i)) / kLosses,
                 fmt::format("step {}, {}", step, i));
  }

  void compare_gradients(const std::vector<train::TrainedParameter>& parameters) {
    for (const auto& p : parameters) {
      const std::string name = name_ + ".grad." + name_of(p.name);
      if (golden_.has(name)) add("gradients", Seen::values(p.grad), golden_.values(name), kGradients, name);
    }
  }

  void compare_weights(const std::vector<train::TrainedParameter>& parameters) {
    const json& noise = inputs_.at("noise").at(name_).at("after10_noise");
    for (const auto& p : parameters) {
      const std::string theirs = name_of(p.name), name = name_ + ".after10." + theirs;
      if (!golden_.has(name)) continue;
      const auto expected = golden_.values(name);
      if (trunk_ == "esm1b" && theirs.ends_with("key.bias")) continue;  // of no gradient: noise alone moves them
      add("weights after ten steps", Seen::values(p.value), expected, noise.contains(theirs) ? kNoisyWeights : kWeights,
          name);
    }
  }

  void add(const std::string& what, const std::vector<float>& ours, const std::vector<float>& theirs, double tolerance,
           const std::string& where) {
    worst_.add(what + ", of their tolerance", max_difference(ours, theirs) / tolerance, where);
  }

  const Case& golden_;
  Rows& rows_;
  std::string trunk_, setting_, what_, name_;
  const json& inputs_;
  Worst worst_;
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
  for (const std::string& trunk : trunks(golden))
    for (const std::string setting : {"task", "both"})
      for (const std::string what : {"prompts", "prompts_head", "all"}) {
        if (!golden.has(fmt::format("train.{}.{}.{}.losses", trunk, setting, what))) continue;
        Training(golden, rows, trunk, setting, what).check(models::Recompute::none);
        Training(golden, rows, trunk, setting, what).check(models::Recompute::blocks);
      }
}

}  // namespace

Kind prompts_kind() { return {"prompts", knows, check}; }

}  // namespace groel::golden
