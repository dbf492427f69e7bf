// Finds the files of an ESMFold, and brings their names and settings to those of the model.
#include "structure_models/esmfold_checkpoint.h"

#include <algorithm>

#include "base/error.h"
#include "base/options.h"
#include "base/system.h"
#include "base/text_file.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/load.h"
#include "checkpoints/tensors.h"
#include "checkpoints/tokenizer_files.h"
#include "io/checkpoint_files.h"
#include "structure_models/esmfold_fair_esm.h"
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

// Rows of each head in turn, queries, keys and values -> all queries, all keys, all values.
io::Array rows_of_heads(const io::Array& joint, std::int64_t heads, std::int64_t which) {
  const std::int64_t rows = joint.shape[0], width = rows / (3 * heads);
  const std::size_t row_bytes = joint.bytes.size() / static_cast<std::size_t>(rows);
  auto bytes = std::make_shared<std::vector<std::byte>>();
  bytes->reserve(joint.bytes.size() / 3);
  for (std::int64_t head = 0; head < heads; ++head) {
    const auto from = joint.bytes.subspan(static_cast<std::size_t>((3 * head + which) * width) * row_bytes,
                                          static_cast<std::size_t>(width) * row_bytes);
    bytes->insert(bytes->end(), from.begin(), from.end());
  }
  return {joint.dtype, {rows / 3, joint.shape[1]}, {bytes->data(), bytes->size()}, bytes};
}

void split_heads(RawCheckpoint& raw, const EsmfoldTrunkShape& shape) {
  for (std::int64_t block = 0; block < shape.blocks; ++block) {
    const std::string attention = fmt::format("{}{}.attention.", kBlocks, block);
    const auto found = raw.arrays.find(attention + "proj.weight");
    // Of another shape it is left, for the list of what does not fit.
    if (found == raw.arrays.end() || found->second.shape != std::vector{3 * shape.width, shape.width}) continue;
    const char* const names[] = {"query", "key", "value"};
    for (std::int64_t which = 0; which < 3; ++which)
      raw.arrays[fmt::format("{}{}.weight", attention, names[which])] =
          rows_of_heads(found->second, shape.heads(), which);
    raw.arrays.erase(found);
  }
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

// Told before minutes of reading: packed weights take about what their numbers do.
void check_memory(const Esmfold& model, ops::Precision precision, const fs::path& path) {
  const auto each = static_cast<std::size_t>(precision == ops::Precision::bf16 ? 2 : 4);
  const std::size_t wanted = static_cast<std::size_t>(model.parameters()) * each, free_now = available_memory();
  if (wanted > free_now)
    throw Error(ErrorKind::memory,
                {fmt::format("its weights take {}, and {} are free", format_bytes(wanted), format_bytes(free_now)),
                 path.string(),
                 each == 4 ? "use `dtype=bf16`, or a machine with more memory" : "use a machine with more memory"});
}

RawCheckpoint read_folder(const fs::path& folder) {
  return {read_json(folder / "config.json"), io::read_checkpoint_arrays(folder).arrays};
}

// Of a folder's vocab.txt, or the list in its configuration; of a file the family's own.
bio::TokenizerFiles vocabulary_of(const fs::path& path, const json& config) {
  bio::TokenizerFiles files;
  if (fs::is_directory(path)) files = checkpoints::read_tokenizer_files(path, models::Vocabulary::lines);
  const auto list = config.find("vocab_list");
  if (files.tokens.empty() && list != config.end() && list->is_array())
    for (const json& token : *list)
      if (token.is_string()) files.tokens.push_back(token.get<std::string>());
  return files;
}

std::unique_ptr<Esmfold> built(const EsmfoldShape& shape, const bio::TokenizerFiles& vocabulary) {
  const models::Family& family = models::family_named("esm");
  const auto build = [&family, config = shape.language_model, tokenizer = family.tokenizer(vocabulary)] {
    return family.build(config, tokenizer);
  };
  auto language_model = build();
  language_model->built_by(build);
  return std::make_unique<Esmfold>(shape, std::move(language_model));
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
  split_heads(raw, shape.trunk);
}

LoadedEsmfold assemble_esmfold(RawCheckpoint raw, const EsmfoldShape& shape, const fs::path& folder,
                               ops::Precision precision) {
  LoadedEsmfold out;
  out.path = folder;
  out.precision = precision;
  out.model = built(shape, vocabulary_of(folder, raw.config));
  check_memory(*out.model, precision, folder);
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
