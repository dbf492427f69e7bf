// The output "contacts": for each pair of residues the probability of touching, from the attention maps of all layers.
#include "engine/output.h"

namespace groel::engine {
namespace {

class Contacts final : public OutputMaker {
 public:
  explicit Contacts(OutputPass& pass)
      : pass_(pass),
        head_(models::require<models::ContactPredictor>(pass.model)),
        layers_(static_cast<int>(pass.model.info().layers)) {}

  bool wants_maps(int) const override { return true; }
  void maps(int layer, std::size_t sequence, const Tensor& maps) override {
    Tensor& contacts = pass_.results[sequence].slot(Output::contacts, layers_);
    if (!contacts.defined()) {
      const auto [begin, end] = pass_.residues(sequence);
      contacts = Tensor::zeros({end - begin, end - begin}, DType::f32, maps.device());
    }
    head_.add_contact_maps(contacts, layer, maps, pass_.sequences[sequence]);
  }
  void finish(std::size_t sequence) override {
    head_.finish_contacts(pass_.results[sequence].slot(Output::contacts, layers_));
  }

 private:
  OutputPass& pass_;
  const models::ContactPredictor& head_;
  int layers_;
};

void check_contacts(const models::Model& model) {
  models::require<models::ContactPredictor>(model);
  models::require_residue_tokens(model, "contacts");
}

}  // namespace

OutputRecipe contacts_output() {
  return {.layers = Layers::whole_model,
          .check = check_contacts,
          .make = [](OutputPass& pass, std::span<const int>) -> std::unique_ptr<OutputMaker> {
            return std::make_unique<Contacts>(pass);
          },
          .head = "the contact head"};
}

}  // namespace groel::engine
