// Reads, splits and encodes labelled rows.
#include "tasks/train/label_run.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "base/sha256.h"
#include "base/words.h"
#include "tasks/train/checks.h"
#include "train/duplicates.h"
#include "train/label_scores.h"

namespace groel::tasks {
namespace {

using models::Classification;
using models::LabelOf;
using models::Problem;

train::RowSplit drawn_split(train::LabelledRows rows, const TrainPlan& plan, Sink& sink) {
  std::vector<std::uint64_t> keys;
  for (const auto& row : rows.rows) keys.push_back(train::text_key(row.sequence));
  tell_repeats(keys, plan, sink);
  const train::Split split = train::split_by_keys(keys, plan.valid_fraction, plan.batches.seed);
  train::RowSplit out{{rows.columns, {}}, {rows.columns, {}}, {rows.columns, {}}};
  for (const std::int64_t i : split.train) out.train.rows.push_back(rows.rows[static_cast<std::size_t>(i)]);
  for (const std::int64_t i : split.held_out) out.held_out.rows.push_back(rows.rows[static_cast<std::size_t>(i)]);
  return out;
}

train::RowSplit split_of(train::LabelledRows all, const TrainPlan& plan, Sink& sink) {
  if (!plan.valid.empty()) return {std::move(all), train::read_labelled(plan.valid, plan.labels.columns, sink), {}};
  return plan.labels.columns.split.empty()
             ? drawn_split(std::move(all), plan, sink)
             : train::split_rows(std::move(all), plan.labels.held_out, plan.labels.held_out_named);
}

train::RowSplit read_rows(const TrainPlan& plan, Sink& sink) {
  train::RowSplit out = split_of(train::read_labelled(plan.data, plan.labels.columns, sink), plan, sink);
  if (!plan.test) return out;
  if (!plan.test_data.empty()) {
    train::LabelColumns columns = plan.labels.columns;
    columns.split.clear();
    out.test = train::read_labelled(plan.test_data, columns, sink);
  }
  if (out.test.rows.empty())
    throw Error(ErrorKind::usage, {"there are no rows of a split called test", "--test",
                                   "name the column that says it with --split-column, or a file with --test-data"});
  return out;
}

// What each value of the split column came to.
void tell_splits(const train::RowSplit& rows, const TrainPlan& plan, Sink& sink) {
  if (plan.labels.columns.split.empty() || !plan.valid.empty()) return;
  const auto counted = [](const train::LabelledRows& part) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& row : part.rows) ++counts[row.split];
    return listed_as(counts, [](const auto& one) { return fmt::format("'{}' ({})", one.first, one.second); });
  };
  sink.note(fmt::format(
      "by --split-column, learned from: {}; held out: {}{}", counted(rows.train), counted(rows.held_out),
      rows.test.rows.empty() ? std::string() : fmt::format("; left out: 'test' ({})", rows.test.rows.size())));
}

std::string_view words(const Classification& classes) {
  if (classes.label_of == LabelOf::token) return "one class per residue";
  switch (classes.problem) {
    case Problem::single_label: return "one class per sequence";
    case Problem::multi_label: return "several labels per sequence";
    case Problem::regression: break;
  }
  return "regression";
}

// The head that is there, when its classes take in the data's; else one for the data.
Classification choose_classes(const train::RowSplit& rows, const TrainPlan& plan,
                              const std::optional<Classification>& present, Sink& sink) {
  Classification classes = train::infer_classification(rows, plan.labels.options);
  const auto knows = [&](const std::string& label) {
    return std::find(present->labels.begin(), present->labels.end(), label) != present->labels.end();
  };
  const bool same_kind = present && present->label_of == classes.label_of && present->problem == classes.problem &&
                         plan.labels.options.classes.empty() &&
                         (present->pooling == classes.pooling || !plan.labels.pooling_given) &&
                         std::all_of(classes.labels.begin(), classes.labels.end(), knows);
  if (same_kind) classes = *present;
  std::string list;
  for (std::size_t i = 0; i < std::min<std::size_t>(classes.labels.size(), 20); ++i)
    list += (i == 0 ? "" : ", ") + classes.labels[i];
  sink.note(fmt::format("{}: {} ({}){}", words(classes), classes.labels.size(), list,
                        plan.labels.options.problem == "auto" && classes.label_of == LabelOf::sequence
                            ? ", as seen from the labels; --problem says otherwise"
                            : ""));
  if (present && !same_kind) sink.warning("the model's own head is for other classes, and is replaced by a new one");
  return classes;
}

