// Scores of classes, rankings and numbers, against scikit-learn's and scipy's values.
#include <cmath>
#include <functional>
#include <map>

#include "base/error.h"
#include "golden/kind.h"
#include "train/metrics/multilabel.h"
#include "train/metrics/regression.h"

namespace groel::golden {
namespace {

using namespace train::metrics;
using nlohmann::json;

constexpr double kValue = 1e-12;       // relative, of values below 1e-3 absolute 1e-15
constexpr double kProbability = 1e-9;  // likewise, of p-values

using Values = std::map<std::string, std::function<json()>>;

// What a function gave, or "error".
json outcome(const std::function<json()>& function) {
  try {
    return function();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_input) throw;
    return "error";
  }
}

// The relative difference of numbers, the worst of lists; infinite where one is no number, or an error, alone.
double difference(const json& got, const json& expected) {
  if (expected.is_string() || got.is_string()) return expected.is_string() && got.is_string() ? 0 : INFINITY;
  if (expected.is_array()) {
    if (!got.is_array() || got.size() != expected.size()) return INFINITY;
    double worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) worst = std::max(worst, difference(got[i], expected[i]));
    return worst;
  }
  if (!got.is_number()) return INFINITY;
  const double value = got.get<double>();
  if (expected.is_null()) return std::isnan(value) ? 0 : INFINITY;
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

  // Every expected value is compared; one that is not computed here is infinitely far.
  void compare(const json& test, const Values& computed) {
    for (const auto& [name, expected] : test["expected"].items()) {
      if (name == "rankdata_x" && expected.is_null()) continue;  // left out of the largest case
      const auto found = computed.find(name);
      add(test, name, found == computed.end() ? json("not computed") : outcome(found->second),
          found == computed.end() ? json(0) : expected);
    }
  }
};

void add(Values& values, const std::string& tail, const std::function<PrecisionRecall()>& scores) {
  values["precision_" + tail] = [=] { return scores().precision; };
  values["recall_" + tail] = [=] { return scores().recall; };
  values["f1_" + tail] = [=] { return scores().f1; };
}

void check_classes(const json& test, Figures& figures) {
  const auto truth = test["inputs"]["y_true"].get<std::vector<std::int64_t>>();
  const auto predicted = test["inputs"]["y_pred"].get<std::vector<std::int64_t>>();
  const Confusion confusion(truth, predicted);
  const auto counts = class_counts(confusion);
  Values values{{"accuracy", [&] { return confusion.accuracy(); }},
                {"balanced_accuracy", [&] { return confusion.balanced_accuracy(); }},
                {"matthews_corrcoef", [&] { return confusion.matthews_correlation(); }},
                {"cohen_kappa", [&] { return confusion.cohen_kappa(); }},
                {"confusion_labels", [&] { return confusion.labels(); }},
                {"confusion_matrix", [&] { return confusion.matrix(); }}};
  add(values, "binary", [&] { return precision_recall(class_counts(truth, predicted, 1)); });
  add(values, "macro", [&] { return precision_recall(counts, Average::macro); });
  add(values, "micro", [&] { return precision_recall(counts, Average::micro); });
  add(values, "weighted", [&] { return precision_recall(counts, Average::weighted); });
  const auto each = [&](double PrecisionRecall::*member) {
    json list = json::array();
    for (const ClassCounts& count : counts) list.push_back(precision_recall(count).*member);
    return list;
  };
  values["precision_per_class"] = [=] { return each(&PrecisionRecall::precision); };
  values["recall_per_class"] = [=] { return each(&PrecisionRecall::recall); };
  values["f1_per_class"] = [=] { return each(&PrecisionRecall::f1); };
  figures.compare(test, values);
}

// Curves; null or an error where a test has none.
void check_curves(const json& test, Figures& figures) {
  const auto truth = test["inputs"]["y_true"].get<std::vector<std::int64_t>>();
  const auto scores = test["inputs"]["score"].get<std::vector<double>>();
  const json& expected = test["expected"];
  if (expected.value("roc_curve", json()).is_object()) {
    const RocCurve roc = roc_curve(truth, scores);
    figures.add(test, "fpr", roc.false_positive_rate, expected["roc_curve"]["fpr"]);
    figures.add(test, "tpr", roc.true_positive_rate, expected["roc_curve"]["tpr"]);
    figures.add(test, "thresholds", roc.true_positive_rate.size(), expected["roc_curve"]["n_thresholds"]);
  }
  if (expected.value("pr_curve", json()).is_object()) {
    const PrecisionRecallCurve curve = precision_recall_curve(truth, scores);
    figures.add(test, "precision", curve.precision, expected["pr_curve"]["precision"]);
    figures.add(test, "recall", curve.recall, expected["pr_curve"]["recall"]);
  }
}

