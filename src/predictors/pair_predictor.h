// A trained predictor of pairs: a model whose vectors of proteins are read, and a network on two of them.
#pragma once

#include <filesystem>
#include <memory>

#include "checkpoints/load.h"
#include "nn/pairs/pair_network.h"
#include "predictors/card.h"

namespace groel::predictors {

inline constexpr const char* kPairsFile = "pairs.safetensors";

class PairPredictor {
 public:
  /// That of the folder; the model behind it is found by what the card says, and checked. Errors: not_found, io;
  /// bad_model, where the parts do not belong together, or the predictor is none of pairs.
  PairPredictor(const std::filesystem::path& folder, ops::Precision precision);

  const checkpoints::LoadedModel& loaded() const { return model_; }
  const Card& card() const { return card_; }
  const std::vector<std::string>& labels() const { return card_.classes.labels; }
  const nn::PairNetwork& network() const { return *network_; }

 private:
  Card card_;
  checkpoints::LoadedModel model_;
  std::unique_ptr<nn::PairNetwork> network_;
};

/// Whether the folder holds a predictor of pairs.
bool predicts_pairs(const std::filesystem::path& folder);

/// pairs.safetensors in `folder`: `tensors` are those of the network by their names. Errors: io.
void write_pair_network(const std::filesystem::path& folder, const nn::PairShape& shape,
                        const std::vector<NamedTensor>& tensors);
/// Ready to predict. Errors: not_found, io, bad_model.
std::unique_ptr<nn::PairNetwork> read_pair_network(const std::filesystem::path& folder);

}  // namespace groel::predictors
