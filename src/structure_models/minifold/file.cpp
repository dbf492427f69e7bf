// A checkpoint of training and a language model become one in the terms of Hugging Face.
#include "structure_models/minifold/file.h"

#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "models/fair_esm.h"
#include "structure_models/array_sizes.h"
#include "structure_models/language_model_file.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;
using models::RawCheckpoint;
using nlohmann::json;

constexpr const char* kLanguageModel = "esm2_t36_3B_UR50D";
constexpr std::string_view kState = "state_dict.", kOwnLanguage = "lm.";

// Only a MiniFold has it.
constexpr std::string_view kMark = "fold.recycle.weight";

// What Lightning, torch.compile and the class of training put into names.
std::string without_wrappers(const std::string& name) {
  static const std::vector<models::Rename> kWrappers{{"_orig_mod.", ""}};
  std::string out = models::renamed(name, kWrappers);
  for (const std::string_view wrapper : {kState, std::string_view("model.")})
    if (out.starts_with(wrapper)) out.erase(0, wrapper.size());
  return out;
}

bool holds_mark(const json& node) {
  return node.is_object() &&
         std::ranges::any_of(node.items(), [](const auto& item) { return without_wrappers(item.key()) == kMark; });
}

// Names without wrappers; of a checkpoint of training those of the state dict alone.
io::ArrayMap own_arrays(RawCheckpoint& raw, const fs::path& file) {
  const bool training = std::ranges::any_of(raw.arrays, [](const auto& one) { return one.first.starts_with(kState); });
  io::ArrayMap out;
  for (auto& [name, array] : raw.arrays) {
    if (training && !name.starts_with(kState)) continue;
    const std::string ours = without_wrappers(name);
    if (!out.emplace(ours, std::move(array)).second)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("two of its tensors are {} ('{}' is one)", ours, name), file.string(), {}});
  }
  return out;
}

// Those of the language model, under the names of Hugging Face; they leave `arrays`.
io::ArrayMap take_language_model(io::ArrayMap& arrays) {
  RawCheckpoint own;
  for (auto at = arrays.begin(); at != arrays.end();) {
    if (!at->first.starts_with(kOwnLanguage)) {
      ++at;
      continue;
    }
    own.arrays.emplace(at->first.substr(kOwnLanguage.size()), std::move(at->second));
    at = arrays.erase(at);
  }
  own.rename(models::fair_esm_renames());
  return std::move(own.arrays);
}

// What training was told, where the file says so.
json said(const json& settings, const char* field) {
  const auto found = settings.is_object() ? settings.find(field) : settings.end();
  return found == settings.end() || !settings.is_object() ? json() : *found;
}

json sizes_of(const io::ArrayMap& arrays, const json& settings, const fs::path& file) {
  const ArraySizes sizes(arrays, file, "is this minifold_48L_final.ckpt or minifold_12L_final.ckpt, whole?");
  const auto told = [&](const char* field, std::int64_t otherwise) {
    const json value = said(settings, field);
    return value.is_number_integer() ? value : json(otherwise);
  };
  const std::string module = "structure_module.", plddt = "aux_heads.plddt.";
  const json blocks = told("num_structure_blocks", sizes.run(module + "attn.", ".o_proj.weight"));
  return {{"num_blocks", told("num_blocks", sizes.run("fold.miniformer.blocks.", ".triangular.pi_w"))},
          {"single_dim", sizes.of("fc_s.0.weight", 0)},
          {"pair_dim", sizes.of(std::string(kMark), 0)},
          {"position_bins", sizes.of("fold.positional_embedding.embedding.weight", 0) / 2 - 1},
          {"distance_bins", told("no_bins", sizes.of(std::string(kMark), 1))},
          {"passes", 4},
          {"num_structure_blocks", blocks},
          {"num_structure_heads", sizes.part(module + "linear_b.weight", 0, blocks.get<std::int64_t>())},
          {"angle_dim", sizes.of(module + "angle_resnet.linear_in.weight", 0)},
          {"num_angle_blocks", sizes.run(module + "angle_resnet.layers.", ".mlp.1.weight")},
          {"confidence_dim", sizes.of(plddt + "linear_1.weight", 0)},
          {"confidence_bins", sizes.of(plddt + "linear_3.weight", 0)}};
}

void require_structure(const io::ArrayMap& arrays, const fs::path& file) {
  const auto structure = [](const auto& one) { return one.first.starts_with("structure_module."); };
  if (std::ranges::any_of(arrays, structure)) return;
  throw Error(ErrorKind::unsupported, {"it was trained without a structure module: distances come of it, no structure",
                                       file.string(), "give a checkpoint of the second stage of training"});
}

}  // namespace

bool is_minifold_file(const fs::path& file) {
  const std::string extension = file.extension().string();
  try {
    if (extension == ".safetensors")
      return std::ranges::any_of(io::read_safetensors(file).arrays,
                                 [](const auto& one) { return without_wrappers(one.first) == kMark; });
    if (extension != ".ckpt" && extension != ".pt") return false;
    const json root = io::read_torch(file, io::Checksums::skip).root;
    return holds_mark(root) || (root.is_object() && root.contains("state_dict") && holds_mark(root["state_dict"]));
  } catch (const Error&) {
    return false;
  }
}

std::vector<fs::path> minifold_files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (is_minifold_file(at->path())) files.push_back(at->path());
  std::ranges::sort(files);
  return files;
}

RawCheckpoint read_minifold_file(const fs::path& file, std::string& layout) {
  RawCheckpoint raw = checkpoints::read_file(file);
  RawCheckpoint out;
  out.arrays = own_arrays(raw, file);
  require_structure(out.arrays, file);
  const json settings = said(raw.config, "hyper_parameters");
  const json name = said(settings, "esm_model_name");
  io::ArrayMap own = take_language_model(out.arrays);
  const json sizes = sizes_of(out.arrays, settings, file);
  checkpoints::Checkpoint language = read_language_model({file,
                                                          name.is_string() ? name.get<std::string>() : kLanguageModel,
                                                          "this file of MiniFold",
                                                          {},
                                                          is_minifold_file});
  layout = fmt::format(
      "{}, with {} trained along, on {}", raw.config.is_object() ? "checkpoint of Lightning" : "state dict",
      counted(own.size(), "tensor of its language model", "tensors of its language model"), language.path.string());
  // Frequencies are the same in all layers, and some forms of the language model lack them in all.
  for (auto& [tensor, array] : own)
    if (!tensor.ends_with(".inv_freq") || language.arrays.contains(tensor)) out.arrays[tensor] = std::move(array);
  for (auto& [tensor, array] : language.arrays)
    if (tensor.starts_with("esm.")) out.arrays.emplace(tensor, std::move(array));
  out.config = std::move(language.config);
  out.config["minifold_config"] = sizes;
  return out;
}

}  // namespace groel::structure_models
