// The output "attentions": attention maps, over all tokens.
#include <algorithm>

#include "engine/output.h"

namespace groel::engine {
namespace {

class Attentions final : public OutputMaker {
 public:
  Attentions(OutputPass& pass, std::span<const int> layers) : pass_(pass), layers_(layers) {}
  bool wants_maps(int layer) const override {
    return std::find(layers_.begin(), layers_.end(), layer) != layers_.end();
  }
  void maps(int layer, std::size_t sequence, const Tensor& maps) override {
    pass_.results[sequence].slot(Output::attentions, layer) = maps.clone();
  }

 private:
  OutputPass& pass_;
  std::span<const int> layers_;
};

}  // namespace

OutputRecipe attentions_output() {
  return {.layers = Layers::each_from_one,
          .width = [](const models::ModelInfo& info) { return info.heads; },
          .make = [](OutputPass& pass, std::span<const int> layers) -> std::unique_ptr<OutputMaker> {
            return std::make_unique<Attentions>(pass, layers);
          }};
}

}  // namespace groel::engine
