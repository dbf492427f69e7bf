// The output "per-residue": the hidden states of each residue.
#include "engine/output.h"
#include "engine/outputs/pooling.h"

namespace groel::engine {
namespace {

class PerResidue final : public OutputMaker {
 public:
  explicit PerResidue(OutputPass& pass) : pass_(pass) {}
  void hidden(int layer, const Tensor& x) override {
    for (std::size_t b = 0; b < pass_.results.size(); ++b)
      pass_.results[b].slot(Output::per_residue, layer) = pass_.of_residues(b, x);
  }

 private:
  OutputPass& pass_;
};

}  // namespace

OutputRecipe per_residue_output() {
  return {.width = width_of_states,
          .check = [](const models::Model& model) { models::require_residue_tokens(model, "vectors of residues"); },
          .make = [](OutputPass& pass, std::span<const int>) -> std::unique_ptr<OutputMaker> {
            return std::make_unique<PerResidue>(pass);
          },
          .joined = Joined::residue_by_residue};
}

}  // namespace groel::engine
