// MiniFold: what every module gives in the first pass, and whole runs.
#include "structure_models/minifold/minifold.h"

#include <map>

#include "golden/esm3_case.h"
#include "golden/kind.h"
#include "structure_models/minifold/checkpoint.h"
#include "structure_models/residue_tokens.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using structure_models::Minifold;
using structure_models::MinifoldOutput;
using testing::max_difference;
using testing::relative_l2;

constexpr double kMinifoldModule = 1e-5;  // relative L2
constexpr double kMinifoldEnd = 1e-5;
constexpr double kMinifoldAtoms = 1e-3;       // Å
constexpr double kMinifoldConfidence = 1e-3;  // of pLDDT, 0..100

bool knows_minifold(const Case& golden) {
  return golden.inputs().is_object() && golden.inputs().contains("runs") && golden.inputs()["runs"].is_array() &&
         structure_models::is_minifold_at(golden.folder());
}

class MinifoldCase {
 public:
  MinifoldCase(const Case& golden, Rows& rows)
      : golden_(golden), rows_(rows), model_(structure_models::load_minifold(golden.folder()).model) {}

  void run(const json& given) {
    name_ = given["name"];
    const auto types = given["aatype"].get<std::vector<std::int32_t>>();
    seen_.clear();
    const structure_models::ModuleTaps taps([this](const std::string& name, const Tensor& value) {
      seen_[name] = values_of(value.contiguous() ? value : value.clone());
    });
    const MinifoldOutput out = model_->fold(types, {.recycles = given["num_recycling"]}, taps);
    check_language_model(types);
    check_modules();
    check_output(out);
  }

 private:
  std::string named(const std::string& key) const { return name_ + "." + key; }
  void near(const std::string& key, std::span<const float> ours, double tolerance) {
    if (golden_.has(named(key))) rows_.near(named(key), relative_l2(ours, golden_.values(named(key))), tolerance);
  }
  void apart(const std::string& key, const std::string& what, std::span<const float> ours, double tolerance) {
    if (golden_.has(named(key)))
      rows_.near(fmt::format("{}: {}", named(key), what), max_difference(ours, golden_.values(named(key))), tolerance);
  }
  // What a module added to what went into it.
  std::vector<float> added(const std::string& after, const std::string& before) const {
    std::vector<float> out = seen_.at(after);
    const std::vector<float>& from = seen_.at(before);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] -= from.at(i);
    return out;
  }

  // States and maps of residues that have no tokens at their ends.
  void check_language_model(const std::vector<std::int32_t>& types) {
    if (!golden_.has(named("lm_states"))) return;
    const models::Model& model = model_->language_model();
    const auto tokens = structure_models::residue_tokens(model.tokenizer());
    std::vector<std::vector<std::int32_t>> ids(1);
    for (const std::int32_t type : types) ids[0].push_back(tokens[static_cast<std::size_t>(type)]);
    const std::size_t pairs = types.size() * types.size();
    const auto heads = static_cast<std::size_t>(model_->shape().language_heads);
    const std::size_t channels = static_cast<std::size_t>(model_->shape().language_layers) * heads;
    std::vector<float> states, maps(pairs * channels);
    models::Taps taps;
    taps.hidden = [&](int layer, const Tensor& x) {
      if (layer == model_->shape().language_layers) states = values_of(x);
    };
    taps.wants_attention = [](int) { return true; };
    taps.attention = [&](int layer, std::int64_t, const Tensor& all) {
      const std::vector<float> values = values_of(all);
      for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t p = 0; p < pairs; ++p)
          maps[p * channels + (static_cast<std::size_t>(layer) - 1) * heads + h] = values[h * pairs + p];
    };
    models::require<models::Encoder>(model).encode(models::Batch::pack(ids, model.tokenizer()), taps);
    near("lm_states", states, kMinifoldModule);
    near("lm_attentions", maps, kMinifoldModule);
  }

  void check_modules() {
    near("fc_s", seen_.at("fc_s"), kMinifoldModule);
    near("fc_z", seen_.at("fc_z"), kMinifoldModule);
    near("seq_to_pair", seen_.at("fold.seq_to_pair"), kMinifoldModule);
    near("projection", seen_.at("fold.projection"), kMinifoldModule);
    std::string before = "fold.entering.0";
    for (std::int64_t block = 0; block < model_->shape().blocks; ++block) {
      const std::string place = fmt::format("fold.blocks.{}.", block), key = fmt::format("block{}.", block);
      near(key + "triangular", added(place + "triangles", before), kMinifoldModule);
      near(key + "transition", added(place + "transition", place + "triangles"), kMinifoldModule);
      before = place + "transition";
    }
    near("miniformer.0", seen_.at(before), kMinifoldModule);
    near("preds.0", seen_.at("fold.fc_out"), kMinifoldModule);
    if (seen_.contains("fold.entering.1"))
      near("recycle.1", added("fold.entering.1", "fold.projection"), kMinifoldModule);
    near("sm.attn0", added("sm.blocks.0.attention", "sm.in"), kMinifoldEnd);
    near("sm.transition0", added("sm.blocks.0.transition", "sm.blocks.0.attention"), kMinifoldEnd);
    near("sm.bb_update", seen_.at("sm.bb_update"), kMinifoldEnd);
  }

  // Rotation and translation in the last row's place of 4 x 4 numbers.
  static std::vector<float> matrices(const Tensor& frames) {
    std::vector<float> out;
    const auto all = frames.values<float>();
    for (std::size_t i = 0; i < all.size(); i += 12) {
      for (std::size_t row = 0; row < 3; ++row) {
        out.insert(out.end(), all.begin() + static_cast<std::ptrdiff_t>(i + 3 * row),
                   all.begin() + static_cast<std::ptrdiff_t>(i + 3 * row + 3));
        out.push_back(all[i + 9 + row]);
      }
      out.insert(out.end(), {0, 0, 0, 1});
    }
    return out;
  }

  void check_output(const MinifoldOutput& out) {
    near("pair", out.z.values<float>(), kMinifoldEnd);
    near("preds", model_->distogram_logits(out.z).values<float>(), kMinifoldEnd);
    near("sz_project", out.s.values<float>(), kMinifoldEnd);
    near("states", out.structure.states.values<float>(), kMinifoldEnd);
    near("unnormalized_angles", out.structure.raw_angles.values<float>(), kMinifoldEnd);
    near("angles", out.structure.angles.values<float>(), kMinifoldEnd);
    near("frames", matrices(out.structure.frames), kMinifoldEnd);
    near("lddt_logits", out.plddt_logits.values<float>(), kMinifoldEnd);
    std::vector<float> sure = values_of(out.plddt);
    for (float& x : sure) x *= 100;
    apart("plddt", "pLDDT", sure, kMinifoldConfidence);
    apart("positions", "Å", out.structure.atoms.values<float>(), kMinifoldAtoms);
  }

  const Case& golden_;
  Rows& rows_;
  std::unique_ptr<Minifold> model_;
  std::string name_;
  std::map<std::string, std::vector<float>> seen_;
};

void check_minifold(const Case& golden, Rows& rows) {
  MinifoldCase all(golden, rows);
  for (const json& run : golden.inputs()["runs"]) all.run(run);
}

}  // namespace

Kind minifold_kind() { return {"MiniFold", knows_minifold, check_minifold}; }

}  // namespace groel::golden