void check_metric(const std::string& metric, const Classification& classes) {
  const std::vector<std::string> names = train::label_score_names(classes);
  if (std::find(names.begin(), names.end(), metric) != names.end()) return;
  throw Error(ErrorKind::usage,
              {fmt::format("'{}' is not a score of this kind of labels", metric), "--metric", listed(names)});
}

// What is wrong with the test rows is found before the run, not after it.
void check_test(const LabelRun& run, const TrainPlan& plan, const bio::Tokenizer& tokenizer, Findings& findings) {
  if (!plan.test) return;
  const auto set = train::encode_labels(run.rows.test, run.classes, plan.labels.options.unlabelled, tokenizer);
  const auto keys = train::sequence_keys(set.corpus);
  const std::int64_t known =
      train::count_known(keys, std::unordered_set<std::uint64_t>(run.learned.begin(), run.learned.end()));
  if (known > 0)
    findings.warn(
        fmt::format("{} of {} test sequences are also learned from: their scores say nothing of other proteins "
                    "(groel data dedupe --against leaves them out)",
                    known, keys.size()));
}

LabelSets encode(const train::RowSplit& rows, const Classification& classes, const TrainPlan& plan,
                 const bio::Tokenizer& tokenizer) {
  const std::string& unlabelled = plan.labels.options.unlabelled;
  return {train::encode_labels(rows.train, classes, unlabelled, tokenizer),
          train::encode_labels(rows.held_out, classes, unlabelled, tokenizer)};
}

}  // namespace

LabelRun read_label_run(const TrainPlan& plan, const std::optional<Classification>& present,
                        const bio::Tokenizer& tokenizer, Findings& findings) {
  Sink& sink = findings.sink();
  LabelRun run;
  run.rows = read_rows(plan, sink);
  tell_splits(run.rows, plan, sink);
  run.classes = choose_classes(run.rows, plan, present, sink);
  check_metric(plan.trainer.evaluation.metric, run.classes);
  if (const std::string note = train::order_note(run.rows.train.columns, run.classes); !note.empty()) sink.note(note);
  run.sets = encode(run.rows, run.classes, plan, tokenizer);
  check_labels(run.sets.learned, run.sets.held_out, run.classes, findings);
  run.learned = train::sequence_keys(run.sets.learned.corpus);
  check_overlap(run.learned, train::sequence_keys(run.sets.held_out.corpus), findings);
  check_test(run, plan, tokenizer, findings);
  return run;
}

std::string label_fingerprint(const LabelRun& run, const TrainPlan& plan) {
  std::string labels;
  for (const std::string& label : run.classes.labels) labels += label + "\n";
  return sha256(fmt::format("{} {} {}", run.sets.learned.fingerprint(), plan.batches.seed, labels));
}

std::string held_out_fingerprint(const LabelRun& run) {
  const train::LabelledSet& set = run.sets.held_out;
  return set.corpus.size() > 0 ? set.fingerprint() : std::string();
}

void tell_sets(const LabelSets& sets, Sink& sink) {
  sink.note(fmt::format("{}, {} to learn from; {} held out", counted(sets.learned.corpus.size(), "sequence"),
                        counted(sets.learned.corpus.residues(), "residue"),
                        counted(sets.held_out.corpus.size(), "sequence")));
}

void tell_cropped(std::int64_t cropped, std::int64_t most_residues, Sink& sink) {
  if (cropped > 0)
    sink.note(fmt::format("{} longer than {}, and cropped", counted(cropped, "sequence is", "sequences are"),
                          counted(most_residues, "residue")));
}

}  // namespace groel::tasks
