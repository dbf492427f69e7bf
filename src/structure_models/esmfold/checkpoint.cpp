// Finds the files of an ESMFold, and brings their names and settings to those of the model.
#include "structure_models/esmfold/checkpoint.h"

#include <algorithm>

#include "base/error.h"
#include "base/text_file.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/load.h"
#include "checkpoints/tensors.h"
#include "io/checkpoint_files.h"
#include "structure_models/esmfold/fair_esm.h"
#include "structure_models/folding_checkpoint.h"
#include "structure_models/ideal_residues.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;
using models::RawCheckpoint;
using nlohmann::json;

// Tensors that files hold and that follow from others, or that nothing reads.
const std::vector<std::string_view> kIgnorable{"af2_to_esm",
                                               "*.position_ids",
                                               "esm.embeddings.position_embeddings.weight",
                                               "esm.pooler.*",
                                               "*.version",
                                               "trunk.structure_module.default_frames",
                                               "trunk.structure_module.group_idx",
                                               "trunk.structure_module.atom_mask",
                                               "trunk.structure_module.lit_positions"};

// In order; each wherever it occurs in the names of a block.
const std::vector<models::Rename> kBlockNames{
    {"pair_to_sequence.layernorm.", "pair_bias.norm."},
    {"pair_to_sequence.linear.", "pair_bias."},
    {"layernorm_1.", "attention.norm."},
    {"seq_attention.g_proj.", "attention.gate."},
    {"seq_attention.o_proj.", "attention.out."},
    {"seq_attention.proj.", "attention.proj."},
    {"mlp_seq.mlp.0.", "transition.norm."},
    {"mlp_seq.mlp.1.", "transition.value."},
    {"mlp_seq.mlp.3.", "transition.out."},
    {"sequence_to_pair.layernorm.", "from_residues.norm."},
    {"sequence_to_pair.proj.", "from_residues.projection."},
    {"sequence_to_pair.o_proj.", "from_residues.out."},
    {"tri_mul_out.", "pairs.multiply_outgoing."},
    {"tri_mul_in.", "pairs.multiply_incoming."},
    {"tri_att_start.", "pairs.attend_starting."},
    {"tri_att_end.", "pairs.attend_ending."},
    {"mlp_pair.mlp.0.", "pairs.transition.norm."},
    {"mlp_pair.mlp.1.", "pairs.transition.value."},
    {"mlp_pair.mlp.3.", "pairs.transition.out."},
    // Inside of triangle updates
    {".layer_norm_in.", ".norm."},
    {".layer_norm_out.", ".product_norm."},
    {".layer_norm.", ".norm."},
    {".linear_a_p.", ".a."},
    {".linear_b_p.", ".b."},
    {".linear_a_g.", ".a_gate."},
    {".linear_b_g.", ".b_gate."},
    {".linear_z.", ".out."},
    {".mha.linear_q.", ".query."},
    {".mha.linear_k.", ".key."},
    {".mha.linear_v.", ".value."},
    {".mha.linear_o.", ".out."},
    {".mha.linear_g.", ".gate."},
    {".linear_g.", ".out_gate."},
    {".linear.", ".bias."},
};

constexpr std::string_view kBlocks = "trunk.blocks.";

// The trunk's head is called as the language model's would be, which it lacks.
std::string name_here(const std::string& name) {
  constexpr std::string_view kHead = "lm_head.";
  if (name.starts_with(kHead)) return "residue_head." + name.substr(kHead.size());
  return name.starts_with(kBlocks) ? models::renamed(name, kBlockNames) : name;
}

