// Scores of classes, rankings and numbers, against scikit-learn's and scipy's values.
#include <cmath>
#include <map>

#include "base/error.h"
#include "golden/kind.h"
#include "statistics/sheets.h"

namespace groel::golden {
namespace {

using namespace statistics;
using nlohmann::json;

constexpr double kValue = 1e-12;       // relative, of values below 1e-3 absolute 1e-15
constexpr double kProbability = 1e-9;  // likewise, of p-values

// The relative difference of numbers, the worst of lists; infinite where one is no number alone. scikit-learn's errors
// are null on the sheet.
double difference(const json& got, const json& expected) {
  if (expected.is_string() || expected.is_null()) return got.is_null() ? 0 : INFINITY;
  if (expected.is_array()) {
    if (!got.is_array() || got.size() != expected.size()) return INFINITY;
    double worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) worst = std::max(worst, difference(got[i], expected[i]));
    return worst;
  }
  if (!got.is_number()) return INFINITY;
  const double value = got.get<double>();
  const double wanted = expected.get<double>();
  const double relative = std::abs(value - wanted) / std::max(std::abs(wanted), 1e-3);
  return std::isnan(relative) ? INFINITY : relative;
}

// The figures of one kind of test.
struct Figures {
  Worst values, probabilities;

  void add(const json& test, const std::string& name, const json& got, const json& expected) {
    const std::string where = fmt::format("{}: {} is {}, not {}", test["name"].dump(), name, got.dump().substr(0, 60),
                                          expected.dump().substr(0, 60));
    Worst& worst = name.ends_with("_p") ? probabilities : values;
    worst.add(test["kind"].get<std::string>() + (name.ends_with("_p") ? ", p-values" : ""), difference(got, expected),
              where);
  }
};

// One sheet against a test; names that a file has for parts of its inputs ("log_loss_of_prob") go by the sheet's.
void compare(const json& test, const ScoreSheet& sheet, Figures& figures) {
  static const std::map<std::string, std::string> kNames{
      {"log_loss_of_prob", "log_loss"}, {"brier_of_prob", "brier"}, {"r2 (true=x, pred=y)", "r2"}};
  const json values = sheet.values();
  for (const auto& [name, expected] : test["expected"].items()) {
    const auto known = kNames.find(name);
    const std::string own = known == kNames.end() ? name : known->second;
    if (name == "rankdata_x") continue;
    if (expected.is_object())  // a curve
      for (const auto& [part, numbers] : expected.items())
        figures.add(test, part, values.value(own, json::object())[part], numbers);
    else if (own != "roc_curve" && own != "pr_curve")
      figures.add(test, name, values.contains(own) ? values[own] : json("not computed"), expected);
  }
}

void check_classes(const json& test, Figures& figures) {
  const auto truth = test["inputs"]["y_true"].get<std::vector<std::int64_t>>();
  const auto predicted = test["inputs"]["y_pred"].get<std::vector<std::int64_t>>();
  ScoreSheet sheet;
  add_classes(sheet, {truth, predicted, 1}, Detail::curves_and_lists);
  compare(test, sheet, figures);
}

void check_binary_scores(const json& test, Figures& figures) {
  const auto truth = test["inputs"]["y_true"].get<std::vector<std::int64_t>>();
  const auto scores = test["inputs"]["score"].get<std::vector<double>>();
  const auto probabilities = test["inputs"]["prob"].get<std::vector<double>>();
  ScoreSheet sheet;
  add_binary_scores(sheet, {truth, scores, probabilities}, Detail::curves_and_lists);
  compare(test, sheet, figures);
}

template <class T>
std::vector<T> flat(const json& rows) {
  std::vector<T> out;
  for (const json& row : rows)
    for (const json& value : row) out.push_back(value.get<T>());
  return out;
}

void check_class_scores(const json& test, Figures& figures) {
  const auto truth = test["inputs"]["y_true"].get<std::vector<std::int64_t>>();
  const auto scores = flat<double>(test["inputs"]["prob"]);
  ScoreSheet sheet;
  add_class_scores(sheet, {truth, scores, static_cast<std::int64_t>(test["inputs"]["prob"][0].size())});
  compare(test, sheet, figures);
}

void check_labels(const json& test, Figures& figures) {
  const auto truth = flat<std::int64_t>(test["inputs"]["y_true"]);
  const auto predicted = flat<std::int64_t>(test["inputs"]["y_pred"]);
  const auto scores = flat<double>(test["inputs"]["score"]);
  const auto labels = static_cast<std::int64_t>(test["inputs"]["y_true"][0].size());
  ScoreSheet sheet;
  add_labels(sheet, {{truth, labels}, {predicted, labels}, scores});
  compare(test, sheet, figures);
}

void check_numbers(const json& test, Figures& figures) {
  const auto x = test["inputs"]["x"].get<std::vector<double>>();
  const auto y = test["inputs"]["y"].get<std::vector<double>>();
  ScoreSheet sheet;
  add_numbers(sheet, x, y);
  compare(test, sheet, figures);
  const json& expected = test["expected"].value("rankdata_x", json());
  if (!expected.is_null()) figures.add(test, "rankdata_x", ranks(x), expected);  // left out of the largest case
}

const std::map<std::string, void (*)(const json&, Figures&)> kChecks{{"binary", check_classes},
                                                                     {"multiclass", check_classes},
                                                                     {"binary_score", check_binary_scores},
                                                                     {"multiclass_score", check_class_scores},
                                                                     {"multilabel", check_labels},
                                                                     {"regression", check_numbers}};

// A list of tests, by itself or under "cases".
json tests_of(const Case& golden) {
  json cases = golden.json("cases.json");
  return cases.is_object() && cases.contains("cases") ? cases["cases"] : cases;
}

bool is_test(const json& test) {
  return test.is_object() && test.contains("kind") && test.contains("inputs") && test.contains("expected");
}

bool knows(const Case& golden) {
  const json tests = tests_of(golden);
  return tests.is_array() && !tests.empty() && is_test(tests[0]);
}

void check(const Case& golden, Rows& rows) {
  Figures figures;
  std::map<std::string, std::string> unknown;
  for (const json& test : tests_of(golden)) {
    const std::string kind = test.at("kind");
    const auto found = kChecks.find(kind);
    if (found == kChecks.end())
      unknown[kind] = fmt::format("nothing computes {}", kind);
    else
      found->second(test, figures);
  }
  figures.values.write(rows, "", kValue);
  figures.probabilities.write(rows, "", kProbability);
  for (const auto& [kind, problem] : unknown) rows.miss(kind, problem);
}

}  // namespace

Kind metrics_kind() { return {"metrics", knows, check}; }

}  // namespace groel::golden
