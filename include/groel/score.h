// Scores variants of a protein: how likely each is, compared with the wild type.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "groel/model.h"

namespace groel {

/// As `groel score --method`: of each position masked in a copy of its own; of one pass over the wild type as it is; of
/// the whole variant, each residue masked in turn.
enum class Scoring { masked_marginals, wt_marginals, pseudo_perplexity };

class VariantScorer {
 public:
  /// Throws Error, when the model fills no masks.
  explicit VariantScorer(const Model& model, Scoring scoring = Scoring::masked_marginals);

  /// A score per variant ("M1A", "A5D:K9R"): higher is more like what the model expects, 0 is the wild type's. Throws
  /// Error naming the first variant that cannot be read or scored.
  std::vector<double> operator()(const std::string& wild_type, std::span<const std::string> variants) const;

 private:
  Model model_;
  Scoring scoring_;
};

}  // namespace groel
