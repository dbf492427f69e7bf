// The output "cls": the hidden states of the token before the residues.
#include "base/error.h"
#include "engine/output.h"
#include "engine/outputs/pooling.h"

namespace groel::engine {
namespace {

class First final : public OutputMaker {
 public:
  explicit First(OutputPass& pass) : pass_(pass) {}
  void hidden(int layer, const Tensor& x) override {
    for (std::size_t b = 0; b < pass_.results.size(); ++b) {
      const std::int64_t row = pass_.batch.cu_seqlens.data<std::int32_t>()[b];
      pass_.results[b].slot(Output::cls, layer) = x.rows(row, row + 1).clone().reshape({-1});
    }
  }

 private:
  OutputPass& pass_;
};

void check_cls(const models::Model& model) {
  if (!model.tokenizer().special().begin)
    throw Error(ErrorKind::unsupported, {"this model reads no token before the residues", {}, "ask for their mean"});
}

}  // namespace

OutputRecipe cls_output() {
  return {.width = width_of_states,
          .check = check_cls,
          .make = [](OutputPass& pass, std::span<const int>) -> std::unique_ptr<OutputMaker> {
            return std::make_unique<First>(pass);
          },
          .joined = Joined::window_by_window};
}

}  // namespace groel::engine
