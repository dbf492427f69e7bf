// Finds the files of a MiniFold, and brings their names to those of the model.
#include "structure_models/minifold/checkpoint.h"

#include <algorithm>

#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/load.h"
#include "io/checkpoint_files.h"
#include "structure_models/folding_checkpoint.h"
#include "structure_models/minifold/file.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;
using models::RawCheckpoint;

// Of training and of torch: bounds and middles of the bins of distances; tables of ideal residues.
const std::vector<std::string_view> kLeftOut{"boundaries",
                                             "mid_points",
                                             "*.position_ids",
                                             "esm.embeddings.position_embeddings.weight",
                                             "esm.pooler.*",
                                             "*.version",
                                             "structure_module.default_frames",
                                             "structure_module.group_idx",
                                             "structure_module.atom_mask",
                                             "structure_module.lit_positions"};

// In order; each wherever it occurs in the names of the trunk and the structure module.
const std::vector<models::Rename> kPartNames{
    {"fold.seq_to_pair.layernorm.", "fold.seq_to_pair.norm."},
    {"fold.seq_to_pair.proj.", "fold.seq_to_pair.projection."},
    {"fold.seq_to_pair.o_proj.", "fold.seq_to_pair.out."},
    {".triangular.ni_w", ".triangles.norm.weight"},
    {".triangular.ni_b", ".triangles.norm.bias"},
    {".triangular.pi_w", ".triangles.value.weight"},
    {".triangular.pi_b", ".triangles.value.bias"},
    {".triangular.gi_w", ".triangles.gate.weight"},
    {".triangular.gi_b", ".triangles.gate.bias"},
    {".triangular.no_w", ".triangles.product_norm.weight"},
    {".triangular.no_b", ".triangles.product_norm.bias"},
    {".triangular.po_w", ".triangles.out.weight"},
    {".triangular.po_b", ".triangles.out.bias"},
    {".triangular.go_w", ".triangles.out_gate.weight"},
    {".triangular.go_b", ".triangles.out_gate.bias"},
    {".transition.wn", ".transition.norm.weight"},
    {".transition.bn", ".transition.norm.bias"},
    {".transition.w1", ".transition.value.weight"},
    {".transition.b1", ".transition.value.bias"},
    {".transition.w2", ".transition.out.weight"},
    {".transition.b2", ".transition.out.bias"},
};

constexpr std::string_view kStructure = "structure_module.";

// "structure_module.attn.3.o_proj.weight" -> "structure_module.blocks.3.attention.out.weight"
std::string structure_name(std::string name) {
  static const std::vector<models::Rename> kAngles{{".mlp.1.", ".linear_1."}, {".mlp.3.", ".linear_2."}};
  static const std::vector<models::Rename> kAttention{
      {".layer_norm.", ".norm."}, {".o_proj.", ".out."}, {".g_proj.", ".gate."}};
  static const std::vector<models::Rename> kTransition{
      {".mlp.0.", ".norm."}, {".mlp.1.", ".value."}, {".mlp.3.", ".out."}};
  const auto in_block = [&](std::string_view list, const char* part, const std::vector<models::Rename>& renames) {
    const std::string rest = name.substr(kStructure.size() + list.size());
    const std::size_t dot = rest.find('.');
    if (dot == std::string::npos) return name;
    return models::renamed(fmt::format("{}blocks.{}.{}{}", kStructure, rest.substr(0, dot), part, rest.substr(dot)),
                           renames);
  };
  const std::string_view own = std::string_view(name).substr(kStructure.size());
  if (own.starts_with("attn.")) return in_block("attn.", "attention", kAttention);
  if (own.starts_with("transitions.")) return in_block("transitions.", "transition", kTransition);
  return own.starts_with("angle_resnet.layers.") ? models::renamed(std::move(name), kAngles) : name;
}

std::string name_here(const std::string& name) {
  if (name.starts_with(kStructure)) return structure_name(name);
  return name.starts_with("fold.") ? models::renamed(name, kPartNames) : name;
}

// The rows of values, and of their gates, are a and b of outgoing edges, a and b of incoming ones.
void split_directions(RawCheckpoint& raw, const MinifoldShape& shape) {
  const std::int64_t half = shape.pair_width / 2;
  for (std::int64_t block = 0; block < shape.blocks; ++block)
    for (const char* part : {"value", "gate"})
      for (const char* end : {"weight", "bias"}) {
        const std::string place = fmt::format("fold.miniformer.blocks.{}.triangles.", block);
        const std::string name = fmt::format("{}{}.{}", place, part, end);
        const auto found = raw.arrays.find(name);
        if (found == raw.arrays.end() || found->second.shape.empty() || found->second.shape[0] != 2 * half) continue;
        raw.split_rows(name, {{fmt::format("{}outgoing.{}.{}", place, part, end), half},
                              {fmt::format("{}incoming.{}.{}", place, part, end), half}});
      }
}

