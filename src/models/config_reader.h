// Reads the fields of a model's configuration, checking types and limits.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "bio/tokenizer.h"
#include "models/family.h"

namespace groel::models {

/// Reads fields of a JSON object; every error is bad_model naming the field.
class ConfigReader {
 public:
  explicit ConfigReader(const nlohmann::json& config) : config_(config) {
    if (!config.is_object())
      throw Error(ErrorKind::bad_model, {"the configuration is not a JSON object", "config.json", {}});
  }

  /// An integer in [low, high] that must be there.
  std::int64_t integer(const char* field, std::int64_t low, std::int64_t high) const {
    const nlohmann::json& value = at(field);
    if (!value.is_number_integer()) fail(field, "is not an integer");
    if (value < low || value > high) fail(field, fmt::format("is {}, outside {}..{}", value.dump(), low, high));
    return value.get<std::int64_t>();
  }
  double number(const char* field, double low, double high) const {
    const nlohmann::json& value = at(field);
    if (!value.is_number()) fail(field, "is not a number");
    const auto number = value.get<double>();
    if (!(number >= low && number <= high)) fail(field, fmt::format("is {}, outside {}..{}", number, low, high));
    return number;
  }
  bool boolean(const char* field, bool otherwise) const {
    if (absent(field)) return otherwise;
    if (!config_[field].is_boolean()) fail(field, "is not true or false");
    return config_[field].get<bool>();
  }
  std::string text(const char* field, const std::string& otherwise) const {
    if (absent(field)) return otherwise;
    if (!config_[field].is_string()) fail(field, "is not a text");
    if (config_[field].get_ref<const std::string&>().size() > kLongestText) fail(field, "is too long");
    return config_[field].get<std::string>();
  }
  /// A number in [0, 1), or `otherwise` where it is not said.
  double probability(const char* field, double otherwise) const;
  bool has_architecture(std::string_view name) const;

  /// Errors where a field asks for anything but these values: it would be computed otherwise than its writer meant.
  /// null, false and what is empty ask for nothing.
  void require(const char* field, const std::vector<nlohmann::json>& values) const;
  /// No quantised weights but those that `groel convert --to int8` writes.
  void require_own_quantization() const { require("quantization_config", {whole_weights()}); }
  /// What a configuration says of these.
  static nlohmann::json whole_weights() {
    return {{"quant_method", "groel"}, {"weights", "int8, symmetric, a scale for each output beside them"}};
  }
  /// No decoder, no pruned heads, no quantised weights; rotary positions of the plain kind.
  void require_plain_encoder() const;
  /// Heads that divide the width, into even parts where they are turned by rotary positions.
  void require_heads(std::int64_t width, std::int64_t heads, bool rotary) const;
  /// A vocabulary of `tokens` tokens, and ids in it that the configuration agrees with.
  void require_vocabulary(const bio::Tokenizer& tokenizer, std::int64_t tokens) const;

  [[noreturn]] static void fail(const char* field, const std::string& what) {
    throw Error(ErrorKind::bad_model, {fmt::format("'{}' {}", field, what), "config.json", {}});
  }

 private:
  bool absent(const char* field) const { return !config_.contains(field) || config_[field].is_null(); }
  const nlohmann::json& at(const char* field) const {
    if (absent(field)) fail(field, "is missing");
    return config_[field];
  }
  static constexpr std::size_t kLongestText = 200;
  const nlohmann::json& config_;
};

bool is_model_type(const nlohmann::json& config, std::string_view type);

/// Errors: usage, where no such transformer can be: the heads must divide the width into even parts.
void require_shape(std::string_view name, const ModelShape& shape);

/// pad_token_id and mask_token_id of a vocabulary, where a configuration lacks them.
void complete_token_ids(nlohmann::json& config, const std::vector<std::string>& vocabulary);

}  // namespace groel::models
