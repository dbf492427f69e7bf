// Reads a classification head's configuration as Hugging Face writes it.
#include "models/classifier.h"

#include "models/config_reader.h"

namespace groel::models {
namespace {

constexpr std::size_t kMostLabels = 1 << 16;

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

std::optional<Classification> read_classification(const nlohmann::json& json) {
  const ConfigReader reader(json);
  for (const nlohmann::json& name : json.value("architectures", nlohmann::json::array())) {
    if (!name.is_string()) continue;
    const std::string_view text = name.get_ref<const std::string&>();
    if (text.ends_with("ForSequenceClassification")) return read_classification(reader, json, LabelOf::sequence);
    if (text.ends_with("ForTokenClassification")) return read_classification(reader, json, LabelOf::token);
  }
  return std::nullopt;
}

}  // namespace groel::models
