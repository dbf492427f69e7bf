// Sums up the runs on pairs: means and deviations of each method.
#include "tasks/pairs/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text_file.h"
#include "base/words.h"
#include "report/document.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;
using Numbers = std::vector<double>;

ordered_json spread(const Numbers& values) {
  if (values.empty()) return {{"mean", nullptr}, {"deviation", nullptr}, {"values", values}};
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double deviation = values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0;
  return {{"mean", mean}, {"deviation", deviation}, {"values", values}};
}

// What is summed up, by its name and where it is in a method's result.
struct Column {
  const char* name;
  const char* heading;
  const char* place;
};
constexpr Column kColumns[] = {{"f1_micro", "F1 (micro)", "/scores/f1_micro/value"},
                               {"average_precision", "average precision", "/scores/average_precision/value"},
                               {"f1_both_seen", "F1, both seen", "/scores/seen_ends/both/f1_micro"},
                               {"f1_one_seen", "one seen", "/scores/seen_ends/one/f1_micro"},
                               {"f1_none_seen", "none seen", "/scores/seen_ends/none/f1_micro"},
                               {"f1_epoch_by_test", "F1, epoch by test", "/test_f1_of_best_epoch_on_test"},
                               {"seconds", "seconds", "/seconds"}};

std::string cell(const ordered_json& of, bool several) {
  if (of["mean"].is_null()) return "-";
  const double mean = of["mean"].get<double>();
  return several ? fmt::format("{:.3f} ± {:.3f}", mean, of["deviation"].get<double>()) : fmt::format("{:.3f}", mean);
}

report::TextTable summary_table(const ordered_json& found) {
  const bool several = found["runs"].size() > 1;
  report::TextTable out;
  out.columns.emplace_back("");
  for (const Column& column : kColumns) out.columns.emplace_back(column.heading);
  for (const auto& [name, method] : found["methods"].items()) {
    std::vector<std::string> row{name};
    for (const Column& column : kColumns)
      row.push_back(std::string_view(column.name) == "seconds"
                        ? fmt::format("{:.1f}", method[column.name]["mean"].get<double>())
                        : cell(method[column.name], several));
    out.rows.push_back(std::move(row));
  }
  return out;
}

std::string interval(const ordered_json& of) {
  if (of["value"].is_null()) return "-";
  std::string out = fmt::format("{:.3f}", of["value"].get<double>());
  if (of.contains("low") && of["low"].is_number())
    out += fmt::format(" [{:.3f}, {:.3f}]", of["low"].get<double>(), of["high"].get<double>());
  return out;
}

report::TextTable run_table(const ordered_json& run) {
  report::TextTable out;
  out.columns = {"", "F1 (micro)", "average precision", "epoch", "F1, epoch by test"};
  for (const ordered_json& method : run["methods"])
    out.rows.push_back({method["words"].get<std::string>(), interval(method["scores"]["f1_micro"]),
                        interval(method["scores"]["average_precision"]),
                        method.contains("epoch") ? method["epoch"].dump() + " of " + method["epochs"].dump() : "-",
                        fmt::format("{:.3f}", method["test_f1_of_best_epoch_on_test"].get<double>())});
  return out;
}

report::TextTable label_table(const ordered_json& scores) {
  report::TextTable out;
  out.columns = {"label", "true of", "F1", "average precision", "AUROC"};
  const auto text = [](const ordered_json& value) {
    return value.is_null() ? std::string("-") : fmt::format("{:.3f}", value.get<double>());
  };
  for (const ordered_json& row : scores["per_label"])
    out.rows.push_back({row["label"].get<std::string>(), row["positives"].dump(), text(row["f1"]),
                        text(row["average_precision"]), text(row["roc_auc"])});
  return out;
}

std::string split_words(const ordered_json& run) {
  const ordered_json& split = run["split"];
  const ordered_json& seen = run["methods"][0]["scores"]["seen_ends"];
  return fmt::format(
      "{} pairs to learn from, {} to choose the epoch by, {} to judge by. Of these {} have both proteins among the "
      "training pairs, {} one, {} none.",
      split["train"].dump(), split["valid"].dump(), split["test"].dump(), seen["both"]["pairs"].dump(),
      seen["one"]["pairs"].dump(), seen["none"]["pairs"].dump());
}

