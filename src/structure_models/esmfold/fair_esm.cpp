// Two torch files become one checkpoint in the terms of Hugging Face.
#include "structure_models/esmfold/fair_esm.h"

#include "base/error.h"
#include "checkpoints/checkpoint.h"
#include "structure_models/array_sizes.h"
#include "structure_models/esmfold/shape.h"
#include "structure_models/language_model_file.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;
using models::RawCheckpoint;
using nlohmann::json;

constexpr std::string_view kLanguageModel = "esm2_t36_3B_UR50D";
constexpr std::string_view kModel = "model.";

// Only an ESMFold has it.
constexpr const char* kMark = "trunk.recycle_s_norm.weight";

// Of the settings in the file; `otherwise` where they do not say.
json setting(const json& settings, const char* field, const json& otherwise) {
  return settings.is_object() && settings.contains(field) && settings[field].is_number() ? settings[field] : otherwise;
}

json inside(const json& settings, const char* field) {
  return settings.is_object() && settings.contains(field) ? settings[field] : json();
}

json structure_config(const ArraySizes& sizes, const json& settings) {
  const std::string module = "trunk.structure_module.", ipa = module + "ipa.";
  const std::int64_t heads = sizes.of(ipa + "head_weights", 0);
  const std::int64_t query_points = sizes.part(ipa + "linear_q_points.weight", 0, 3 * heads);
  return {{"sequence_dim", sizes.of(module + "layer_norm_s.weight", 0)},
          {"pairwise_dim", sizes.of(module + "layer_norm_z.weight", 0)},
          {"num_heads_ipa", heads},
          {"ipa_dim", sizes.part(ipa + "linear_q.weight", 0, heads)},
          {"num_qk_points", query_points},
          {"num_v_points", sizes.part(ipa + "linear_kv_points.weight", 0, 3 * heads) - query_points},
          {"num_transition_layers", sizes.run(module + "transition.layers.", ".linear_1.weight")},
          {"resnet_dim", sizes.of(module + "angle_resnet.linear_in.weight", 0)},
          {"num_resnet_blocks", sizes.run(module + "angle_resnet.layers.", ".linear_1.weight")},
          {"num_angles", sizes.part(module + "angle_resnet.linear_out.weight", 0, 2)},
          {"num_blocks", setting(settings, "no_blocks", 8)},
          {"trans_scale_factor", setting(settings, "trans_scale_factor", 10)},
          {"epsilon", setting(settings, "epsilon", 1e-8)}};
}

json folding_config(const ArraySizes& sizes, const json& settings) {
  const json trunk = inside(settings, "trunk");
  const std::string block = "trunk.blocks.0.";
  const std::int64_t width = sizes.of(kMark, 0), pair_width = sizes.of("trunk.recycle_z_norm.weight", 0);
  const std::int64_t heads = sizes.of(block + "pair_to_sequence.linear.weight", 0);
  const std::int64_t pair_heads = sizes.of(block + "tri_att_start.linear.weight", 0);
  return {{"embed_aa", true},
          {"lddt_head_hid_dim", sizes.of("lddt_head.1.weight", 0)},
          {"trunk",
           {{"num_blocks", sizes.run("trunk.blocks.", ".layernorm_1.weight")},
            {"sequence_state_dim", width},
            {"pairwise_state_dim", pair_width},
            {"sequence_head_width", width / heads},
            {"pairwise_head_width", pair_width / pair_heads},
            {"position_bins", sizes.of("trunk.pairwise_positional_embedding.embedding.weight", 0) / 2 - 1},
            {"max_recycles", setting(trunk, "max_recycles", 4)},
            {"structure_module", structure_config(sizes, inside(trunk, "structure_module"))}}}};
}

}  // namespace

bool is_fair_esm_esmfold(const fs::path& file) {
  if (file.extension() != ".pt") return false;
  try {
    const io::TorchFile torch = io::read_torch(file, io::Checksums::skip);
    const json& root = torch.root;
    return root.is_object() && root.contains("model") && root["model"].is_object() && root["model"].contains(kMark);
  } catch (const Error&) {
    return false;
  }
}

std::optional<fs::path> fair_esm_esmfold_in(const fs::path& folder) {
  for (const fs::path& file : torch_files_in(folder))
    if (is_fair_esm_esmfold(file)) return file;
  return std::nullopt;
}

RawCheckpoint read_fair_esm_esmfold(const fs::path& file) {
  RawCheckpoint raw = checkpoints::read_file(file);
  RawCheckpoint out;
  for (auto& [name, array] : raw.arrays)
    if (name.starts_with(kModel)) out.arrays.emplace(name.substr(kModel.size()), std::move(array));
  const ArraySizes sizes(out.arrays, file, "is this esmfold_3B_v1.pt, whole?");
  const json folding = folding_config(sizes, inside(inside(raw.config, "cfg"), "model"));
  checkpoints::Checkpoint language =
      read_language_model({file, std::string(kLanguageModel), "fair-esm's file of ESMFold",
                           ", or give the folder of facebook/esmfold_v1, which holds both", is_fair_esm_esmfold});
  for (auto& [name, array] : language.arrays)
    if (name.starts_with("esm.")) out.arrays.emplace(name, std::move(array));
  out.config = std::move(language.config);
  out.config["architectures"] = {"EsmForProteinFolding"};
  out.config["is_folding_model"] = true;
  out.config["esmfold_config"] = folding;
  return out;
}

}  // namespace groel::structure_models