// The heads of all blocks have their biases out of one matrix.
void split_biases(RawCheckpoint& raw, const MinifoldShape& shape) {
  for (const char* end : {"weight", "bias"}) {
    const std::string name = fmt::format("{}linear_b.{}", kStructure, end);
    const auto found = raw.arrays.find(name);
    if (found == raw.arrays.end() || found->second.shape.empty() ||
        found->second.shape[0] != shape.structure_blocks * shape.heads)
      continue;
    std::vector<std::pair<std::string, std::int64_t>> parts;
    for (std::int64_t block = 0; block < shape.structure_blocks; ++block)
      parts.emplace_back(fmt::format("{}blocks.{}.bias.{}", kStructure, block, end), shape.heads);
    raw.split_rows(name, parts);
  }
}

bool has_configuration(const fs::path& folder) {
  std::error_code failed;
  return fs::exists(folder / "config.json", failed) && is_minifold(read_json(folder / "config.json"));
}

}  // namespace

void adapt_minifold_names(RawCheckpoint& raw, const MinifoldShape& shape) {
  io::ArrayMap out;
  for (auto& [name, array] : raw.arrays) {
    const std::string ours = name_here(name);
    if (!out.emplace(ours, std::move(array)).second)
      throw Error(ErrorKind::bad_model, fmt::format("two of its tensors are {} here; one was called {}", ours, name));
  }
  raw.arrays = std::move(out);
  split_directions(raw, shape);
  split_biases(raw, shape);
  for (std::int64_t block = 0; block < shape.structure_blocks; ++block)
    split_joint_heads(raw, fmt::format("{}blocks.{}.attention.", kStructure, block), {shape.heads, shape.width});
}

LoadedMinifold assemble_minifold(RawCheckpoint raw, const fs::path& folder, ops::Precision precision) {
  const MinifoldShape shape = read_minifold_shape(raw.config);
  LoadedMinifold out;
  out.path = folder;
  out.model = std::make_unique<Minifold>(shape, language_model_of(shape.language_model, raw.config, folder));
  require_memory(out.model->parameters(), precision, folder);
  adapt_minifold_names(raw, shape);
  out.ignored = checkpoints::fill_slots(*out.model, raw.arrays, kLeftOut, folder);
  checkpoints::Checkpoint described;
  described.config = raw.config;
  described.arrays = std::move(raw.arrays);
  out.fingerprint = checkpoints::fingerprint(described);
  described.arrays.clear();
  out.model->prepare(precision);
  return out;
}

bool is_minifold_at(const fs::path& path) {
  std::error_code failed;
  if (fs::is_regular_file(path, failed)) return is_minifold_file(path);
  if (!fs::is_directory(path, failed)) return false;
  try {
    return has_configuration(path) || !minifold_files_in(path).empty();
  } catch (const Error&) {
    return false;
  }
}

RawCheckpoint read_minifold(const fs::path& path, std::string& layout) {
  std::error_code failed;
  const bool folder = fs::is_directory(path, failed);
  if (folder && has_configuration(path)) {
    layout = "folder with minifold_config";
    return {read_json(path / "config.json"), io::read_checkpoint_arrays(path).arrays};
  }
  if (!folder) return read_minifold_file(path, layout);
  const std::vector<fs::path> files = minifold_files_in(path);
  if (files.size() == 1) return read_minifold_file(files.front(), layout);
  if (!files.empty())
    throw Error(ErrorKind::bad_model, {fmt::format("{} of MiniFold are in this folder", counted(files.size(), "file")),
                                       path.string(), "name one of them"});
  throw Error(ErrorKind::not_found, {"this folder holds no MiniFold", path.string(),
                                     "give minifold_48L_final.ckpt or minifold_12L_final.ckpt"});
}

LoadedMinifold load_minifold(const fs::path& path, ops::Precision precision) {
  try {
    std::string layout;
    RawCheckpoint raw = read_minifold(path, layout);
    LoadedMinifold out = assemble_minifold(std::move(raw), path, precision);
    out.layout = layout;
    return out;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::bad_input) throw Error(ErrorKind::bad_model, error.parts());
    if (error.parts().where == "config.json") throw error.at(path.string());
    throw;
  }
}

}  // namespace groel::structure_models
