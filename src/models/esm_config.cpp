// Reading ESM's configuration.
#include "models/esm_config.h"

#include <algorithm>

#include "models/config_reader.h"

namespace groel::models {
namespace {

constexpr std::size_t kMostLabels = 1 << 16;

double probability(const ConfigReader& reader, const nlohmann::json& json, const char* field, double otherwise) {
  if (!json.contains(field) || json[field].is_null()) return otherwise;
  const double value = reader.number(field, 0, 1);
  if (value == 1) ConfigReader::fail(field, "is 1: everything would be dropped");
  return value;
}

// What a field may say; anything else would be computed otherwise than its writer meant.
struct Meant {
  const char* field;
  std::vector<nlohmann::json> values;
};

// null, false, and what is empty, ask for nothing.
bool is_nothing(const nlohmann::json& value) {
  return value.is_null() || value == false || (value.is_structured() && value.empty());
}

void refuse_other_models(const nlohmann::json& json) {
  const std::vector<Meant> fields = {
      {"hidden_act", {"gelu"}}, {"hidden_activation", {"gelu"}}, {"activation_function", {"gelu"}},
      {"is_decoder", {}},       {"is_encoder_decoder", {}},      {"add_cross_attention", {}},
      {"pruned_heads", {}},     {"quantization_config", {}},     {"rope_theta", {10000, 10000.0}}};
  for (const Meant& meant : fields) {
    const auto found = json.find(meant.field);
    if (found == json.end() || is_nothing(*found)) continue;
    if (std::find(meant.values.begin(), meant.values.end(), *found) != meant.values.end()) continue;
    const std::string said = found->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).substr(0, 60);
    ConfigReader::fail(meant.field, fmt::format("is {}, which this build does not do{}", said,
                                                meant.values.empty() ? "" : ": it does " + meant.values[0].dump()));
  }
  for (const char* field : {"rope_scaling", "rope_parameters"}) {  // {"rope_type": "default", "rope_theta": 10000}
    const auto found = json.find(field);
    if (found == json.end() || is_nothing(*found)) continue;
    const bool plain = found->is_object() && found->value("rope_type", nlohmann::json("default")) == "default" &&
                       found->value("rope_theta", nlohmann::json(10000)) == 10000;
    if (!plain) ConfigReader::fail(field, "asks for rotary positions of another kind than ESM's");
  }
}

std::optional<std::int64_t> id_of(const ConfigReader& reader, const nlohmann::json& json, const char* field) {
  if (!json.contains(field) || json[field].is_null()) return std::nullopt;
  return reader.integer(field, 0, 1 << 16);
}

// id2label {"0": "A", "1": "B"}; Hugging Face's default of two labels where it is absent.
std::vector<std::string> read_labels(const ConfigReader& reader, const nlohmann::json& json) {
  const bool counted = json.contains("num_labels") && !json["num_labels"].is_null();
  const std::int64_t count = counted ? reader.integer("num_labels", 1, kMostLabels) : 2;
  if (!json.contains("id2label") || json["id2label"].is_null()) {
    std::vector<std::string> labels;
    for (std::int64_t i = 0; i < count; ++i) labels.push_back(fmt::format("LABEL_{}", i));
    return labels;
  }
  const nlohmann::json& map = json["id2label"];
  if (!map.is_object() || map.empty() || map.size() > kMostLabels)
    ConfigReader::fail("id2label", "is not a map of labels");
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto found = map.find(std::to_string(i));
    if (found == map.end() || !found->is_string())
      ConfigReader::fail("id2label", fmt::format("has no name for label {}", i));
    labels.push_back(found->get<std::string>());
  }
  if (counted && static_cast<std::size_t>(count) != labels.size())
    ConfigReader::fail("num_labels", fmt::format("is {}, but id2label names {}", count, labels.size()));
  return labels;
}

Problem read_problem(const ConfigReader& reader, std::size_t labels) {
  const std::string text = reader.text("problem_type", labels == 1 ? "regression" : "single_label_classification");
  if (text == "regression") return Problem::regression;
  if (text == "single_label_classification") return Problem::single_label;
  if (text == "multi_label_classification") return Problem::multi_label;
  ConfigReader::fail("problem_type", fmt::format("is '{}', which is none of Hugging Face's", text));
}

