// Reads the fields that configurations of several families have in common.
#include "models/config_reader.h"

#include <algorithm>

namespace groel::models {

using nlohmann::json;

double ConfigReader::probability(const char* field, double otherwise) const {
  if (absent(field)) return otherwise;
  const double value = number(field, 0, 1);
  if (value == 1) fail(field, "is 1: everything would be dropped");
  return value;
}

bool ConfigReader::has_architecture(std::string_view name) const {
  for (const json& one : config_.value("architectures", json::array()))
    if (one.is_string() && one.get_ref<const std::string&>() == name) return true;
  return false;
}

void ConfigReader::require(const char* field, const std::vector<json>& values) const {
  const auto found = config_.find(field);
  if (found == config_.end() || found->is_null() || *found == false || (found->is_structured() && found->empty()))
    return;
  if (std::find(values.begin(), values.end(), *found) != values.end()) return;
  const std::string said = found->dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 60);
  fail(field, fmt::format("is {}, which this build does not do{}", said,
                          values.empty() ? "" : ": it does " + values[0].dump()));
}

void ConfigReader::require_plain_encoder() const {
  for (const char* field : {"is_decoder", "is_encoder_decoder", "add_cross_attention", "pruned_heads"})
    require(field, {});
  require_own_quantization();
  require("rope_theta", {10000, 10000.0});
  for (const char* field : {"rope_scaling", "rope_parameters"}) {  // {"rope_type": "default", "rope_theta": 10000}
    const auto found = config_.find(field);
    if (found == config_.end() || found->is_null() || (found->is_structured() && found->empty())) continue;
    // "type" is what Transformers called it first.
    const auto is_plain = [](const std::string& name, const json& value) {
      if (value.is_null()) return true;
      return name == "rope_theta" ? value == 10000 : (name == "rope_type" || name == "type") && value == "default";
    };
    const auto items = found->items();
    const bool plain = found->is_object() && std::all_of(items.begin(), items.end(), [&](const auto& item) {
                         return is_plain(item.key(), item.value());
                       });
    if (!plain) fail(field, "asks for rotary positions of another kind than this model's");
  }
}

void ConfigReader::require_heads(std::int64_t width, std::int64_t heads, bool rotary) const {
  if (width % heads != 0)
    fail("num_attention_heads", fmt::format("({}) does not divide hidden_size ({})", heads, width));
  if (rotary && width / heads % 2 != 0) fail("hidden_size", "gives rotary heads an odd width");
}

void ConfigReader::require_vocabulary(const bio::Tokenizer& tokenizer, std::int64_t tokens) const {
  if (tokenizer.size() != tokens || tokens > integer("vocab_size", 1, 1 << 20))
    throw Error(ErrorKind::bad_model, {fmt::format("vocab_size is {}, but the vocabulary has {} tokens",
                                                   config_["vocab_size"].dump(), tokenizer.size()),
                                       "config.json",
                                       {}});
  const auto check = [&](const char* field, std::optional<std::int32_t> id) {
    if (absent(field) || !id) return;
    if (const std::int64_t said = integer(field, 0, 1 << 16); said != *id)
      fail(field, fmt::format("is {}, but the vocabulary has {} at {}", said, tokenizer.token(*id), *id));
  };
  check("mask_token_id", tokenizer.special().mask);
  check("pad_token_id", tokenizer.special().pad);
}

bool is_model_type(const json& config, std::string_view type) {
  return config.is_object() && config.value("model_type", json()) == type;
}

void require_shape(std::string_view name, const ModelShape& shape) {
  if (shape.layers < 1 || shape.width < 1 || shape.heads < 1 || shape.width % shape.heads != 0 ||
      shape.width / shape.heads % 2 != 0)
    throw Error(ErrorKind::usage, {fmt::format("no {} has {} layers, width {} and {} heads", name, shape.layers,
                                               shape.width, shape.heads),
                                   {},
                                   "the heads must divide the width into even parts: 6 layers, width 320, 20 heads"});
}

void complete_token_ids(json& config, const std::vector<std::string>& vocabulary) {
  for (std::size_t id = 0; id < vocabulary.size(); ++id)
    for (const auto& [token, field] : {std::pair{"<pad>", "pad_token_id"}, std::pair{"<mask>", "mask_token_id"}})
      if (vocabulary[id] == token && !config.contains(field)) config[field] = id;
}

}  // namespace groel::models
