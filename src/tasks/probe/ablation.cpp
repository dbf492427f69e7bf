// Runs tasks with every choice of prompts, and compares.
#include "tasks/probe/ablation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/text_file.h"
#include "base/words.h"
#include "checkpoints/prompts.h"
#include "report/document.h"
#include "tasks/pairs/train.h"
#include "tasks/probe/affinity_task.h"
#include "tasks/probe/contact_task.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/model.h"
#include "tasks/train/judged_repeats.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

// One choice of prompts.
struct Choice {
  std::string name;  // "none", "seq", "seq+ic", "random seq"
  std::vector<std::string> prompts;
  std::string twin;  // the choice of random numbers that it is compared with; empty: none
};

std::string name_of(const std::string& prompt) { return fs::path(prompt).stem().string(); }

// Each prompt alone, then all of them; with a control each of these after its random twin.
std::vector<Choice> choices_of(const ProbeOptions& options, Sink& sink) {
  const std::vector<std::string>& prompts = options.prompt;
  if (prompts.empty())
    throw Error(ErrorKind::usage, {"there are no prompts to probe", "--prompt", "name those that were learned"});
  std::vector<std::string> twins;
  const fs::path folder = fs::path(options.output) / "random";
  for (const std::string& prompt : prompts)
    if (options.control)
      twins.push_back(checkpoints::write_random_twin(checkpoints::find_prompt(prompt, model_of(options.model, sink)),
                                                     folder, static_cast<std::uint64_t>(options.seed)));
  std::vector<Choice> out{{"none", {}, {}}};
  const auto add = [&](std::size_t begin, std::size_t end) {
    Choice learned, random;
    for (std::size_t i = begin; i < end; ++i) {
      learned.name += (i > begin ? "+" : "") + name_of(prompts[i]);
      learned.prompts.push_back(prompts[i]);
      if (options.control) random.prompts.push_back(twins[i]);
    }
    if (options.control) {
      random.name = learned.twin = "random " + learned.name;
      out.push_back(random);
    }
    out.push_back(learned);
  };
  for (std::size_t i = 0; i < prompts.size(); ++i) add(i, i + 1);
  if (prompts.size() > 1) add(0, prompts.size());
  return out;
}

struct ProbeTask {
  std::string name, kind, score;
  json fields;  // without these
};

ProbeTask task_of(const std::string& text) {
  json fields = json::parse(text, nullptr, false);
  if (!fields.is_object())
    throw Error(ErrorKind::usage,
                {fmt::format("'{}' is no task", text), "--task", "name them in a recipe: [task.NAME]"});
  ProbeTask out;
  const auto take = [&](const char* name) {
    if (!fields.contains(name)) return std::string();
    const std::string value = fields[name].is_string() ? fields[name].get<std::string>() : fields[name].dump();
    fields.erase(name);
    return value;
  };
  out.name = take("name");
  out.kind = take("kind");
  out.score = take("score");
  out.fields = std::move(fields);
  const std::array<const char*, 5> kinds{"classify", "residues", "pairs", "contacts", "affinity"};
  if (std::none_of(kinds.begin(), kinds.end(), [&](const char* kind) { return out.kind == kind; }))
    throw Error(ErrorKind::usage, {fmt::format("task '{}' has the kind '{}'", out.name, out.kind), "--task",
                                   "classify, residues, pairs, contacts or affinity"});
  return out;
}

// The score of each run. Of several splits the test, where it was looked at.
std::vector<double> scores_of(const ordered_json& repeats, ProbeTask& task) {
  if (!repeats.contains("scores") || repeats["scores"].empty())
    throw Error(ErrorKind::usage, {fmt::format("task '{}' holds nothing out, so that it has no score", task.name),
                                   "--task", "give it valid-fraction, or a split-column"});
  const ordered_json& splits = repeats["scores"];
  const ordered_json& own = splits.contains("test") ? splits["test"]["predictor"] : splits.begin().value()["predictor"];
  if (task.score.empty())
    for (const char* name :
         {"matthews_corrcoef", "average_precision_micro", "average_precision", "spearmanr", "spearman"})
      if (task.score.empty() && own.contains(name)) task.score = name;
  if (!own.contains(task.score)) {
    std::vector<std::string> names;
    for (const auto& [name, value] : own.items()) names.push_back(name);
    throw Error(ErrorKind::usage, {fmt::format("task '{}' has no score '{}'", task.name, task.score), "--task",
                                   "its scores are " + listed(names)});
  }
  return own[task.score]["values"].get<std::vector<double>>();
}

