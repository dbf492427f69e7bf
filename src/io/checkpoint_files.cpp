// Reads single files and sharded checkpoints of a Hugging Face folder.
#include "io/checkpoint_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/text_file.h"
#include "io/array_bytes.h"

namespace groel::io {

namespace fs = std::filesystem;

namespace {

bool is_tensor(const nlohmann::json& value) { return value.is_object() && value.contains("$tensor"); }

// The state dict, where a trainer's checkpoint holds it beside epochs, optimisers and settings.
const nlohmann::json& inner_dict(const nlohmann::json& root, nlohmann::json& metadata) {
  if (std::any_of(root.begin(), root.end(), is_tensor)) return root;
  for (const char* name : {"state_dict", "model_state_dict", "model", "module"}) {
    const auto found = root.find(name);
    if (found == root.end() || !found->is_object()) continue;
    if (std::none_of(found->begin(), found->end(), is_tensor)) continue;
    metadata["inside"] = name;
    return *found;
  }
  return root;
}

}  // namespace

ArrayFile read_state_dict(const fs::path& path) {
  TorchFile file = read_torch(path);
  ArrayFile out;
  std::vector<std::string> others;
  if (!file.root.is_object())
    throw Error(ErrorKind::bad_model, {"the file holds no dict of named tensors", path.string(), {}});
  for (const auto& [name, value] : inner_dict(file.root, out.metadata).items()) {
    if (is_tensor(value))
      out.arrays.emplace(name, file.tensors[value["$tensor"].get<std::size_t>()]);
    else
      others.push_back(name);
  }
  if (!others.empty())
    throw Error(ErrorKind::bad_model, {fmt::format("not a flat state dict: {} is no tensor", list_names(others)),
                                       path.string(), "save model.state_dict() alone"});
  return out;
}

namespace {

/// False also where the system does not tell; opening the file then says why.
bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

using Reader = ArrayFile (*)(const fs::path&);
using Shards = std::map<std::string, std::set<std::string>>;  // file -> names of its tensors

nlohmann::json read_index(const fs::path& path) {
  constexpr std::size_t kMaxIndex = 4'000'000;  // that of a checkpoint of 15e9 parameters takes 100 KB
  const auto file = MappedFile::open(path);
  const auto bytes = file->bytes();
  if (bytes.size() > kMaxIndex)
    throw Error(ErrorKind::bad_model, {"the index of shards is too large", path.string(), {}});
  auto index = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
  if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object())
    throw Error(ErrorKind::bad_model, {"the index of shards has no weight_map", path.string(), kDamaged});
  return index;
}

Shards shards_of(const nlohmann::json& index, const fs::path& path) {
  Shards shards;
  for (const auto& [name, shard] : index["weight_map"].items()) {
    const std::string file = shard.is_string() ? shard.get<std::string>() : std::string();
    // A shard lies beside its index; anything else would let a checkpoint name files elsewhere on the machine.
    if (file.empty() || fs::path(file).filename() != fs::path(file) || file == "." || file == "..")
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{} is given no file of the folder", name), path.string(), kDamaged});
    shards[file].insert(name);
  }
  return shards;
}

void check_shard(const ArrayFile& shard, const std::set<std::string>& expected, const fs::path& path) {
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  for (const std::string& name : expected)
    if (!shard.arrays.contains(name)) missing.push_back(name);
  for (const auto& [name, array] : shard.arrays)
    if (!expected.contains(name)) extra.push_back(name);
  if (missing.empty() && extra.empty()) return;
  std::string what = "the shard and its index differ:";
  if (!missing.empty()) what += fmt::format(" missing {};", list_names(missing));
  if (!extra.empty()) what += fmt::format(" not in the index {};", list_names(extra));
  what.pop_back();
  throw Error(ErrorKind::bad_model,
              {what, path.string(), "index and shards are of different checkpoints, or a file is damaged"});
}

ArrayFile read_shards(const fs::path& index_path, Reader read) {
  const nlohmann::json index = read_index(index_path);
  const Shards shards = shards_of(index, index_path);
  ArrayFile out;
  for (const auto& [file, names] : shards) {
    const fs::path path = index_path.parent_path() / file;
    if (!is_there(path))
      throw Error(ErrorKind::not_found, {fmt::format("the shard {} is missing", file), index_path.string(),
                                         fmt::format("the index names {} files; fetch them all", shards.size())});
    ArrayFile shard = read(path);
    check_shard(shard, names, path);
    out.arrays.merge(shard.arrays);  // names are disjoint: the index gives each one file
  }
  if (index.contains("metadata")) out.metadata = index["metadata"];
  return out;
}

struct Form {
  const char* file;
  ArrayFile (*read)(const fs::path&);
};
constexpr Form kForms[] = {
    {"model.safetensors", [](const fs::path& path) { return read_safetensors(path); }},
    {"model.safetensors.index.json", [](const fs::path& path) { return read_shards(path, &read_safetensors); }},
    {"pytorch_model.bin", &read_state_dict},
    {"pytorch_model.bin.index.json", [](const fs::path& path) { return read_shards(path, &read_state_dict); }},
};

}  // namespace

std::string missing_weights(const fs::path& folder) {
  for (const Form& form : kForms) {
    const fs::path file = folder / form.file;
    std::error_code ignored;
    if (fs::is_symlink(fs::symlink_status(file, ignored)) && !is_there(file)) return form.file;
    if (!is_there(file)) continue;
    if (file.extension() != ".json") return {};
    for (const auto& [shard, names] : shards_of(read_index(file), file))
      if (!is_there(folder / shard)) return shard;
    return {};
  }
  return "model.safetensors or pytorch_model.bin";
}

namespace {

const Form& form_of(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw Error(ErrorKind::not_found, {"there is no such folder", folder.string(), {}});
  std::vector<std::string> looked_for;
  for (const Form& form : kForms) {
    if (is_there(folder / form.file)) return form;
    looked_for.emplace_back(form.file);
  }
  if (is_there(folder / "adapter_model.safetensors"))
    throw Error(ErrorKind::not_found, {"the folder holds a low-rank adapter, not a model", folder.string(),
                                       "groel train --merge writes a model with its adapter merged"});
  throw Error(ErrorKind::not_found, {fmt::format("no weights in the folder: none of {}", list_names(looked_for)),
                                     folder.string(), "TensorFlow and Flax weights are not read"});
}

}  // namespace

ArrayFile read_checkpoint_arrays(const fs::path& folder) {
  const Form& form = form_of(folder);
  return form.read(folder / form.file);
}

std::vector<fs::path> weight_files(const fs::path& folder) {
  const fs::path file = folder / form_of(folder).file;
  if (file.extension() != ".json") return {file};
  std::vector<fs::path> out;
  for (const auto& [shard, names] : shards_of(read_index(file), file)) out.push_back(folder / shard);
  return out;
}

}  // namespace groel::io
