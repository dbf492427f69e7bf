// Reads the adapter files of PEFT.
#include "checkpoints/adapter.h"

#include <cstring>

#include "base/error.h"
#include "base/text_file.h"
#include "checkpoints/adapter_check.h"
#include "checkpoints/find_model.h"
#include "checkpoints/load.h"
#include "checkpoints/tensors.h"
#include "io/checkpoint_files.h"
#include "tensor/transpose.h"

namespace groel::checkpoints {
namespace {

Tensor as_f32(const io::Array& array) { return copied(array, DType::f32); }

// weight += factor B A
Tensor updated(const Tensor& weight, const Tensor& a, const Tensor& b, double factor, const std::string& layer) {
  if (a.rank() != 2 || b.rank() != 2 || a.size(0) != b.size(1) || weight.shape() != Shape{b.size(0), a.size(1)})
    bad_adapter(fmt::format("adapter {} · {} does not fit a weight {}", to_string(b.shape()), to_string(a.shape()),
                            to_string(weight.shape())),
                layer);
  Tensor out = weight.clone();
  for (std::int64_t o = 0; o < b.size(0); ++o)
    for (std::int64_t i = 0; i < a.size(1); ++i) {
      double sum = 0;
      for (std::int64_t r = 0; r < a.size(0); ++r)
        sum += double{b.data<float>()[o * b.size(1) + r]} * a.data<float>()[r * a.size(1) + i];
      out.mutable_data<float>()[o * a.size(1) + i] += static_cast<float>(factor * sum);
    }
  return out;
}

void merge(Checkpoint& checkpoint, const Adapter& adapter, double sign) {
  const auto model = build_model(checkpoint);
  widen_whole_arrays(nn::tree_of(*model), checkpoint.arrays);
  const nn::LoraOptions options = lora_options(adapter);
  const double factor = sign * options.alpha / static_cast<double>(options.rank);
  for (const auto& [name, array] : adapter.tensors) {
    const std::string ours = name.substr(kAdapterPrefix.size());
    if (name.ends_with(kAdapterB)) continue;
    if (!name.ends_with(kAdapterA)) {
      if (sign > 0) checkpoint.arrays[ours] = array;
      continue;
    }
    const std::string layer = ours.substr(0, ours.size() - kAdapterA.size());
    const auto weight = checkpoint.arrays.find(layer + ".weight");
    const auto b = adapter.tensors.find(std::string(kAdapterPrefix) + layer + std::string(kAdapterB));
    if (weight == checkpoint.arrays.end() || b == adapter.tensors.end())
      bad_adapter("an adapter of a layer that is not there", layer);
    // PEFT's "fan_in_fan_out": the base has its matrices as [in, out].
    const bool turned = adapter.config.value("fan_in_fan_out", nlohmann::json()) == true;
    const Tensor base = turned ? transposed(as_f32(weight->second)) : as_f32(weight->second);
    const Tensor sum = updated(base, as_f32(array), as_f32(b->second), factor, layer);
    weight->second = array_of(turned ? transposed(sum) : sum);
  }
}

nlohmann::json text_or_null(const std::string& text) { return text.empty() ? nlohmann::json() : nlohmann::json(text); }

// A path as it was given, or beside the adapter.
std::filesystem::path base_of(const std::string& base, const std::filesystem::path& adapter) {
  if (std::filesystem::path(base).is_relative() && std::filesystem::exists(adapter / base / "config.json"))
    return adapter / base;
  try {
    return resolve_model(base);
  } catch (const Error& error) {
    throw Error(error.kind(), {"the adapter's base model is not there: " + error.parts().what, adapter.string(),
                               "put its path into base_model_name_or_path of adapter_config.json"});
  }
}

io::ArrayMap read_tensors(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::exists(folder / "adapter_model.bin", ignored) &&
      !std::filesystem::exists(folder / "adapter_model.safetensors", ignored))
    return io::read_state_dict(folder / "adapter_model.bin").arrays;
  return io::read_safetensors(folder / "adapter_model.safetensors").arrays;
}

std::string base_name(const Adapter& adapter, const std::filesystem::path& path) {
  const nlohmann::json base = adapter.config.value("base_model_name_or_path", nlohmann::json());
  if (!base.is_string())
    throw Error(ErrorKind::bad_model, {"the adapter does not name its base model", path.string(),
                                       "put its path into base_model_name_or_path of adapter_config.json"});
  return base;
}

struct PlacedAdapter {
  std::filesystem::path path;
  Adapter adapter;
};

void put_upon(Checkpoint& base, const PlacedAdapter& placed) {
  if (std::filesystem::exists(placed.path / "config.json")) {
    base.config = read_json(placed.path / "config.json");
    const bool labels =
        base.config.value("architectures", nlohmann::json()).dump().find("Classification") != std::string::npos;
    if (labels) take_off_heads(base);  // the adapter brings its own
  }
  merge_adapter(base, placed.adapter);
  base.path = placed.path;
}

}  // namespace

