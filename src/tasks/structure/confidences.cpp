// groel structure confidences: the summary of predictions, recomputed from their other files.
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json_numbers.h"
#include "base/text_file.h"
#include "base/words.h"
#include "folding/confidence_check.h"
#include "tasks/reading/csv_text.h"
#include "tasks/structure/options.h"

namespace groel::tasks {
namespace {

using folding::ConfidenceCheck;
using nlohmann::ordered_json;

struct CheckedResult {
  std::string name;
  std::vector<ConfidenceCheck> checks;
  std::size_t differing() const {
    return static_cast<std::size_t>(
        std::count_if(checks.begin(), checks.end(), [](const ConfidenceCheck& one) { return !one.agrees(); }));
  }
};

// Numbers as files have them: up to two decimals.
std::string shown(double value) {
  if (std::isnan(value)) return "null";
  std::string out = fmt::format("{:.2f}", value == 0 ? 0.0 : value);
  out.erase(out.find_last_not_of('0') + 1);
  return out.ends_with('.') ? out.substr(0, out.size() - 1) : out;
}

std::string range_of(const ConfidenceCheck& one) {
  if (std::isnan(one.high)) return "null";
  constexpr double kOneNumber = 0.011;  // what one rounding leaves open
  const double middle = (one.low + one.high) / 2;
  const std::string out = one.high - one.low <= kOneNumber
                              ? shown(middle)
                              : fmt::format("{} to {}", shown(std::max(one.low, 0.0)), shown(one.high));
  return one.may_be_undefined ? out + " or null" : out;
}

void append_line(std::string& to, const std::string& value, const std::string& written, const std::string& recomputed,
                 const std::string& source) {
  to += fmt::format("{:<36}{:>9}  {:<18}{}\n", value, written, recomputed, source);
}

// The values of the whole, and of chains those that differ, with counts of the others.
std::string text_of(const CheckedResult& result) {
  std::string out = fmt::format("{}: {} of {} agree\n", result.name, result.checks.size() - result.differing(),
                                counted(result.checks.size(), "value"));
  append_line(out, "", "written", "recomputed", "from");
  std::map<std::string, std::pair<std::size_t, std::size_t>> of_chains;  // agree, all
  for (const ConfidenceCheck& one : result.checks) {
    if (!one.of.empty()) {
      auto& [agree, all] = of_chains[one.value];
      agree += one.agrees();
      ++all;
      if (one.agrees()) continue;
    }
    append_line(out, one.of.empty() ? one.value : one.value + " " + one.of, shown(one.written), range_of(one),
                one.source + (one.agrees() ? "" : "  DIFFERS"));
  }
  for (const auto& [value, counts] : of_chains)
    out += fmt::format("{}: {} of {} agree\n", value, counts.first, counts.second);
  return out;
}

ordered_json json_of(const CheckedResult& result) {
  ordered_json rows = ordered_json::array();
  for (const ConfidenceCheck& one : result.checks)
    rows.push_back({{"value", one.value},
                    {"of", one.of},
                    {"written", number_or_null(one.written)},
                    {"low", number_or_null(one.low)},
                    {"high", number_or_null(one.high)},
                    {"source", one.source},
                    {"agrees", one.agrees()}});
  return {{"prediction", result.name}, {"differing", result.differing()}, {"values", rows}};
}

std::string csv_of(const std::vector<CheckedResult>& results) {
  std::string out;
  append_row(out, std::vector<std::string>{"prediction", "value", "of", "written", "low", "high", "source", "agrees"});
  for (const CheckedResult& result : results)
    for (const ConfidenceCheck& one : result.checks)
      append_row(
          out, std::vector<std::string>{result.name, one.value, one.of, number_text(one.written), number_text(one.low),
                                        number_text(one.high), one.source, one.agrees() ? "yes" : "no"});
  return out;
}

}  // namespace

int check_summaries(const StructureOptions& options, Context& context) {
  if (options.input.size() != 2)
    throw Error(ErrorKind::usage, {"name a folder of results", {}, "groel structure confidences FOLDER"});
  std::vector<std::string> notes;
  const std::vector<folding::ResultPaths> found = folding::find_results(options.input[1], notes);
  const std::vector<folding::WrittenScore> scores = folding::read_ranking_scores(options.input[1]);
  std::vector<CheckedResult> results;
  for (const folding::ResultPaths& paths : found)
    results.push_back({paths.name, folding::check_confidences(paths, folding::listed_score(scores, paths.name))});
  ordered_json all = ordered_json::array();
  std::size_t differing = 0;
  for (const CheckedResult& result : results) {
    all.push_back(json_of(result));
    differing += result.differing();
    if (!options.json) context.out << text_of(result);
  }
  if (options.json) context.out << all.dump(2) << '\n';
  if (!options.output.empty())
    write_text(options.output, options.output.ends_with(".json") ? all.dump(2) + "\n" : csv_of(results));
  for (const std::string& note : notes) context.sink.warning(note);
  if (differing > 0)
    context.sink.warning(fmt::format("{} of summaries {} not what the other files say; --json and --output list all",
                                     counted(differing, "value"), differing == 1 ? "is" : "are"));
  return differing == 0 ? 0 : 1;
}

}  // namespace groel::tasks
