// Fits a contact head to structures: logistic regression on a model's attention maps (Rao et al. 2021).
#pragma once

#include <string>
#include <vector>

#include "analysis/logistic.h"
#include "base/progress.h"
#include "bio/structure.h"
#include "checkpoints/checkpoint.h"
#include "models/model.h"

namespace groel::tasks {

/// A chain to learn from, or to test on.
struct FitChain {
  std::string id;
  std::string sequence;
  bio::Sites sites;
  std::int64_t second =
      0;  ///< of two chains in one sequence: where the second begins, and pairs of one from each count

  /// Whether a pair of residues, i before j, is a sample.
  bool counts(std::int64_t i, std::int64_t j) const;
};

struct FitFilter {
  std::int64_t shortest = 0, longest = 0;  ///< residues of a chain
};

/// The chains of structure files, and of the .cif, .mmcif, .pdb, .ent files (also .gz, .zst) in folders, in order of
/// name; of equal sequences the first. Those left out are told, files of folders that are no structures among them.
/// Errors: as io::read_structure; bad_input when no chain is left.
std::vector<FitChain> read_chains(const std::vector<std::string>& paths, const FitFilter& filter, Sink& sink);

/// Every two chains of a file that touch, as one sequence with 25 glycines between them; of equal sequences the first.
/// Errors: as read_chains.
std::vector<FitChain> read_chain_pairs(const std::vector<std::string>& paths, const FitFilter& filter, Sink& sink);

/// Errors: bad_input for a chain that is longer than what the model reads.
void require_readable(const models::Model& model, const std::vector<FitChain>& chains);

/// A sample for every pair of residues at least analysis::kShortestRange apart that both have coordinates; a feature
/// for every layer and head. Errors: memory, when they do not fit into `memory` bytes (none: what is free).
analysis::LogisticData contact_samples(const models::Model& model, const std::vector<FitChain>& chains,
                                       std::optional<std::size_t> memory, Sink& sink);

/// Refuses samples that nothing can be learned from, and a head that learned nothing of them. Errors: bad_input.
void require_both_kinds(const analysis::LogisticData& data);
void require_learned(const analysis::LogisticModel& head, const analysis::LogisticData& data,
                     const analysis::LogisticOptions& options);

/// Puts the head into the checkpoint, in place of the one it may have. Errors: unsupported for a family without one.
void set_contact_head(checkpoints::Checkpoint& checkpoint, const analysis::LogisticModel& head);

/// Mean precision over the chains, in the order of analysis::contact_precision, of a model with a contact head.
struct MeanPrecision {
  std::string range;
  std::int64_t divisor;
  double value;         ///< over the chains that have such pairs; NaN without
  std::int64_t chains;  ///< how many have
};
std::vector<MeanPrecision> mean_precision(const models::Model& model, const std::vector<FitChain>& chains, Sink& sink);

}  // namespace groel::tasks
