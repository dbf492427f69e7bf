// Goes over proteins: true terms and predicted terms side by side, one aspect at a time.
#include "tasks/evaluate/term_judge.h"

#include <algorithm>

#include "base/interrupt.h"

namespace groel::tasks {
namespace {

using ontology::Place;
using ontology::ScoredTerm;
using ScoredRows = std::vector<ScoredTerms::Row>;
using Terms = std::vector<ScoredTerm>;

// A score of one protein for a term.
struct Scored {
  Place term = 0;
  bool is_true = false;
  double score = 0;
};

class Judge {
 public:
  explicit Judge(const TermJudgement& input)
      : in_(input), propagation_(input.loaded.hierarchy), positives_(terms().size()), true_in_(terms().size()) {
    const std::vector<std::string> spaces = in_.loaded.terms.spaces();
    for (const std::string& space : spaces) out_.aspects.emplace_back().space = space;
    for (const ontology::Term& term : terms())
      aspect_of_.push_back(
          static_cast<std::size_t>(std::lower_bound(spaces.begin(), spaces.end(), term.space) - spaces.begin()));
    sums_.resize(spaces.size());
  }

  JudgedTerms run() {
    auto next = in_.predicted.rows_of_terms.begin();
    in_.truth.for_each([&](std::uint32_t id, Terms& truth) {
      Terms predicted;
      for (; next != in_.predicted.rows_of_terms.end() && next->id <= id; ++next)
        if (next->id == id) predicted.push_back({next->term, next->score});
      propagation_.raise(truth);
      propagation_.raise(predicted);
      add(truth, predicted);
    });
    std::erase_if(out_.aspects, [](const AspectScores& aspect) { return aspect.proteins == 0; });
    judge_each_term();
    return std::move(out_);
  }

 private:
  struct Sums {
    double count = 0, information = 0;  // of the protein's true terms
    bool has = false;
    std::vector<statistics::PredictedTerm> plain, weighted;
  };

  const std::vector<ontology::Term>& terms() const { return in_.loaded.terms.terms(); }
  bool counts(Place place) const { return in_.roots == Roots::counted || !in_.loaded.hierarchy.is_root(place); }

  void add(const Terms& truth, const Terms& predicted) {
    ++round_;
    for (Sums& sums : sums_) sums = {};
    for (const ScoredTerm& one : truth) {
      Sums& sums = sums_[aspect_of_[one.term]];
      sums.has = true;
      if (!counts(one.term)) continue;
      true_in_[one.term] = round_;
      ++positives_[one.term];
      ++sums.count;
      sums.information += in_.information[one.term];
    }
    for (const ScoredTerm& one : predicted) {
      Sums& sums = sums_[aspect_of_[one.term]];
      if (!sums.has || !counts(one.term) || one.score <= 0) continue;
      const bool is_true = true_in_[one.term] == round_;
      sums.plain.push_back({one.score, 1, is_true});
      sums.weighted.push_back({one.score, in_.information[one.term], is_true});
      scores_.push_back({one.term, is_true, one.score});
    }
    for (std::size_t a = 0; a < sums_.size(); ++a) close(sums_[a], out_.aspects[a]);
  }

  void close(const Sums& sums, AspectScores& aspect) const {
    if (!sums.has) return;
    if (in_.keeps_proteins) aspect.each.push_back({sums.count, sums.information, sums.weighted});
    ++aspect.proteins;
    aspect.predicted += sums.plain.empty() ? 0 : 1;
    aspect.plain.add(sums.count, sums.plain);
    aspect.weighted.add(sums.information, sums.weighted);
  }

  AspectScores& aspect(Place place) {
    return *std::find_if(out_.aspects.begin(), out_.aspects.end(),
                         [&](const AspectScores& one) { return one.space == terms()[place].space; });
  }

  void judge_each_term() {
    std::erase_if(scores_, [&](const Scored& one) { return positives_[one.term] == 0; });
    std::sort(scores_.begin(), scores_.end(), [](const Scored& a, const Scored& b) { return a.term < b.term; });
    auto next = scores_.begin();
    for (Place place = 0; place < positives_.size(); ++place) {
      if (positives_[place] == 0) continue;
      check_interrupted();
      std::vector<statistics::ScoredLabel> predicted;
      for (; next != scores_.end() && next->term == place; ++next) predicted.push_back({next->score, next->is_true});
      AspectScores& own = aspect(place);
      ++own.terms;
      const auto count = static_cast<std::int64_t>(predicted.size());
      out_.terms.push_back({place, positives_[place], count,
                            statistics::term_measures(std::move(predicted), positives_[place], own.proteins)});
    }
  }

  const TermJudgement& in_;
  ontology::Propagation propagation_;
  JudgedTerms out_;
  std::vector<std::size_t> aspect_of_;
  std::vector<std::int64_t> positives_;
  std::vector<std::uint32_t> true_in_;  // the round in which a protein had the term last
  std::uint32_t round_ = 0;
  std::vector<Sums> sums_;
  std::vector<Scored> scores_;
};

}  // namespace

JudgedTerms judge_terms(const TermJudgement& input) { return Judge(input).run(); }

}  // namespace groel::tasks