// A buffer that says which token each residue is; a model with another vocabulary would read other residues.
void check_tokens(const RawCheckpoint& raw, const Esmfold& model, const fs::path& path) {
  const auto found = raw.arrays.find("af2_to_esm");
  if (found == raw.arrays.end() || found->second.dtype != DType::i64) return;
  const Tensor stored = checkpoints::borrowed(found->second);
  const auto ids = stored.values<std::int64_t>();
  const auto ours = model.tokens();
  for (std::size_t type = 0; type < ours.size() && type + 1 < ids.size(); ++type)
    if (ids[type + 1] != ours[type])
      throw Error(ErrorKind::bad_model,
                  {fmt::format("its table af2_to_esm gives residue {} the token {}, its vocabulary {}",
                               kResidueTypes[type], ids[type + 1], ours[type]),
                   path.string(), "check that vocab.txt, config.json and the weights belong together"});
}

RawCheckpoint read_folder(const fs::path& folder) {
  return {read_json(folder / "config.json"), io::read_checkpoint_arrays(folder).arrays};
}

}  // namespace

void adapt_esmfold_names(RawCheckpoint& raw, const EsmfoldShape& shape) {
  io::ArrayMap out;
  for (auto& [name, array] : raw.arrays) {
    const std::string ours = name_here(name);
    if (!out.emplace(ours, std::move(array)).second)
      throw Error(ErrorKind::bad_model, fmt::format("two of its tensors are {} here; one was called {}", ours, name));
  }
  raw.arrays = std::move(out);
  for (std::int64_t block = 0; block < shape.trunk.blocks; ++block)
    split_joint_heads(raw, fmt::format("{}{}.attention.", kBlocks, block), {shape.trunk.heads(), shape.trunk.width});
}

LoadedEsmfold assemble_esmfold(RawCheckpoint raw, const EsmfoldShape& shape, const fs::path& folder,
                               ops::Precision precision) {
  LoadedEsmfold out;
  out.path = folder;
  out.precision = precision;
  out.model = std::make_unique<Esmfold>(shape, language_model_of(shape.language_model, raw.config, folder));
  require_memory(out.model->parameters(), precision, folder);
  check_tokens(raw, *out.model, folder);
  adapt_esmfold_names(raw, shape);
  out.ignored = checkpoints::fill_slots(*out.model, raw.arrays, kIgnorable, folder);
  checkpoints::Checkpoint described;
  described.config = raw.config;
  described.arrays = std::move(raw.arrays);
  out.fingerprint = checkpoints::fingerprint(described);
  described.arrays.clear();
  out.model->prepare(precision);
  return out;
}

bool is_esmfold_at(const fs::path& path) {
  std::error_code failed;
  if (fs::is_regular_file(path, failed)) return is_fair_esm_esmfold(path);
  if (!fs::is_directory(path, failed)) return false;
  try {
    if (fs::exists(path / "config.json", failed)) return is_esmfold(read_json(path / "config.json"));
  } catch (const Error&) {
    return false;
  }
  return fair_esm_esmfold_in(path).has_value();
}

LoadedEsmfold load_esmfold(const fs::path& path, ops::Precision precision) {
  try {
    std::error_code failed;
    const bool folder = fs::is_directory(path, failed);
    if (folder && fs::exists(path / "config.json", failed)) {
      RawCheckpoint raw = read_folder(path);
      const EsmfoldShape shape = read_esmfold_shape(raw.config);
      LoadedEsmfold out = assemble_esmfold(std::move(raw), shape, path, precision);
      out.layout = "Hugging Face folder";
      return out;
    }
    const auto file = folder ? fair_esm_esmfold_in(path) : std::optional(path);
    if (!file)
      throw Error(ErrorKind::not_found, {"this folder holds no ESMFold", path.string(),
                                         "give a Hugging Face folder (facebook/esmfold_v1) or fair-esm's "
                                         "esmfold_3B_v1.pt"});
    RawCheckpoint raw = read_fair_esm_esmfold(*file);
    const EsmfoldShape shape = read_esmfold_shape(raw.config);
    LoadedEsmfold out = assemble_esmfold(std::move(raw), shape, *file, precision);
    out.layout = "torch file of fair-esm, with its language model beside it";
    return out;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::bad_input) throw Error(ErrorKind::bad_model, error.parts());
    if (error.parts().where == "config.json") throw error.at(path.string());
    throw;
  }
}

}  // namespace groel::structure_models
