// Repeats a training with other seeds or splits, and sums up the scores.
#include "tasks/train/repeats.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "base/text_file.h"
#include "base/words.h"
#include "io/missing.h"
#include "io/numbers.h"
#include "io/table.h"
#include "report/document.h"
#include "tasks/judge/headline.h"
#include "train/run_folder.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

// One of the runs.
struct Round {
  std::string words;
  TrainOptions options;
};

TrainOptions round_options(const TrainOptions& options, const std::string& folder) {
  TrainOptions one = options;
  one.repeats = 1;
  one.each_split = false;
  one.output = (std::filesystem::path(*options.output) / folder).string();
  return one;
}

std::vector<Round> with_seeds(const TrainOptions& options) {
  std::vector<Round> out;
  for (std::int64_t repeat = 0; repeat < options.repeats; ++repeat) {
    TrainOptions one = round_options(options, fmt::format("repeat-{}", repeat + 1));
    one.seed += repeat;
    one.all["seed"] = one.seed;
    out.push_back({fmt::format("repeat {} of {}: seed {}", repeat + 1, options.repeats, one.seed), std::move(one)});
  }
  return out;
}

// The values of the split column, those that are test or missing aside: "10" after "9".
std::vector<std::string> splits_of(const TrainOptions& options) {
  std::set<std::string> found;
  for (const std::string& path : options.data) {
    const io::Table table = io::read_table(path, {.wanted = "a table of labels", .names = {options.split_column}});
    for (const std::string& split : table.texts(table.columns.named(options.split_column, "--split-column")))
      if (split != "test" && !io::is_missing(split, io::ValueKind::name)) found.insert(split);
  }
  std::vector<std::string> out(found.begin(), found.end());
  std::stable_sort(out.begin(), out.end(), [](const std::string& a, const std::string& b) {
    return io::parse_number(a).value_or(0) < io::parse_number(b).value_or(0);
  });
  if (out.size() < 2)
    throw Error(ErrorKind::bad_input,
                {fmt::format("column '{}' has {}", options.split_column, counted(out.size(), "split")), "--each-split",
                 "two at least are held out in turn"});
  return out;
}

std::vector<Round> with_splits(const TrainOptions& options) {
  if (options.split_column.empty())
    throw Error(ErrorKind::usage, {"which column says it?", "--each-split", "name it with --split-column"});
  if (!options.valid_split.empty() || options.repeats > 1)
    throw Error(ErrorKind::usage,
                {"each split is held out in turn, once", "--each-split", "leave out --valid-split and --repeats"});
  std::vector<Round> out;
  for (const std::string& split : splits_of(options)) {
    std::string folder = "split-" + split;
    std::replace(folder.begin(), folder.end(), '/', '_');
    TrainOptions one = round_options(options, folder);
    for (const Round& before : out)
      if (before.options.output == one.output)
        throw Error(ErrorKind::bad_input,
                    {fmt::format("two values of column '{}' would have one folder, '{}'", options.split_column, folder),
                     "--each-split", "give one of them another name"});
    one.valid_split = {split};
    one.all["valid-split"] = one.valid_split;
    out.push_back({fmt::format("held out: '{}' of column '{}'", split, options.split_column), std::move(one)});
  }
  return out;
}

ordered_json summed(const std::vector<double>& values) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double deviation = values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0;
  return {{"mean", mean}, {"deviation", deviation}, {"values", values}};
}

// Scores by the name of whose they are: "predictor", "3-mers".
using Collected = std::map<std::string, std::map<std::string, std::vector<double>>>;

void take(const ordered_json& judged, Collected& to) {
  const auto one = [&](const ordered_json& of) {
    for (const auto& [name, value] : of["scores"].items())
      if (value.is_number()) to[of["name"].get<std::string>()][name].push_back(value.get<double>());
  };
  one(judged["predictor"]);
  for (const ordered_json& baseline : judged["baselines"]) one(baseline);
}

// In how many runs the predictor was ahead, with the interval.
void count_ahead(const ordered_json& judged, ordered_json& to) {
  for (const ordered_json& baseline : judged["baselines"]) {
    ordered_json& count = to[baseline["name"].get<std::string>()];
    if (count.is_null()) count = 0;
    const ordered_json& low = baseline["predictor_is_ahead_by"][1];
    if (low.is_number() && low.get<double>() > 0) count = count.get<std::int64_t>() + 1;
  }
}