void check_binary_scores(const json& test, Figures& figures) {
  const auto truth = test["inputs"]["y_true"].get<std::vector<std::int64_t>>();
  const auto scores = test["inputs"]["score"].get<std::vector<double>>();
  const auto probabilities = test["inputs"]["prob"].get<std::vector<double>>();
  check_curves(test, figures);
  json others = test;
  others["expected"].erase("roc_curve");
  others["expected"].erase("pr_curve");
  figures.compare(others, {{"roc_auc", [&] { return roc_auc(truth, scores); }},
                           {"average_precision", [&] { return average_precision(truth, scores); }},
                           {"log_loss_of_prob", [&] { return log_loss(truth, probabilities); }},
                           {"brier_of_prob", [&] { return brier_score(truth, probabilities); }}});
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
  const ClassScores input{truth, scores, static_cast<std::int64_t>(test["inputs"]["prob"][0].size())};
  const auto area = [=](Pairing pairing, Weighting weighting) {
    return [=] { return json(roc_auc(input, pairing, weighting)); };
  };
  figures.compare(test, {{"roc_auc_ovr_macro", area(Pairing::one_vs_rest, Weighting::macro)},
                         {"roc_auc_ovr_weighted", area(Pairing::one_vs_rest, Weighting::by_prevalence)},
                         {"roc_auc_ovo_macro", area(Pairing::one_vs_one, Weighting::macro)},
                         {"roc_auc_ovo_weighted", area(Pairing::one_vs_one, Weighting::by_prevalence)},
                         {"log_loss", [&] { return log_loss(input); }},
                         {"top2_accuracy", [&] { return top_k_accuracy(input, 2); }}});
}

void check_labels(const json& test, Figures& figures) {
  const auto truth_values = flat<std::int64_t>(test["inputs"]["y_true"]);
  const auto predicted_values = flat<std::int64_t>(test["inputs"]["y_pred"]);
  const auto scores = flat<double>(test["inputs"]["score"]);
  const auto labels = static_cast<std::int64_t>(test["inputs"]["y_true"][0].size());
  const LabelMatrix truth{truth_values, labels}, predicted{predicted_values, labels};
  Values values{{"subset_accuracy", [&] { return subset_accuracy(truth, predicted); }},
                {"hamming_loss", [&] { return hamming_loss(truth, predicted); }}};
  for (const auto& [name, average] :
       {std::pair{"macro", LabelAverage::macro}, std::pair{"micro", LabelAverage::micro},
        std::pair{"weighted", LabelAverage::weighted}, std::pair{"samples", LabelAverage::samples}}) {
    const LabelAverage own = average;
    add(values, name, [&, own] { return precision_recall(truth, predicted, own); });
    values[std::string("roc_auc_") + name] = [&, own] { return roc_auc(truth, scores, own); };
    values[std::string("average_precision_") + name] = [&, own] { return average_precision(truth, scores, own); };
  }
  figures.compare(test, values);
}

void check_numbers(const json& test, Figures& figures) {
  const auto x = test["inputs"]["x"].get<std::vector<double>>();
  const auto y = test["inputs"]["y"].get<std::vector<double>>();
  figures.compare(test, {{"spearman", [&] { return spearman(x, y).value; }},
                         {"spearman_p", [&] { return spearman(x, y).p; }},
                         {"pearson", [&] { return pearson(x, y).value; }},
                         {"pearson_p", [&] { return pearson(x, y).p; }},
                         {"kendall_tau_b", [&] { return kendall_tau(x, y); }},
                         {"mse", [&] { return mean_squared_error(x, y); }},
                         {"mae", [&] { return mean_absolute_error(x, y); }},
                         {"r2 (true=x, pred=y)", [&] { return r2(x, y); }},
                         {"rankdata_x", [&] { return ranks(x); }}});
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
