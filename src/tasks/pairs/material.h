// Pairs of a run with the sequences of their proteins, read and checked.
#pragma once

#include "checkpoints/load.h"
#include "interactions/read_pairs.h"
#include "tasks/pairs/options.h"
#include "tasks/train/vectors.h"
#include "train/pair_fit.h"

namespace groel::tasks {

struct PairReadingPlan {
  std::vector<std::string> files;
  PairInputOptions input;
  std::vector<std::string> label_columns;
  double min_score = 0;
  std::int64_t most_residues = 0;  ///< of a sequence, from its start
};

struct PairsOfRun {
  interactions::PairTable table;
  interactions::PairCounts counts;
  std::vector<std::string> sequences;  ///< of the table's proteins, whole
};

/// Says what was left out. Errors: as read_pairs and ProteinSequences; usage where a name is missing.
PairsOfRun read_pairs_of_run(const PairReadingPlan& plan, Sink& sink);

/// A vector for each protein: the mean over its first residues. Errors: as vectors_of; bad_input naming a protein whose
/// sequence the model cannot read.
std::unique_ptr<train::VectorSource> protein_vectors(const PairsOfRun& pairs, const VectorsOfModel& of,
                                                     std::int64_t most_residues, const VectorKeeping& keeping,
                                                     Sink& sink);

/// Some of the pairs, as networks take them.
train::PairSet pair_set(const interactions::PairTable& table, const std::vector<std::int64_t>& which);
/// The links of some of the pairs, between all proteins.
ops::Neighbours links_of(const interactions::PairTable& table, const std::vector<std::int64_t>& which);

}  // namespace groel::tasks
