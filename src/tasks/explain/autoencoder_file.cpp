// Names of tensors and settings in the files of published autoencoders.
#include "tasks/explain/autoencoder_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "base/error.h"
#include "base/text_file.h"
#include "base/words.h"
#include "io/checkpoint_files.h"
#include "io/numbers.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// In the order in which they are looked for.
constexpr std::array kWeights{"W_enc", "w_enc", "encoder.weight", "enc.weight"};
constexpr std::array kBiases{"b_enc", "encoder.bias", "enc.bias", "latent_bias"};
constexpr std::array kPreBiases{"b_pre", "pre_bias", "b_dec", "bias"};
constexpr std::array kThresholds{"threshold", "thresholds", "log_threshold"};
// Keys that tell an autoencoder's configuration from that of a model.
constexpr std::array kConfigMarks{"codebook_dim", "d_sae", "num_latents"};

template <std::size_t N>
std::string first_of(const io::ArrayMap& arrays, const std::array<const char*, N>& names) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const char* name) { return arrays.contains(name); });
  return found == names.end() ? std::string() : std::string(*found);
}

// Metadata of a safetensors file are texts, those of a configuration are not.
std::optional<std::int64_t> integer_of(const json& settings, const char* key) {
  if (!settings.contains(key) || settings[key].is_null()) return std::nullopt;
  const json& value = settings[key];
  std::optional<std::int64_t> out;
  if (value.is_number_integer()) out = value.get<std::int64_t>();
  if (value.is_string()) out = io::parse_whole_number(value.get<std::string>());
  if (!out || *out < 0)
    throw Error(ErrorKind::bad_model, fmt::format("its '{}' is {}, no whole number", key, value.dump()));
  return out;
}

std::optional<bool> truth_of(const json& settings, const char* key) {
  if (!settings.contains(key) || settings[key].is_null()) return std::nullopt;
  const json& value = settings[key];
  if (value.is_boolean()) return value.get<bool>();
  if (value == "true" || value == "True" || value == "1") return true;
  if (value == "false" || value == "False" || value == "0") return false;
  throw Error(ErrorKind::bad_model, fmt::format("its '{}' is {}, neither true nor false", key, value.dump()));
}

// What the configuration beside the file says, and over it what the file does.
json settings_of(const fs::path& path, const json& metadata) {
  json out = json::object();
  for (const char* name : {"config.json", "cfg.json"}) {
    const fs::path beside = path.parent_path() / name;
    std::error_code ignored;
    if (!fs::is_regular_file(beside, ignored)) continue;
    const json config = read_json(beside);
    if (std::none_of(kConfigMarks.begin(), kConfigMarks.end(), [&](const char* key) { return config.contains(key); }))
      continue;
    out.update(config);
  }
  if (metadata.is_object()) out.update(metadata);
  return out;
}

// "layer_60.safetensors", as published.
std::optional<std::int64_t> layer_of_name(const fs::path& path) {
  const std::string stem = path.stem().string();
  const std::string mark = "layer_";
  return stem.rfind(mark, 0) == 0 ? io::parse_whole_number(stem.substr(mark.size())) : std::nullopt;
}

// Where it is not said: files of two kinds are known to have been trained on such states.
StateScale usual_scale(const AutoencoderFile& file, const json& settings) {
  const auto has = [&](const char* name) { return file.arrays.contains(name); };
  const bool codebook = settings.contains("codebook_dim") || (has("W_enc") && has("idf") && has("max"));
  return codebook || (has("w_enc") && has("b_pre")) ? StateScale::z_score : StateScale::none;
}

StateScale scale_of(const AutoencoderFile& file, const json& settings) {
  for (const char* key : {"normalize", "normalize_activations"}) {
    if (!settings.contains(key) || settings[key].is_null()) continue;
    const json& value = settings[key];
    if (value == "none" || value == "None" || value == false) return StateScale::none;
    if (value == "layer_norm" || value == "z-score") return StateScale::z_score;
    throw Error(ErrorKind::unsupported, fmt::format("it was trained on states normalised by {}, and z-score (also "
                                                    "called layer_norm) and none are what GroEL does",
                                                    value.dump()));
  }
  return usual_scale(file, settings);
}

