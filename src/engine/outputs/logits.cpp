// The output "logits": the language-model head's logits for each residue.
#include "engine/output.h"

namespace groel::engine {
namespace {

class Logits final : public OutputMaker {
 public:
  explicit Logits(OutputPass& pass) : pass_(pass), head_(models::require_language_model(pass.model)) {}
  void last(const Tensor& x) override {
    const Tensor logits = head_.logits(x);
    const auto layers = static_cast<int>(pass_.model.info().layers);
    for (std::size_t b = 0; b < pass_.results.size(); ++b)
      pass_.results[b].slot(Output::logits, layers) = pass_.of_residues(b, logits);
  }

 private:
  OutputPass& pass_;
  const models::LanguageModel& head_;
};

void check_logits(const models::Model& model) {
  models::require_language_model(model);
  models::require_residue_tokens(model, "logits of residues");
}

}  // namespace

OutputRecipe logits_output() {
  return {.layers = Layers::whole_model,
          .width = [](const models::ModelInfo& info) { return info.vocabulary; },
          .check = check_logits,
          .make = [](OutputPass& pass, std::span<const int>) -> std::unique_ptr<OutputMaker> {
            return std::make_unique<Logits>(pass);
          },
          .joined = Joined::residue_by_residue,
          .head = "the language-model head"};
}

}  // namespace groel::engine
