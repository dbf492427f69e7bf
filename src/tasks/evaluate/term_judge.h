// Predicted terms of an ontology against true ones: CAFA's measures of each aspect, and measures of each term.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "statistics/cafa.h"
#include "tasks/reading/scored_terms.h"

namespace groel::tasks {

/// Whether terms without ancestors count: every protein has them, so that predicting them is no merit.
enum class Roots { left_out, counted };

struct TermJudgement {
  const LoadedOntology& loaded;
  const ScoredTerms& truth;         ///< as they are listed
  const ScoredTerms& predicted;     ///< by the truth's numbers of proteins
  std::vector<double> information;  ///< of each term, in bits
  Roots roots = Roots::left_out;
  bool keeps_proteins = false;  ///< each by itself, to be drawn again
};

/// A protein with a true term in an aspect.
struct ProteinTerms {
  double count = 0, information = 0;                 ///< of its true terms
  std::vector<statistics::PredictedTerm> predicted;  ///< weighted by information
};

struct AspectScores {
  std::string space;
  std::int64_t proteins = 0;   ///< with a true term
  std::int64_t predicted = 0;  ///< of them, those with a prediction
  std::int64_t terms = 0;      ///< that a protein has
  statistics::CafaSums plain, weighted;
  std::vector<ProteinTerms> each;  ///< where they are kept
};

struct TermScores {
  ontology::Place term = 0;
  std::int64_t proteins = 0, predicted = 0;
  statistics::TermMeasures measures;
};

struct JudgedTerms {
  std::vector<AspectScores> aspects;  ///< that a protein has a true term in
  std::vector<TermScores> terms;      ///< that a protein has, by place
};

/// Truth and predictions are carried up the hierarchy first.
JudgedTerms judge_terms(const TermJudgement& input);

/// Information content of each term by the annotations of a list.
std::vector<double> information_by(const LoadedOntology& loaded, const ScoredTerms& annotations);
/// By a file: lines of term and number (CAFA's IA.txt), or a long list of annotations, from which it is computed.
std::vector<double> read_information(const std::string& path, const LoadedOntology& loaded, Sink& sink);

}  // namespace groel::tasks
