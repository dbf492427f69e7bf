// predictor.json: what a folder of a trained predictor says of itself beside its weights.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/classifier.h"

namespace groel::predictors {

inline constexpr const char* kCardFile = "predictor.json";

/// The model whose vectors a head of its own reads.
struct Trunk {
  std::string model;        ///< as -m takes it: a name, or a path, relative to the folder of the card
  std::string fingerprint;  ///< checkpoints::LoadedModel::fingerprint
  int layer = 0;            ///< whose vectors
};

struct Card {
  models::Classification classes{};
  std::vector<double> thresholds{};  ///< several labels: of each, from which probability it is said to apply
  std::int64_t max_residues = 0;     ///< sequences were cropped to these in training; 0: not known
  std::optional<Trunk> trunk{};      ///< none: the head is the model's own
  nlohmann::ordered_json head{};     ///< shape of a head of its own
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();  ///< recipe, data, metrics: for people
};

/// Of that folder; nothing where it has none. Errors: io; bad_model naming the field.
std::optional<Card> read_card(const std::filesystem::path& folder);
/// Whole or not at all. Errors: io.
void write_card(const std::filesystem::path& folder, const Card& card);

}  // namespace groel::predictors