bool is_adapter(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / "adapter_config.json", ignored) &&
         !std::filesystem::exists(folder / "model.safetensors", ignored);
}

Checkpoint read_adapted(const std::filesystem::path& folder) {
  constexpr std::size_t kMostAdapters = 16;  // one upon another
  std::vector<PlacedAdapter> adapters;
  std::filesystem::path at = folder;
  while (is_adapter(at)) {
    if (adapters.size() == kMostAdapters)
      throw Error(ErrorKind::bad_model, {"adapters name one another as their base model", at.string(), {}});
    adapters.push_back({at, read_adapter(at)});
    at = base_of(base_name(adapters.back().adapter, at), at);
  }
  Checkpoint out = read_checkpoint(at);
  for (auto placed = adapters.rbegin(); placed != adapters.rend(); ++placed) put_upon(out, *placed);
  return out;
}

Adapter read_adapter(const std::filesystem::path& folder) {
  try {
    Adapter out{read_json(folder / "adapter_config.json"), read_tensors(folder)};
    check_adapter(out);
    return out;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::bad_input) throw Error(ErrorKind::bad_model, error.parts());
    throw;
  }
}

nn::LoraOptions lora_options(const Adapter& adapter) {
  return {adapter.config["r"].get<std::int64_t>(), adapter.config["lora_alpha"].get<double>(),
          adapter.config["target_modules"].get<std::vector<std::string>>(), 0};
}

void write_adapter(const std::filesystem::path& folder, const std::vector<NamedTensor>& parameters,
                   const nn::LoraOptions& options, const AdapterNames& names) {
  nlohmann::json config{{"peft_type", "LORA"},
                        {"r", options.rank},
                        {"lora_alpha", options.alpha},
                        {"target_modules", options.targets},
                        {"lora_dropout", options.dropout},
                        {"bias", "none"},
                        {"fan_in_fan_out", names.transposed},
                        {"inference_mode", true},
                        {"init_lora_weights", true},
                        {"modules_to_save", nullptr},
                        {"base_model_name_or_path", text_or_null(names.base)}};
  config["task_type"] = text_or_null(names.task);
  write_text(folder / "adapter_config.json", config.dump(2) + "\n");
  write_tensors(folder / "adapter_model.safetensors", parameters, {{"format", "pt"}});
}

void load_adapter(const Adapter& adapter, std::vector<NamedTensor> parameters) {
  std::string complaints;
  std::size_t found = 0;
  for (NamedTensor& p : parameters) {
    const auto array = adapter.tensors.find(p.name);
    if (array == adapter.tensors.end()) {
      complaints += "\n  missing: " + p.name;
      continue;
    }
    ++found;
    if (array->second.shape != p.value.shape()) {
      complaints +=
          fmt::format("\n  {} is {}, not {}", p.name, to_string(array->second.shape), to_string(p.value.shape()));
      continue;
    }
    const Tensor values = as_f32(array->second);
    std::memcpy(p.value.mutable_data<float>(), values.data<float>(), values.bytes());
  }
  if (found < adapter.tensors.size())
    complaints += fmt::format("\n  {} tensors that this model has no place for", adapter.tensors.size() - found);
  if (!complaints.empty()) bad_adapter("the adapter does not fit the model:" + complaints, "adapter_model.safetensors");
}

void merge_adapter(Checkpoint& checkpoint, const Adapter& adapter) { merge(checkpoint, adapter, 1); }
void unmerge_adapter(Checkpoint& checkpoint, const Adapter& adapter) { merge(checkpoint, adapter, -1); }

}  // namespace groel::checkpoints
