// The output "max": the maximum over a protein's residues, element by element.
#include "engine/finite.h"
#include "engine/output.h"
#include "engine/outputs/pooling.h"

namespace groel::engine {
namespace {

class Max final : public OutputMaker {
 public:
  explicit Max(OutputPass& pass) : pass_(pass) {}
  // The pool takes the largest of those that are numbers, so that it may hide the others.
  void hidden(int layer, const Tensor& x) override {
    pass_.keep_rows(Output::max, layer, ops::segment_max(x, pass_.batch.residues));
    for (std::size_t b = 0; b < pass_.results.size(); ++b) {
      const auto [begin, end] = pass_.residues(b);
      if (!all_finite(x.rows(begin, end))) pass_.not_finite[b] = true;
    }
  }

 private:
  OutputPass& pass_;
};

}  // namespace

OutputRecipe max_output() {
  return {.width = width_of_states,
          .make = [](OutputPass& pass, std::span<const int>) -> std::unique_ptr<OutputMaker> {
            return std::make_unique<Max>(pass);
          },
          .joined = Joined::pooled,
          .pool = [](const Tensor& x) { return ops::segment_max(x, all_rows(x)).reshape({-1}); }};
}

}  // namespace groel::engine
