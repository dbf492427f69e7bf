// Finds numbers that are not finite (NaN, infinity), and the layer where they began.
#include "engine/finite.h"

namespace groel::engine {
namespace {

std::string place_of(int layer, std::int64_t layers, std::string_view head) {
  if (layer < 0) return std::string(head);
  return layer == 0 ? "the embeddings" : fmt::format("layer {} of {}", layer, layers);
}

}  // namespace

Error not_finite(const models::Model& model, std::span<const std::int32_t> tokens, std::string_view head) {
  int first = -1;
  models::Taps taps;
  taps.hidden = [&](int layer, const Tensor& hidden) {
    if (first < 0 && !all_finite(hidden)) first = layer;
  };
  const std::vector<std::int32_t> sequence(tokens.begin(), tokens.end());
  models::require<models::Encoder>(model).encode(models::Batch::pack(std::span(&sequence, 1), model.tokenizer()), taps);
  return Error(ErrorKind::bad_model,
               {fmt::format("the model's numbers overflow: NaN or infinity comes first out of {}",
                            place_of(first, model.info().layers, head)),
                {},
                "its weights are damaged or far too large, though each is finite: get the model again, or another"});
}

}  // namespace groel::engine