std::optional<std::int64_t> top_of(const AutoencoderFile& file, const json& settings) {
  if (const auto top = integer_of(settings, "k")) return top;
  const auto kwargs = settings.find("activation_fn_kwargs");
  if (kwargs != settings.end() && kwargs->is_object())
    if (const auto top = integer_of(*kwargs, "k")) return top;
  const auto found = file.arrays.find("k");
  if (found == file.arrays.end()) return std::nullopt;
  const io::Array& array = found->second;
  std::int64_t value = 0;
  std::int32_t small = 0;
  if (array.dtype == DType::i64 && array.bytes.size() == sizeof value) {
    std::memcpy(&value, array.bytes.data(), sizeof value);
  } else if (array.dtype == DType::i32 && array.bytes.size() == sizeof small) {
    std::memcpy(&small, array.bytes.data(), sizeof small);
    value = small;
  }
  return value > 0 ? std::optional(value) : std::nullopt;
}

bool is_one_number(const io::Array& array) {
  return std::all_of(array.shape.begin(), array.shape.end(), [](std::int64_t size) { return size == 1; });
}

void name_tensors(AutoencoderFile& file, const json& settings) {
  file.weight = first_of(file.arrays, kWeights);
  file.bias = first_of(file.arrays, kBiases);
  file.threshold = first_of(file.arrays, kThresholds);
  if (!file.threshold.empty() && is_one_number(file.arrays.at(file.threshold))) file.threshold.clear();
  file.log_threshold = file.threshold == kThresholds.back();
  file.pre_bias = first_of(file.arrays, kPreBiases);
  // JumpReLU autoencoders as published do not take the decoder's bias off.
  const bool decoders = file.pre_bias == "b_dec";
  if (decoders && !truth_of(settings, "apply_b_dec_to_input").value_or(file.threshold.empty())) file.pre_bias.clear();
  const bool has_top = file.arrays.contains("k") && file.top;
  for (const auto& [name, array] : file.arrays)
    if (name != file.weight && name != file.bias && name != file.pre_bias && name != file.threshold &&
        !(has_top && name == "k"))
      file.unused.push_back(name);
}

io::ArrayFile read_tensors(const fs::path& path) {
  const std::set<std::string> torch{".pt", ".pth", ".bin"};
  return torch.contains(path.extension().string()) ? io::read_state_dict(path) : io::read_safetensors(path);
}

fs::path file_in(const fs::path& folder, std::optional<std::int64_t> layer) {
  if (layer && fs::exists(folder / fmt::format("layer_{}.safetensors", *layer)))
    return folder / fmt::format("layer_{}.safetensors", *layer);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors") names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  if (names.size() == 1) return folder / names.front();
  if (names.empty()) throw Error(ErrorKind::not_found, {"no safetensors file in this folder", folder.string(), {}});
  throw Error(ErrorKind::usage, {fmt::format("this folder has {} autoencoders: {}", names.size(), listed(names, 5)),
                                 folder.string(), "name one of them, or say which with --layer"});
}

void read_settings(AutoencoderFile& file, const json& settings) {
  if (truth_of(settings, "use_residual_update_instead_of_states").value_or(false))
    throw Error(ErrorKind::unsupported, "it was trained on what a block adds, and GroEL encodes hidden states");
  file.layer = integer_of(settings, "layer");
  if (!file.layer) file.layer = layer_of_name(file.path);
  file.top = top_of(file, settings);
  if (file.top == 0) throw Error(ErrorKind::bad_model, "its 'k' is 0: it would keep no feature");
  file.scale = scale_of(file, settings);
  name_tensors(file, settings);
}

}  // namespace

AutoencoderFile read_autoencoder(const fs::path& path, std::optional<std::int64_t> layer) {
  AutoencoderFile file;
  std::error_code ignored;
  file.path = fs::is_directory(path, ignored) ? file_in(path, layer) : path;
  io::ArrayFile raw = read_tensors(file.path);
  file.arrays = std::move(raw.arrays);
  try {
    read_settings(file, settings_of(file.path, raw.metadata));
  } catch (const Error& error) {
    throw error.at(file.path.string());
  }
  if (file.weight.empty()) {
    const std::vector<std::string> names(kWeights.begin(), kWeights.end());
    throw Error(ErrorKind::bad_model,
                {fmt::format("no encoder's weight; it would be called {}", listed(names)), file.path.string(),
                 file.unused.empty() ? "" : "there are " + listed(file.unused, 8)});
  }
  return file;
}

}  // namespace groel::tasks
