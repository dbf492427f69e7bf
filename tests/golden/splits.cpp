// Data splits, folds and the random numbers beneath them, against scikit-learn's and numpy's, index by index.
#include <optional>
#include <regex>

#include "base/error.h"
#include "golden/kind.h"
#include "statistics/split.h"

namespace groel::golden {
namespace {

using namespace statistics;
using nlohmann::json;

// The object with these lists, in either file that they are kept in.
json splits_of(const Case& golden) {
  for (const char* file : {"cases.json", "splits.json"}) {
    const json found = golden.json(file);
    if (found.is_object() && (found.contains("train_test_split") || found.contains("folds") || found.contains("rng")))
      return found;
  }
  return nullptr;
}

bool knows(const Case& golden) { return splits_of(golden).is_object(); }

json outcome(const json& test) {
  std::vector<std::int64_t> strata;
  if (!test["stratify"].is_null()) strata = test["stratify"].get<std::vector<std::int64_t>>();
  const SplitOptions options{test["test_size"].get<double>(), test["random_state"].get<std::uint32_t>()};
  try {
    const IndexSplit split = train_test_split(test["n"], options, strata);
    return {{"train", split.train}, {"test", split.test}};
  } catch (const Error&) {
    return {{"error", true}};
  }
}

std::string split_differs(const json& test) {
  const json got = outcome(test);
  if (test.contains("error")) return got.contains("error") ? "" : "no error";
  if (got.contains("error")) return "an error";
  for (const char* side : {"train", "test"})
    if (got[side] != test[side]) return side;
  return {};
}

// "KFold(5,shuffle)", "StratifiedKFold(3)": kind and number of folds.
std::string folds_differ(const json& test) {
  static const std::regex kName(R"((Stratified)?KFold\((\d+).*\))");
  const std::string name = test["kind"];
  std::smatch parts;
  if (!std::regex_match(name, parts, kName)) return "nothing computes it";
  std::optional<std::uint32_t> seed;
  if (test.contains("random_state") && !test["random_state"].is_null())
    seed = test["random_state"].get<std::uint32_t>();
  const std::int64_t count = std::stoll(parts[2]);
  const auto folds = parts[1].matched ? stratified_k_folds(test["y"].get<std::vector<std::int64_t>>(), count, seed)
                                      : k_folds(test["n"], count, seed);
  return json(folds) == test["test_folds"] ? "" : "indices";
}

// What a generator gives under the names of the file; null for draws that nothing here makes.
json draws(const std::string& name, const json& expected, std::uint32_t seed) {
  NumpyRandom random(seed);
  json list = json::array();
  if (name == "permutation") {
    json by_count = json::object();
    for (const auto& [count, order] : expected.items())
      by_count[count] = NumpyRandom(seed).permutation(std::stoll(count));
    return by_count;
  }
  if (name.starts_with("choice_no_replace")) {  // choice_no_replace_20_of_50
    static const std::regex kChoice(R"(choice_no_replace_(\d+)_of_(\d+))");
    std::smatch parts;
    if (!std::regex_match(name, parts, kChoice)) return nullptr;
    return random.choice(std::stoll(parts[2]), std::stoll(parts[1]));
  }
  for (const json& value : expected) {
    if (name.find("uint32") != std::string::npos)
      list.push_back(random.word());
    else if (name.starts_with("random_sample"))
      list.push_back(random.uniform());
    else if (name.starts_with("standard_normal"))
      list.push_back(random.normal());
    else if (name.starts_with("randint_0_10_"))
      list.push_back(random.interval(9));
    else if (name.starts_with("two_permutations"))
      list.push_back(random.permutation(static_cast<std::int64_t>(value.size())));
    else
      return nullptr;
  }
  return list;
}

std::string draws_differ(const json& test, std::set<std::string>& others) {
  const auto seed = test["seed"].get<std::uint32_t>();
  for (const auto& [name, expected] : test.items()) {
    if (name == "seed") continue;
    const json got = draws(name, expected, seed);
    if (got.is_null())
      others.insert(name);
    else if (got != expected)
      return name;
  }
  return {};
}

template <class Differ>
void check_list(const json& list, const std::string& what, const Differ& differs, Rows& rows) {
  std::string problem;
  for (const json& test : list) {
    std::string found;
    try {
      found = differs(test);
    } catch (const std::exception& error) {
      found = error.what();
    }
    if (!found.empty() && problem.empty()) problem = fmt::format("{}: {}", found, test.dump().substr(0, 100));
  }
  rows.exact(fmt::format("{} ({})", what, list.size()), problem);
}

void check(const Case& golden, Rows& rows) {
  const json splits = splits_of(golden);
  if (splits.contains("train_test_split")) check_list(splits["train_test_split"], "splits", split_differs, rows);
  if (splits.contains("folds")) check_list(splits["folds"], "folds", folds_differ, rows);
  if (!splits.contains("rng")) return;
  std::set<std::string> others;
  check_list(
      splits["rng"], "random numbers", [&](const json& test) { return draws_differ(test, others); }, rows);
  for (const std::string& name : others) rows.not_run(name, "nothing here draws them");
}

}  // namespace

Kind splits_kind() { return {"splits", knows, check}; }

}  // namespace groel::golden
