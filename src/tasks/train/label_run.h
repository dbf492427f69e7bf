// Labelled rows of a run: read, split, looked at, and turned into numbers.
#pragma once

#include "tasks/task.h"
#include "tasks/train/findings.h"
#include "tasks/train/plan.h"

namespace groel::tasks {

struct LabelSets {
  train::LabelledSet learned, held_out;
};

struct LabelRun {
  train::RowSplit rows;
  models::Classification classes;
  LabelSets sets;
  std::vector<std::uint64_t> learned;  ///< keys of the sequences that are learned from
};

/// `present`: what a head that is there already tells apart; it is kept where its classes take in the data's. Errors:
/// as read_labelled, split_rows, encode_labels and check_labels; usage.
LabelRun read_label_run(const TrainPlan& plan, const std::optional<models::Classification>& present,
                        const bio::Tokenizer& tokenizer, Findings& findings);

/// Changes with all that gives a place in the data another meaning.
std::string label_fingerprint(const LabelRun& run, const TrainPlan& plan);
/// Of the rows that are held out; empty: none are.
std::string held_out_fingerprint(const LabelRun& run);
/// What is learned from and held out.
void tell_sets(const LabelSets& sets, Sink& sink);
void tell_cropped(std::int64_t cropped, std::int64_t most_residues, Sink& sink);

}  // namespace groel::tasks