void add_run(report::Document& page, const ordered_json& run) {
  page.heading(run["name"].get<std::string>());
  page.paragraph(split_words(run));
  page.table(run_table(run));
  const ordered_json& scores = run["methods"][0]["scores"];
  if (!scores.contains("per_label")) return;
  page.paragraph("The predictor, label by label:");
  page.table(label_table(scores));
}

// Whether the predictor's interval is above that of every other method in every run.
bool is_ahead(const ordered_json& found) {
  for (const ordered_json& run : found["runs"]) {
    const ordered_json& low = run["methods"][0]["scores"]["f1_micro"]["low"];
    for (std::size_t m = 1; m < run["methods"].size(); ++m) {
      const ordered_json& high = run["methods"][m]["scores"]["f1_micro"]["high"];
      if (!low.is_number() || !high.is_number() || low.get<double>() <= high.get<double>()) return false;
    }
  }
  return true;
}

std::string verdict_of(const ordered_json& found) {
  const ordered_json& methods = found["methods"];
  const auto f1 = [&](const std::string& name) { return methods[name]["f1_micro"]["mean"]; };
  std::string own, best;
  for (const auto& [name, method] : methods.items()) {
    if (own.empty())
      own = name;
    else if (f1(name).is_number() && (best.empty() || f1(name) > f1(best)))
      best = name;
  }
  if (!f1(own).is_number()) return "The predictor has no F1 on these pairs.";
  const std::string said = fmt::format("F1 (micro) {:.3f}", f1(own).get<double>());
  if (best.empty()) return said + "; there were no baselines to compare with.";
  return fmt::format("{}: {}; the best of them, {}, has {:.3f} (its 95 % interval is {}above theirs{}).",
                     is_ahead(found) ? "Beats every baseline" : "DOES NOT BEAT ITS BASELINES", said, best,
                     f1(best).get<double>(), is_ahead(found) ? "" : "not ",
                     found["runs"].size() > 1 ? " in every split" : "");
}

}  // namespace

void sum_up_pairs(ordered_json& found) {
  found["methods"] = ordered_json::object();
  for (const ordered_json& method : found["runs"][0]["methods"]) {
    const auto name = method["name"].get<std::string>();
    for (const Column& column : kColumns) {
      Numbers values;
      for (const ordered_json& run : found["runs"])
        for (const ordered_json& one : run["methods"]) {
          const ordered_json::json_pointer place(column.place);
          if (one["name"] == name && one.contains(place) && one.at(place).is_number())
            values.push_back(one.at(place).get<double>());
        }
      found["methods"][name][column.name] = spread(values);
    }
  }
  found["verdict"] = verdict_of(found);
}

std::string pairs_table(const ordered_json& found) {
  const report::TextTable table = summary_table(found);
  std::vector<std::size_t> widths(table.columns.size());
  const auto width = [](const std::string& text) {  // in letters, not bytes
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
  };
  const auto measure = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  };
  measure(table.columns);
  for (const auto& row : table.rows) measure(row);
  std::string out;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  };
  add(table.columns);
  for (const auto& row : table.rows) add(row);
  return out;
}

void write_pairs_report(const ordered_json& found, const std::filesystem::path& folder, const std::string& title) {
  report::Document page(title);
  const std::size_t runs = found["runs"].size();
  page.notice(found["verdict"].get<std::string>(),
              is_ahead(found) ? report::Document::Tone::good : report::Document::Tone::warning);
  page.heading("Scores on the test pairs");
  page.paragraph(fmt::format(
      "{}. Each method learns from the same training pairs; the epoch is the one that is best on the validation pairs. "
      "\"Epoch by test\" is what would be told if it were chosen on the test pairs, as some published numbers are.",
      runs == 1 ? "One split" : fmt::format("Mean and standard deviation of {} splits", runs)));
  page.table(summary_table(found));
  for (const ordered_json& run : found["runs"]) add_run(page, run);
  std::filesystem::create_directories(folder);
  write_text(folder / "report.html", page.html());
  write_text(folder / "report.json", found.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace groel::tasks