report::TextTable page_table(const ordered_json& collected) {
  report::TextTable out;
  for (const auto& [who, scores] : collected.items()) {
    if (out.columns.empty()) {
      out.columns.emplace_back("");
      for (const auto& [name, of] : collected["predictor"].items()) out.columns.push_back(plain_score_name(name));
    }
    std::vector<std::string> row{who};
    for (const auto& [name, of] : collected["predictor"].items())
      row.push_back(scores.contains(name) ? fmt::format("{:.3f} ± {:.3f}", scores[name]["mean"].get<double>(),
                                                        scores[name]["deviation"].get<double>())
                                          : "-");
    out.rows.push_back(std::move(row));
  }
  return out;
}

std::string verdict_of(const ordered_json& ahead, bool always, std::int64_t runs) {
  if (ahead.empty()) return "There were no baselines to compare with.";
  std::string out;
  for (const auto& [name, count] : ahead.items())
    out += fmt::format("{}{} in {} of {}", out.empty() ? "" : ", ", name, count.get<std::int64_t>(), runs);
  return fmt::format("{} in every run. Ahead, with the 95 % interval, of: {}.",
                     always ? "Beats every baseline" : "DOES NOT BEAT ITS BASELINES", out);
}

void write_page(const ordered_json& found, const TrainOptions& options, const std::vector<Round>& rounds) {
  if (!found.contains("scores")) return;
  const auto runs = static_cast<std::int64_t>(rounds.size());
  report::Document page(std::filesystem::path(*options.output).filename().string() + ": " + counted(runs, "run"));
  for (const auto& [split, collected] : found["scores"].items()) {
    const ordered_json& ahead = found["ahead"][split];
    const bool always = std::all_of(ahead.begin(), ahead.end(),
                                    [&](const ordered_json& count) { return count.get<std::int64_t>() == runs; });
    page.notice(verdict_of(ahead, always, runs),
                always ? report::Document::Tone::good : report::Document::Tone::warning);
    page.heading("Scores on the " + split + " split");
    page.paragraph(fmt::format("Mean and standard deviation of {}; each has a report of its own in its folder.",
                               counted(runs, "run")));
    page.table(page_table(collected));
  }
  for (const Round& round : rounds) page.paragraph(round.words);
  write_text(std::filesystem::path(*options.output) / "report.html", page.html());
}

}  // namespace

ordered_json train_repeats(const TrainOptions& options,
                           const std::function<ordered_json(const TrainOptions& one)>& train, Sink& sink) {
  const std::vector<Round> rounds = options.each_split ? with_splits(options) : with_seeds(options);
  const std::filesystem::path folder = *options.output;
  if (!options.overwrite)
    train::prepare_run_folder(folder, options.resume ? train::Start::resume : train::Start::fresh);
  std::map<std::string, Collected> splits;
  ordered_json ahead = ordered_json::object();
  for (const Round& round : rounds) {
    sink.note(round.words);
    const ordered_json judged = train(round.options);
    // By now options and data are known to be good.
    if (options.overwrite && &round == &rounds.front())
      train::clear_run(folder, std::filesystem::path(*round.options.output).filename().string());
    for (const auto& [split, of] : judged.items()) {
      take(of, splits[split]);
      count_ahead(of, ahead[split]);
    }
  }
  ordered_json out{{"repeats", rounds.size()}, {"first_seed", options.seed}};
  if (options.each_split) out["held_out_in_turn"] = options.split_column;
  for (const auto& [split, collected] : splits)
    for (const auto& [who, scores] : collected)
      for (const auto& [name, values] : scores) out["scores"][split][who][name] = summed(values);
  out["ahead"] = ahead;
  write_text(folder / "repeats.json", out.dump(2) + "\n");
  write_page(out, options, rounds);
  return out;
}

std::string repeats_table(const ordered_json& repeats) {
  std::string out;
  if (!repeats.contains("scores")) return out;
  for (const auto& [split, collected] : repeats["scores"].items()) {
    out +=
        fmt::format("{}, mean and deviation of {}:\n", split, counted(repeats["repeats"].get<std::int64_t>(), "run"));
    for (const auto& [who, scores] : collected.items())
      for (const auto& [name, of] : scores.items())
        out += fmt::format("  {:<18} {:<28} {:.4f} ± {:.4f}\n", who, name, of["mean"].get<double>(),
                           of["deviation"].get<double>());
  }
  return out;
}

}  // namespace groel::tasks
