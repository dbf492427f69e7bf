// The output "mean": the mean over a protein's residues.
#include "engine/output.h"
#include "engine/outputs/pooling.h"
#include "ops/pool.h"

namespace groel::engine {
namespace {

class Mean final : public OutputMaker {
 public:
  explicit Mean(OutputPass& pass) : pass_(pass) {}
  void hidden(int layer, const Tensor& x) override {
    pass_.keep_rows(Output::mean, layer, ops::segment_mean(x, pass_.batch.residues));
  }

 private:
  OutputPass& pass_;
};

}  // namespace

OutputRecipe mean_output() {
  return {.width = width_of_states,
          .make = [](OutputPass& pass, std::span<const int>) -> std::unique_ptr<OutputMaker> {
            return std::make_unique<Mean>(pass);
          },
          .joined = Joined::pooled,
          .pool = [](const Tensor& x) { return ops::segment_mean(x, all_rows(x)).reshape({-1}); }};
}

}  // namespace groel::engine
