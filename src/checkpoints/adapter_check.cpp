// Checks the fields of PEFT's LoraConfig and an adapter's tensors.
#include "checkpoints/adapter_check.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"

namespace groel::checkpoints {
namespace {

using nlohmann::json;

// Fields that change nothing of what an adapter computes, or are looked at below. Of any other, known today or not, an
// adapter that uses it is refused.
constexpr std::array<std::string_view, 26> kKnown{"peft_type",
                                                  "peft_version",
                                                  "auto_mapping",
                                                  "base_model_name_or_path",
                                                  "revision",
                                                  "task_type",
                                                  "inference_mode",
                                                  "r",
                                                  "lora_alpha",
                                                  "lora_dropout",
                                                  "bias",
                                                  "target_modules",
                                                  "exclude_modules",
                                                  "modules_to_save",
                                                  "init_lora_weights",
                                                  "layers_to_transform",
                                                  "layers_pattern",
                                                  "megatron_config",
                                                  "megatron_core",
                                                  "loftq_config",
                                                  "fan_in_fan_out",
                                                  "eva_config",
                                                  "runtime_config",
                                                  "qalora_group_size",
                                                  "ensure_weight_tying",
                                                  "lora_ga_config"};

// null, false, "none" and what is empty ask for nothing.
bool is_nothing(const json& value) {
  return value.is_null() || value == false || value == "none" || value == "" ||
         (value.is_structured() && value.empty());
}

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 60);
}

// PiSSA, OLoRA, LoftQ and similar methods change the base model as well when they begin.
bool leaves_base_alone(const json& start) {
  return start.is_null() || start.is_boolean() || start == "gaussian" || start == "eva" || start == "orthogonal";
}

void check_fields(const json& config) {
  if (!config.is_object() || config.value("peft_type", json()) != "LORA") bad_adapter("not a LoRA adapter's");
  for (const char* field : {"r", "lora_alpha"})
    if (!config.contains(field) || !config[field].is_number()) bad_adapter(fmt::format("'{}' is not a number", field));
  if (!config["r"].is_number_integer() || config["r"].get<std::int64_t>() < 1)
    bad_adapter("'r' is not a whole number from 1 on");
  const json targets = config.value("target_modules", json());
  if (!targets.is_array() || !std::all_of(targets.begin(), targets.end(), [](const json& t) { return t.is_string(); }))
    bad_adapter("'target_modules' is not a list of names");
  for (const auto& [field, value] : config.items())
    if (std::find(kKnown.begin(), kKnown.end(), field) == kKnown.end() && !is_nothing(value))
      bad_adapter(fmt::format("'{}' is not supported (it is {})", field, text_of(value)));
  if (const json start = config.value("init_lora_weights", json()); !leaves_base_alone(start))
    bad_adapter(fmt::format("'init_lora_weights' is {}: such an adapter belongs to a base model changed with it",
                            text_of(start)));
}

// "….query.lora_A.weight" -> "….query"; none for other tensors.
std::optional<std::string> layer_of(const std::string& name, std::string_view tail) {
  if (!name.ends_with(tail) || !name.starts_with(kAdapterPrefix)) return std::nullopt;
  return name.substr(kAdapterPrefix.size(), name.size() - kAdapterPrefix.size() - tail.size());
}

void check_tensor(const std::string& name, const io::Array& array, const nn::LoraOptions& options) {
  if (!name.starts_with(kAdapterPrefix)) bad_adapter("not PEFT's name of a tensor", name);
  if (array.dtype != DType::f32 && array.dtype != DType::bf16 && array.dtype != DType::f16)
    bad_adapter(fmt::format("of a dtype that is not a weight's: {}", groel::name(array.dtype)), name);
  const auto a = layer_of(name, kAdapterA);
  const auto b = layer_of(name, kAdapterB);
  if (!a && !b) {
    if (name.find(".lora_") != std::string::npos) bad_adapter("an adapter of a kind that is not supported", name);
    return;
  }
  if (array.shape.size() != 2) bad_adapter("not a matrix", name);
  const std::int64_t rank = a ? array.shape[0] : array.shape[1];
  if (rank != options.rank)
    bad_adapter(fmt::format("its rank is {}, and 'r' of adapter_config.json is {}: alpha / r would scale it wrongly",
                            rank, options.rank),
                name);
  if (const std::string& layer = a ? *a : *b; !options.wants(layer))
    bad_adapter(fmt::format("'target_modules' does not name its layer, {}", layer), name);
}

// Every target has tensors, every A its B.
void check_pairs(const Adapter& adapter, const nn::LoraOptions& options) {
  std::set<std::string> layers;
  std::size_t halves = 0;
  for (const auto& [name, array] : adapter.tensors)
    for (const std::string_view tail : {kAdapterA, kAdapterB})
      if (const auto layer = layer_of(name, tail)) {
        layers.insert(*layer);
        ++halves;
      }
  if (halves != 2 * layers.size())
    for (const std::string& layer : layers)
      for (const std::string_view tail : {kAdapterA, kAdapterB})
        if (const std::string name = fmt::format("{}{}{}", kAdapterPrefix, layer, tail);
            !adapter.tensors.contains(name))
          bad_adapter("this half of an adapter is missing", name);
  for (const std::string& target : options.targets) {
    const nn::LoraOptions one{.targets = {target}};
    if (std::none_of(layers.begin(), layers.end(), [&](const std::string& layer) { return one.wants(layer); }))
      bad_adapter(fmt::format("'target_modules' names '{}', of which the file has no tensors", target));
  }
}

void check_saved_modules(const Adapter& adapter) {
  const json modules = adapter.config.value("modules_to_save", json());
  if (!modules.is_array() || modules.empty()) return;
  for (const json& module : modules)
    for (const auto& [name, array] : adapter.tensors)
      if (module.is_string() && name.find("." + module.get<std::string>() + ".") != std::string::npos) return;
  bad_adapter(fmt::format("'modules_to_save' names {}, of which the file has no tensors", text_of(modules)));
}

}  // namespace

void bad_adapter(const std::string& what, const std::string& where) {
  throw Error(ErrorKind::bad_model,
              {what, where, "adapter_config.json and the tensors beside it must belong together"});
}

void check_adapter(const Adapter& adapter) {
  check_fields(adapter.config);
  const nn::LoraOptions options = lora_options(adapter);
  for (const auto& [name, array] : adapter.tensors) check_tensor(name, array, options);
  check_pairs(adapter, options);
  check_saved_modules(adapter);
}

}  // namespace groel::checkpoints