// The key of Transformers' ModernBERT; its ESM has no such thing, and reads the first token.
Pooling read_pooling(const ConfigReader& reader) {
  const std::string text = reader.text("classifier_pooling", "cls");
  if (text == "cls") return Pooling::cls;
  if (text == "mean") return Pooling::mean;
  ConfigReader::fail("classifier_pooling", fmt::format("is '{}', not 'cls' or 'mean'", text));
}

Classification read_classification(const ConfigReader& reader, const nlohmann::json& json, LabelOf label_of) {
  Classification out{label_of, Problem::single_label, read_labels(reader, json), Pooling::cls};
  if (label_of == LabelOf::token) return out;
  out.problem = read_problem(reader, out.labels.size());
  out.pooling = read_pooling(reader);
  return out;
}

}  // namespace

EsmConfig EsmConfig::read(const nlohmann::json& json) {
  const ConfigReader reader(json);
  refuse_other_models(json);
  EsmConfig c{};
  c.layers = reader.integer("num_hidden_layers", 1, 1024);
  c.width = reader.integer("hidden_size", 1, 1 << 16);
  c.heads = reader.integer("num_attention_heads", 1, 1 << 10);
  c.ffn = reader.integer("intermediate_size", 1, 1 << 18);
  c.vocabulary = reader.integer("vocab_size", 1, 1 << 16);
  c.epsilon = static_cast<float>(reader.number("layer_norm_eps", 0.0, 1.0));
  const std::string position = reader.text("position_embedding_type", "absolute");
  if (position != "rotary" && position != "absolute")
    ConfigReader::fail("position_embedding_type", fmt::format("is '{}', not 'rotary' or 'absolute'", position));
  c.rotary = position == "rotary";
  c.positions = c.rotary ? 0 : reader.integer("max_position_embeddings", 5, 1 << 24);
  c.token_dropout = reader.boolean("token_dropout", false);
  c.norm_before = reader.boolean("emb_layer_norm_before", false);
  c.mask_row_zeroed_in_head = reader.boolean("mask_row_zeroed_in_head", false);
  if (reader.boolean("is_folding_model", false))
    ConfigReader::fail("is_folding_model", "is true: this is ESMFold, not a language model");
  if (c.width % c.heads != 0)
    ConfigReader::fail("num_attention_heads", fmt::format("({}) does not divide hidden_size ({})", c.heads, c.width));
  if (c.rotary && c.width / c.heads % 2 != 0) ConfigReader::fail("hidden_size", "gives rotary heads an odd width");
  const std::string architectures = json.value("architectures", nlohmann::json::array()).dump();
  c.lm_head_required = architectures.find("EsmForMaskedLM") != std::string::npos;
  c.tied = reader.boolean("tie_word_embeddings", true);
  c.mask_id = id_of(reader, json, "mask_token_id");
  c.pad_id = id_of(reader, json, "pad_token_id");
  c.dropout = probability(reader, json, "hidden_dropout_prob", 0);
  c.attention_dropout = probability(reader, json, "attention_probs_dropout_prob", 0);
  c.classifier_dropout = probability(reader, json, "classifier_dropout", c.dropout);
  for (const auto& [name, label_of] : {std::pair{"EsmForSequenceClassification", LabelOf::sequence},
                                       std::pair{"EsmForTokenClassification", LabelOf::token}})
    if (architectures.find(name) != std::string::npos) c.classification = read_classification(reader, json, label_of);
  return c;
}

void EsmConfig::check_vocabulary(const bio::Tokenizer& tokenizer) const {
  if (tokenizer.size() != vocabulary)
    throw Error(ErrorKind::bad_model,
                {fmt::format("vocab_size is {}, but the vocabulary has {} tokens", vocabulary, tokenizer.size()),
                 "config.json",
                 {}});
  const auto check = [](const char* field, std::optional<std::int64_t> said, std::string_view token, std::int32_t id) {
    if (said && *said != id)
      ConfigReader::fail(field, fmt::format("is {}, but the vocabulary has {} at {}", *said, token, id));
  };
  check("mask_token_id", mask_id, "<mask>", tokenizer.mask());
  check("pad_token_id", pad_id, "<pad>", tokenizer.pad());
}

}  // namespace groel::models
