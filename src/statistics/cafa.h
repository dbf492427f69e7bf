// The measures of CAFA (Jiang et al. 2016) for predicted ontology terms: Fmax and Smin, plain and weighted by
// information.
#pragma once

#include "statistics/multilabel.h"

namespace groel::statistics {

/// Predictions [proteins, terms]: scores in [0, 1], 0 for what is not predicted. The truth and the scores are those of
/// a whole hierarchy, made consistent before (a term's ancestors have its label, and at least its score).
struct TermPredictions {
  LabelMatrix truth;
  Scores scores;
  std::span<const double> information{};  ///< of each term, in bits; empty: each term counts as 1
};

struct Fmax {
  double f = 0;
  double threshold = 0, precision = 0, recall = 0;
  double coverage = 0;  ///< part of the proteins that have a prediction at the threshold
};
/// The highest F over thresholds 0.01, 0.02, …, 1. Precision is averaged over the proteins with a prediction, recall
/// over those with a true term (CAFA's full mode). Errors: bad_input for shapes that differ, no true term at all, and
/// scores outside [0, 1].
Fmax fmax(const TermPredictions& input);

struct Smin {
  double s = 0;
  double threshold = 0;
  double remaining_uncertainty = 0, misinformation = 0;  ///< means over the proteins with a true term
};
/// The least sqrt(ru² + mi²) over the same thresholds. Errors: as fmax.
Smin smin(const TermPredictions& input);

/// Of each term: -log2 of the part of the proteins with all of its parents that have it as well (Clark and Radivojac
/// 2013). `parents` holds places of terms. 0 where no protein has the parents; a term that none of them has counts as
/// if one more protein had it.
std::vector<double> information_content(const LabelMatrix& truth, std::span<const std::vector<std::size_t>> parents);

}  // namespace groel::statistics
