// Reads and writes predictor.json.
#include "predictors/card.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"
#include "base/text_file.h"

namespace groel::predictors {
namespace {

using models::Classification;
using models::LabelOf;
using models::Pooling;
using models::Problem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kFormat = "groel predictor 1";

struct Word {
  Problem problem;
  std::string_view text;
};
constexpr std::array kProblems{Word{Problem::single_label, "one label"}, Word{Problem::multi_label, "several labels"},
                               Word{Problem::regression, "numbers"}};

// A card's text, field by field.
class Reader {
 public:
  Reader(const json& card, std::string where) : card_(card), where_(std::move(where)) {}

  [[noreturn]] void fail(const std::string& field, const std::string& what) const {
    throw Error(ErrorKind::bad_model, {fmt::format("'{}' {}", field, what), where_, "train the predictor again"});
  }
  template <class T>
  T get(const char* field) const {
    const auto found = card_.find(field);
    if (found == card_.end()) fail(field, "is missing");
    try {
      return found->get<T>();
    } catch (const json::exception&) {
      fail(field, "is of another type than it should be");
    }
  }
  bool has(const char* field) const { return card_.contains(field) && !card_.at(field).is_null(); }
  Reader part(const char* field) const {
    if (!card_.at(field).is_object()) fail(field, "is no object");
    return {card_.at(field), where_};
  }

 private:
  const json& card_;
  std::string where_;
};

Classification read_classes(const Reader& reader) {
  Classification out;
  const auto predicts = reader.get<std::string>("predicts");
  const auto found =
      std::find_if(kProblems.begin(), kProblems.end(), [&](const Word& w) { return w.text == predicts; });
  if (found == kProblems.end()) reader.fail("predicts", "is not one of: one label, several labels, numbers");
  out.problem = found->problem;
  const auto of = reader.get<std::string>("of");
  if (of != "proteins" && of != "residues" && of != "pairs")
    reader.fail("of", "is none of 'proteins', 'residues' and 'pairs'");
  out.label_of = of == "residues" ? LabelOf::token : LabelOf::sequence;
  out.pooling = reader.has("reads") && reader.get<std::string>("reads") == "mean" ? Pooling::mean : Pooling::cls;
  out.labels = reader.get<std::vector<std::string>>("labels");
  if (out.labels.empty()) reader.fail("labels", "is empty");
  return out;
}

Card read(const json& text, const std::string& where) {
  const Reader reader(text, where);
  if (reader.get<std::string>("format") != kFormat)
    reader.fail("format", fmt::format("is '{}'; this version reads '{}'", reader.get<std::string>("format"), kFormat));
  Card card;
  card.classes = read_classes(reader);
  card.pairs = reader.get<std::string>("of") == "pairs";
  if (reader.has("thresholds")) card.thresholds = reader.get<std::vector<double>>("thresholds");
  if (!card.thresholds.empty() && card.thresholds.size() != card.classes.labels.size())
    reader.fail("thresholds", "are not as many as the labels");
  if (reader.has("max_residues")) card.max_residues = reader.get<std::int64_t>("max_residues");
  if (reader.has("trunk")) {
    card.head = reader.get<ordered_json>("head");
  }
  if (reader.has("facts")) card.facts = reader.get<ordered_json>("facts");
  return card;
}

}  // namespace

std::string_view word_of(Problem problem) {
  for (const Word& one : kProblems)
    if (one.problem == problem) return one.text;
  return {};
}

std::optional<Card> read_card(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / checkpoints::kPredictorFile;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return std::nullopt;
  const json text = read_json(path);
  if (!text.is_object())
    throw Error(ErrorKind::bad_model, {"this is no JSON object", path.string(), "train the predictor again"});
  Card card = read(text, path.string());
  card.trunk = checkpoints::trunk_of(folder);
  return card;
}

void write_card(const std::filesystem::path& folder, const Card& card) {
  ordered_json out{{"format", kFormat},
                   {"predicts", word_of(card.classes.problem)},
                   {"of", card.pairs                                ? "pairs"
                          : card.classes.label_of == LabelOf::token ? "residues"
                                                                    : "proteins"},
                   {"labels", card.classes.labels}};
  if (card.classes.label_of == LabelOf::sequence)
    out["reads"] = card.classes.pooling == Pooling::mean ? "mean" : "first token";
  if (!card.thresholds.empty()) out["thresholds"] = card.thresholds;
  if (card.max_residues > 0) out["max_residues"] = card.max_residues;
  if (card.trunk) {
    out["trunk"] = checkpoints::to_json(*card.trunk);
    out["head"] = card.head;
  }
  out["facts"] = card.facts;
  write_text(folder / checkpoints::kPredictorFile,
             out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace groel::predictors
