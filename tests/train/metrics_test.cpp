// Metrics and splits against scikit-learn's and scipy's values.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text_file.h"
#include "train/metrics/multilabel.h"
#include "train/metrics/regression.h"
#include "train/metrics/split.h"

namespace groel::train::metrics {
namespace {

using nlohmann::json;

json read_cases(const char* file) { return read_json(std::string(GROEL_TEST_DATA "/metrics/") + file); }

// What a function gave, or "error".
json outcome(const std::function<json()>& function) {
  try {
    return function();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
    return "error";
  }
}

void expect_same(const json& got, const json& expected, const std::string& where, double tolerance = 1e-12) {
  if (expected.is_string()) {
    EXPECT_EQ(got, "error") << where;
    return;
  }
  if (expected.is_array()) {
    ASSERT_EQ(got.size(), expected.size()) << where;
    for (std::size_t i = 0; i < got.size(); ++i) expect_same(got[i], expected[i], where, tolerance);
    return;
  }
  ASSERT_TRUE(got.is_number()) << where << ": " << got;
  const double value = got.get<double>();
  if (expected.is_null()) {
    EXPECT_TRUE(std::isnan(value)) << where << ": " << value;
    return;
  }
  const double wanted = expected.get<double>();
  EXPECT_NEAR(value, wanted, tolerance * std::max(std::abs(wanted), 1e-3)) << where;
}

using Values = std::map<std::string, std::function<json()>>;

// Every expected value has been compared.
void compare(const json& test, const Values& values) {
  for (const auto& [name, expected] : test["expected"].items()) {
    if (name == "rankdata_x" && expected.is_null()) continue;  // left out of the largest case
    const std::string where = fmt::format("{}, {}: {}", test["kind"].dump(), test["name"].dump(), name);
    const auto found = values.find(name);
    ASSERT_NE(found, values.end()) << where << " is not computed";
    const bool probability = name.ends_with("_p");
    expect_same(outcome(found->second), expected, where, probability ? 1e-9 : 1e-12);
  }
}

void add(Values& values, const std::string& tail, const std::function<PrecisionRecall()>& scores) {
  values["precision_" + tail] = [=] { return scores().precision; };
  values["recall_" + tail] = [=] { return scores().recall; };
  values["f1_" + tail] = [=] { return scores().f1; };
}

void check_classes(const json& test) {
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
  compare(test, values);
}

void check_binary_scores(json test) {
  const auto truth = test["inputs"]["y_true"].get<std::vector<std::int64_t>>();
  const auto scores = test["inputs"]["score"].get<std::vector<double>>();
  const auto probabilities = test["inputs"]["prob"].get<std::vector<double>>();
  const RocCurve roc = roc_curve(truth, scores);
  const PrecisionRecallCurve curve = precision_recall_curve(truth, scores);
  const json& expected = test["expected"];
  if (expected["roc_curve"].is_object()) {  // the largest case has no curves
    expect_same(roc.false_positive_rate, expected["roc_curve"]["fpr"], "fpr");
    expect_same(roc.true_positive_rate, expected["roc_curve"]["tpr"], "tpr");
    EXPECT_EQ(roc.true_positive_rate.size(), expected["roc_curve"]["n_thresholds"]);
    expect_same(curve.precision, expected["pr_curve"]["precision"], "precision");
    expect_same(curve.recall, expected["pr_curve"]["recall"], "recall");
  }
  test["expected"].erase("roc_curve");
  test["expected"].erase("pr_curve");
  compare(test, {{"roc_auc", [&] { return roc_auc(truth, scores); }},
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

void check_class_scores(const json& test) {
  const auto truth = test["inputs"]["y_true"].get<std::vector<std::int64_t>>();
  const auto scores = flat<double>(test["inputs"]["prob"]);
  const ClassScores input{truth, scores, static_cast<std::int64_t>(test["inputs"]["prob"][0].size())};
  const auto area = [=](Pairing pairing, Weighting weighting) {
    return [=] { return json(roc_auc(input, pairing, weighting)); };
  };
  compare(test, {{"roc_auc_ovr_macro", area(Pairing::one_vs_rest, Weighting::macro)},
                 {"roc_auc_ovr_weighted", area(Pairing::one_vs_rest, Weighting::by_prevalence)},
                 {"roc_auc_ovo_macro", area(Pairing::one_vs_one, Weighting::macro)},
                 {"roc_auc_ovo_weighted", area(Pairing::one_vs_one, Weighting::by_prevalence)},
                 {"log_loss", [&] { return log_loss(input); }},
                 {"top2_accuracy", [&] { return top_k_accuracy(input, 2); }}});
}

void check_labels(const json& test) {
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
  compare(test, values);
}

void check_numbers(const json& test) {
  const auto x = test["inputs"]["x"].get<std::vector<double>>();
  const auto y = test["inputs"]["y"].get<std::vector<double>>();
  compare(test, {{"spearman", [&] { return spearman(x, y).value; }},
                 {"spearman_p", [&] { return spearman(x, y).p; }},
                 {"pearson", [&] { return pearson(x, y).value; }},
                 {"pearson_p", [&] { return pearson(x, y).p; }},
                 {"kendall_tau_b", [&] { return kendall_tau(x, y); }},
                 {"mse", [&] { return mean_squared_error(x, y); }},
                 {"mae", [&] { return mean_absolute_error(x, y); }},
                 {"r2 (true=x, pred=y)", [&] { return r2(x, y); }},
                 {"rankdata_x", [&] { return ranks(x); }}});
}

TEST(Metrics, AreThoseOfScikitLearnAndScipy) {
  const std::map<std::string, void (*)(const json&)> checks{
      {"binary", check_classes},
      {"multiclass", check_classes},
      {"binary_score", [](const json& test) { check_binary_scores(test); }},
      {"multiclass_score", check_class_scores},
      {"multilabel", check_labels},
      {"regression", check_numbers}};
  int compared = 0;
  const json cases = read_cases("cases.json");
  for (const json& test : cases["cases"]) {
    checks.at(test["kind"])(test);
    ++compared;
  }
  EXPECT_EQ(compared, 44);
}

TEST(Metrics, IncompleteBetaAtKnownPlaces) {
  EXPECT_NEAR(incomplete_beta(1, 1, 0.3), 0.3, 1e-15);
  EXPECT_NEAR(incomplete_beta(2, 3, 0.5), 0.6875, 1e-14);
  EXPECT_NEAR(incomplete_beta(0.5, 0.5, 0.25), 1.0 / 3, 1e-14);
  EXPECT_EQ(incomplete_beta(2, 2, 0), 0);
  EXPECT_EQ(incomplete_beta(2, 2, 1), 1);
}

TEST(Metrics, UnequalLengthsAreErrors) {
  const std::vector<std::int64_t> two{0, 1}, three{0, 1, 1};
  const std::vector<double> scores{0.1, 0.2, NAN};
  EXPECT_THROW(Confusion(two, three), Error);
  EXPECT_THROW(Confusion({}, {}), Error);
  EXPECT_THROW(roc_auc(two, scores), Error);
  EXPECT_THROW(roc_auc(three, scores), Error) << "NaN";
  EXPECT_THROW(pearson(scores, std::vector<double>{1, 2}), Error);
  const std::vector<std::int64_t> outside{0, 2, 1};
  const std::vector<double> six(6, 0.5);
  EXPECT_THROW(log_loss(ClassScores{outside, six, 2}), Error);
  EXPECT_THROW(log_loss(ClassScores{three, six, 3}), Error);
}

TEST(Split, IsThatOfScikitLearn) {
  const json cases = read_cases("splits.json");
  int errors = 0;
  for (const json& test : cases["train_test_split"]) {
    const std::string where = test.dump().substr(0, 200);
    std::vector<std::int64_t> strata;
    if (!test["stratify"].is_null()) strata = test["stratify"].get<std::vector<std::int64_t>>();
    const SplitOptions options{test["test_size"].get<double>(), test["random_state"].get<std::uint32_t>()};
    if (test.contains("error")) {
      EXPECT_THROW(train_test_split(test["n"], options, strata), Error) << where;
      ++errors;
      continue;
    }
    const IndexSplit split = train_test_split(test["n"], options, strata);
    EXPECT_EQ(json(split.train), test["train"]) << where;
    EXPECT_EQ(json(split.test), test["test"]) << where;
  }
  EXPECT_GT(errors, 10);
}

TEST(Split, FoldsAreThoseOfScikitLearn) {
  const json cases = read_cases("splits.json");
  EXPECT_EQ(cases["folds"].size(), 18U);
  for (const json& test : cases["folds"]) {
    std::optional<std::uint32_t> seed;
    if (test.contains("random_state")) seed = test["random_state"].get<std::uint32_t>();
    const std::string kind = test["kind"];
    const auto folds = kind.starts_with("Stratified")
                           ? stratified_k_folds(test["y"].get<std::vector<std::int64_t>>(), 3, seed)
                           : k_folds(test["n"], 5, seed);
    EXPECT_EQ(json(folds), test["test_folds"]) << test.dump().substr(0, 200);
  }
  EXPECT_THROW(k_folds(3, 4, {}), Error);
}

TEST(Split, RandomNumbersAreThoseOfNumpy) {
  const json cases = read_cases("splits.json");
  EXPECT_EQ(cases["rng"].size(), 2U);
  for (const json& test : cases["rng"]) {
    const auto seed = test["seed"].get<std::uint32_t>();
    NumpyRandom words(seed), uniform(seed), twice(seed);
    for (const json& word : test["first_16_uint32"]) EXPECT_EQ(words.word(), word);
    for (const json& value : test["random_sample_8"]) EXPECT_EQ(uniform.uniform(), value);
    for (const auto& [count, order] : test["permutation"].items())
      EXPECT_EQ(json(NumpyRandom(seed).permutation(std::stoll(count))), order);
    for (const json& order : test["two_permutations_of_7_in_a_row"]) EXPECT_EQ(json(twice.permutation(7)), order);
  }
}

}  // namespace
}  // namespace groel::train::metrics