// The same of `groel train pairs`, on the test part of each split.
std::vector<double> pair_scores_of(const ordered_json& found, ProbeTask& task) {
  if (task.score.empty()) task.score = "average_precision";
  std::vector<double> out;
  for (const ordered_json& run : found["runs"]) {
    const ordered_json& scores = run["methods"][0]["scores"];
    if (!scores.contains(task.score) || !scores[task.score].is_object() || !scores[task.score]["value"].is_number())
      throw Error(ErrorKind::usage, {fmt::format("task '{}' has no score '{}'", task.name, task.score), "--task",
                                     "f1_micro or average_precision"});
    out.push_back(scores[task.score]["value"].get<double>());
  }
  return out;
}

// `groel train` with the task's fields.
std::vector<double> train_scores(ProbeTask& task, const Choice& choice, const ProbeOptions& options, Context& context) {
  const std::vector<OptionSpec> table = option_table<TrainOptions>();
  json values = task.fields;
  values["objective"] = {task.kind};
  values["from"] = options.model.value;
  if (!choice.prompts.empty()) values["prompt"] = choice.prompts;
  const fs::path folder = fs::path(options.output) / task.name / choice.name;
  values["output"] = folder.string();
  values["repeats"] = options.seeds;
  values["seed"] = options.seed;
  const bool pairs = task.kind == "pairs";
  if (pairs && !values.contains("baselines")) values["baselines"] = {"none"};
  if (!pairs && !values.contains("head")) values["head"] = "linear";
  if (!pairs && !values.contains("report")) values["report"] = "scores";
  values["dtype"] = options.dtype;
  // What an earlier probe has finished with the same options stays; the rest begins anew.
  const std::string asked = values.dump(2) + "\n";
  const fs::path asked_before = folder / "asked.json", found = folder / (pairs ? "pairs.json" : "repeats.json");
  const auto scores = [&](const ordered_json& of) { return pairs ? pair_scores_of(of, task) : scores_of(of, task); };
  std::error_code error;
  if (options.resume && fs::is_regular_file(found, error) && fs::is_regular_file(asked_before, error) &&
      read_text(asked_before) == asked)
    return scores(ordered_json::parse(read_text(found)));
  values["overwrite"] = options.resume || options.overwrite;
  const TrainOptions all = bound<TrainOptions>(Options(table, values));
  const ordered_json judged = pairs ? judged_pairs(all, context) : judged_repeats(all, context);
  if (pairs) write_text(found, judged.dump(2) + "\n");
  write_text(asked_before, asked);
  return scores(judged);
}

