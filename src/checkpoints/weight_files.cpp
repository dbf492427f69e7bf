// Divides weights among files as Transformers does, and writes their index.
#include "checkpoints/weight_files.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text_file.h"
#include "checkpoints/tensors.h"
#include "io/torch_writer.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using Shard = std::vector<NamedTensor>;

// In order; a new one begins where the next tensor would be too much.
std::vector<Shard> divide(const std::vector<NamedTensor>& tensors, std::size_t most) {
  std::vector<Shard> shards(1);
  std::size_t bytes = 0;
  for (const NamedTensor& tensor : tensors) {
    const std::size_t size = tensor.value.bytes();
    if (most > 0 && !shards.back().empty() && bytes + size > most) {
      shards.emplace_back();
      bytes = 0;
    }
    bytes += size;
    shards.back().push_back(tensor);
  }
  return shards;
}

void write_shard(const fs::path& path, const Shard& shard, WeightFiles::Form form) {
  if (form == WeightFiles::Form::safetensors) return write_tensors(path, shard, {{"format", "pt"}});
  io::TorchDict dict;
  for (const auto& [name, tensor] : shard)
    dict.items.push_back({name, io::ArrayView{tensor.dtype(), tensor.shape(), {tensor.raw_data(), tensor.bytes()}}});
  io::write_torch(path, dict);
}

}  // namespace

std::vector<fs::path> write_weights(const fs::path& folder, const std::vector<NamedTensor>& tensors,
                                    const WeightFiles& files) {
  const bool safe = files.form == WeightFiles::Form::safetensors;
  const std::string stem = safe ? "model" : "pytorch_model", tail = safe ? ".safetensors" : ".bin";
  const std::vector<Shard> shards = divide(tensors, files.shard_bytes);
  std::vector<fs::path> out;
  nlohmann::json map = nlohmann::json::object();
  std::size_t total = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const std::string number = shards.size() == 1 ? "" : fmt::format("-{:05}-of-{:05}", i + 1, shards.size());
    const std::string name = stem + number + tail;
    write_shard(out.emplace_back(folder / name), shards[i], files.form);
    for (const NamedTensor& tensor : shards[i]) {
      map[tensor.name] = name;
      total += tensor.value.bytes();
    }
  }
  if (shards.size() > 1)
    write_text(folder / (stem + tail + ".index.json"),
               nlohmann::json{{"metadata", {{"total_size", total}}}, {"weight_map", map}}.dump(2) + "\n");
  return out;
}

}  // namespace groel::checkpoints
