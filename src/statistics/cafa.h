// The measures of CAFA (Jiang et al. 2016) for predicted ontology terms: Fmax and Smin, plain and weighted by
// information.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

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

/// A term that is predicted for one protein.
struct PredictedTerm {
  double score = 0;
  double weight = 1;  ///< 1, or its information
  bool is_true = false;
};

inline constexpr std::size_t kCafaSteps = 100;  ///< thresholds k / 100, k from 1
/// The highest k whose threshold a score reaches; 0: none.
std::size_t cafa_step(double score);

/// The same measures of proteins that are added one by one, each with its own few terms: for ontologies of thousands.
/// What is added is one aspect; a protein without a true term in it is left out by whoever adds.
class CafaSums {
 public:
  CafaSums();
  /// `truth`: the weights of its true terms together, predicted or not.
  void add(double truth, std::span<const PredictedTerm> predicted);
  std::int64_t proteins() const noexcept { return proteins_; }
  Fmax fmax() const;
  Smin smin() const;
  /// Precision and recall of all terms of all proteins together.
  Fmax fmax_micro() const;

 private:
  struct Step {
    double precision = 0, recall = 0, predicting = 0, hits = 0, missed = 0, wrong = 0;
  };
  template <class Value>
  Fmax best(const Value& precision_and_recall) const;

  std::vector<Step> steps_;
  std::int64_t proteins_ = 0;
};

/// A protein that a term is predicted for.
struct ScoredLabel {
  double score = 0;
  bool is_true = false;
};

/// How well one term is predicted over proteins.
struct TermMeasures {
  double roc_auc = 0;            ///< NaN where all proteins have the term, or none
  double average_precision = 0;  ///< NaN where none has it
  double f = 0, f_threshold = 0;
  double s = 0, s_threshold = 0;  ///< the least sqrt((missed / proteins)² + (wrong / proteins)²): its share of Smin
};
/// `predicted`: those with a score; all other proteins have 0. The measures are those of scores for all.
TermMeasures term_measures(std::vector<ScoredLabel> predicted, std::int64_t positives, std::int64_t proteins);

/// -log2(with_term / with_parents), see information_content.
double information_of(double with_term, double with_parents);

/// Of each term: -log2 of the part of the proteins with all of its parents that have it as well (Clark and Radivojac
/// 2013). `parents` holds places of terms. 0 where no protein has the parents; a term that none of them has counts as
/// if one more protein had it.
std::vector<double> information_content(const LabelMatrix& truth, std::span<const std::vector<std::size_t>> parents);

}  // namespace groel::statistics
