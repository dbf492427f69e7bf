// The public MaskFiller: computes what `groel fill-mask` computes.
#include <groel/fill.h>

#include "api/impl.h"
#include "tasks/fill_mask/positions.h"

namespace groel {

MaskFiller::MaskFiller(const Model& model) : model_(model) {
  models::require<models::MaskedLm>(api::engine_model(model));
}

std::vector<FilledMask> MaskFiller::operator()(const std::string& sequence, std::size_t top) const {
  const api::Scope scope(model_.session());
  const models::Model& model = api::engine_model(model_);
  engine::Session& session = model_.session().impl()->session;
  const engine::MaskedScan scan(model, {.plan = {.memory = session.memory_limit()}});
  const tasks::Choices choices(model.tokenizer(), tasks::Choices::Scope::residues);
  std::vector<tasks::ReadRecord> records{{"sequence", model.tokenizer().encode(sequence), {}}};
  const tasks::MaskRequest request;
  auto jobs = tasks::mask_jobs(scan, model.tokenizer(), records, request);
  const auto filled =
      tasks::fill_masks({scan, model.tokenizer(), choices, records}, std::move(jobs), request, session.sink());
  if (records.front().error) throw Error(*records.front().error);
  std::vector<FilledMask> out;
  for (const tasks::FilledPosition& one : filled) {
    out.push_back({one.position, {}});
    for (const std::size_t choice : tasks::by_probability(one.probabilities)) {
      if (out.back().choices.size() == top) break;
      out.back().choices.push_back({model.tokenizer().token(choices.ids()[choice]), one.probabilities[choice]});
    }
  }
  return out;
}

}  // namespace groel
