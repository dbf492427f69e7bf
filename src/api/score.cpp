// The public VariantScorer: computes what `groel score` computes.
#include <groel/score.h>

#include "api/impl.h"
#include "tasks/score/methods.h"
#include "tasks/score/rows.h"

namespace groel {
namespace {

tasks::ScoreMethod method_of(Scoring scoring) {
  if (scoring == Scoring::wt_marginals) return tasks::ScoreMethod::wt_marginals;
  return scoring == Scoring::pseudo_perplexity ? tasks::ScoreMethod::pseudo_perplexity
                                               : tasks::ScoreMethod::masked_marginals;
}

}  // namespace

VariantScorer::VariantScorer(const Model& model, Scoring scoring) : model_(model), scoring_(scoring) {
  models::require<models::MaskedLm>(api::engine_model(model));
}

std::vector<double> VariantScorer::operator()(const std::string& wild_type,
                                              std::span<const std::string> variants) const {
  const api::Scope scope(model_.session());
  engine::Session& session = model_.session().impl()->session;
  std::vector<tasks::VariantRow> rows;
  for (const std::string& variant : variants) {
    rows.emplace_back().name = variant;
    try {
      tasks::read_variant(rows.back(), wild_type, 0);
    } catch (const Error& error) {
      throw error.at(variant);
    }
  }
  const auto scores = tasks::score_variants(
      {api::engine_model(model_), {.plan = {.memory = session.memory_limit()}}, method_of(scoring_), wild_type}, rows,
      session.sink());
  for (const tasks::VariantRow& row : rows)
    if (row.error) throw row.error->at(row.name);
  return scores;
}

}  // namespace groel