double quantile_of_t(std::int64_t freedom) {
  constexpr std::array<double, 30> kHigh{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                         2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                         2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  return freedom >= 1 && freedom <= 30 ? kHigh[static_cast<std::size_t>(freedom - 1)] : 1.96;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Of the differences, seed by seed: mean and 95 % interval; without an interval, where there is one seed.
ordered_json difference(const std::vector<double>& with, const std::vector<double>& without) {
  std::vector<double> each;
  for (std::size_t i = 0; i < std::min(with.size(), without.size()); ++i) each.push_back(with[i] - without[i]);
  const double mean = mean_of(each);
  ordered_json out{{"mean", mean}, {"interval", nullptr}, {"verdict", "one run says nothing"}};
  if (each.size() < 2) return out;
  double squares = 0;
  for (const double one : each) squares += (one - mean) * (one - mean);
  const auto n = static_cast<double>(each.size());
  const double half = quantile_of_t(static_cast<std::int64_t>(each.size()) - 1) * std::sqrt(squares / (n - 1) / n);
  out["interval"] = {mean - half, mean + half};
  out["verdict"] = mean - half > 0 ? "helps" : mean + half < 0 ? "hurts" : "the data cannot tell";
  return out;
}

std::string signed_text(const ordered_json& difference) {
  if (difference["interval"].is_null()) return fmt::format("{:+.4f}", difference["mean"].get<double>());
  return fmt::format("{:+.4f} [{:+.4f}, {:+.4f}]", difference["mean"].get<double>(),
                     difference["interval"][0].get<double>(), difference["interval"][1].get<double>());
}

report::TextTable table_of(const ordered_json& found) {
  const bool control = found["control"];
  report::TextTable out{{"task", "score", "prompts", "mean", "against none", "verdict"}, {}};
  if (control) out.columns.insert(out.columns.end(), {"against its random twin", "verdict"});
  for (const ordered_json& task : found["tasks"])
    for (const ordered_json& choice : task["choices"]) {
      out.rows.push_back(
          {task["name"], task["score"], choice["prompts"], fmt::format("{:.4f}", choice["mean"].get<double>())});
      const auto add = [&](const ordered_json& difference) {
        const bool none = difference.is_null();
        out.rows.back().push_back(none ? "" : signed_text(difference));
        out.rows.back().push_back(none ? "" : difference["verdict"].get<std::string>());
      };
      add(choice["difference"]);
      if (control) add(choice["beyond_random"]);
    }
  return out;
}

void write_results(const ordered_json& found, const ProbeOptions& options) {
  const fs::path folder = options.output;
  write_text(folder / "probe.json", found.dump(2) + "\n");
  std::string csv;
  append_row(csv, std::vector<std::string>{"task", "score", "prompts", "seed", "value"});
  for (const ordered_json& task : found["tasks"])
    for (const ordered_json& choice : task["choices"])
      for (std::size_t i = 0; i < choice["values"].size(); ++i)
        append_row(csv, std::vector<std::string>{task["name"], task["score"], choice["prompts"],
                                                 std::to_string(options.seed + static_cast<std::int64_t>(i)),
                                                 number_text(choice["values"][i].get<double>())});
  write_text(folder / "probe.csv", csv);
  report::Document page("Which prompts help which task");
  page.paragraph(fmt::format(
      "Each task is learned on the frozen vectors of {} with no prompt, with each prompt alone and with all of them, "
      "{} each; the differences are those of equal seeds, with 95 % intervals over seeds (Student's t).",
      options.model.value, counted(options.seeds, "run")));
  if (options.control)
    page.paragraph(
        "A random twin has as many tokens as its prompts, of numbers of the same size drawn at random: what a prompt "
        "gives beyond it comes of what was learned, and not of moving the vectors.");
  page.table(table_of(found));
  write_text(folder / "report.html", page.html());
}

void make_folder(const ProbeOptions& options) {
  if (options.output.empty())
    throw Error(ErrorKind::usage, {"a folder for the runs is missing", "--output", "for example --output probe"});
  std::error_code error;
  if (fs::exists(fs::path(options.output) / "probe.json", error) && !options.resume && !options.overwrite)
    throw Error(ErrorKind::usage,
                {"there is a probe already", options.output, "--resume goes on with it, --overwrite begins anew"});
  fs::create_directories(options.output, error);
  if (error) throw Error(ErrorKind::io, {"the folder cannot be made: " + error.message(), options.output, {}});
}

}  // namespace

ordered_json run_ablation(const ProbeOptions& options, Context& context) {
  if (options.seeds < 1) throw Error(ErrorKind::usage, {"it is a number of runs", "--seeds", "1 or more"});
  if (options.task.empty())
    throw Error(ErrorKind::usage, {"there is no task", "--task", "name them in a recipe: [task.NAME]"});
  std::vector<ProbeTask> tasks;
  for (const std::string& text : options.task) tasks.push_back(task_of(text));
  make_folder(options);
  const std::vector<Choice> choices = choices_of(options, context.sink);
  ordered_json found{{"model", options.model.value},
                     {"seeds", options.seeds},
                     {"first_seed", options.seed},
                     {"control", options.control},
                     {"tasks", ordered_json::array()}};
  for (ProbeTask& task : tasks) {
    ordered_json result{{"name", task.name}, {"kind", task.kind}, {"score", ""}, {"choices", ordered_json::array()}};
    std::map<std::string, std::vector<double>> scores;  // of choices
    for (const Choice& choice : choices) {
      context.sink.note(fmt::format("task {} with prompts: {}", task.name, choice.name));
      std::vector<double> values;
      if (task.kind == "contacts") {
        if (task.score.empty()) task.score = "average_precision";
        values = contact_scores(contact_task(task.name, task.fields), {options, choice.prompts}, context);
      } else if (task.kind == "affinity") {
        task.score = "spearmanr";
        values = affinity_scores(affinity_task(task.name, task.fields), {options, choice.prompts}, context);
      } else {
        values = train_scores(task, choice, options, context);
      }
      const auto against = [&](const std::string& other) {
        return scores.contains(other) ? difference(values, scores[other]) : ordered_json();
      };
      result["choices"].push_back({{"prompts", choice.name},
                                   {"mean", mean_of(values)},
                                   {"values", values},
                                   {"difference", against("none")},
                                   {"beyond_random", against(choice.twin)}});
      scores[choice.name] = std::move(values);
    }
    result["score"] = task.score;
    found["tasks"].push_back(std::move(result));
    write_results(found, options);  // what is finished stays
  }
  return found;
}

std::string ablation_text(const ordered_json& found) {
  const report::TextTable table = table_of(found);
  std::vector<std::size_t> widths;
  for (const std::string& column : table.columns) widths.push_back(column.size());
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) text += fmt::format("{:<{}}  ", cells[i], widths[i]);
    while (text.ends_with(' ')) text.pop_back();
    out += text + "\n";
  };
  line(table.columns);
  for (const auto& row : table.rows) line(row);
  return out;
}

}  // namespace groel::tasks
