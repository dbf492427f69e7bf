// predictor.json: what a folder of a trained predictor says of itself beside its weights.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "checkpoints/trunk.h"
#include "models/classifier.h"

namespace groel::predictors {

struct Card {
  models::Classification classes{};
  bool pairs = false;                         ///< labels are of pairs of proteins, by predictors::PairPredictor
  std::vector<double> thresholds{};           ///< several labels: of each, from which probability it is said to apply
  std::int64_t max_residues = 0;              ///< sequences were cropped to these in training; 0: not known
  std::optional<checkpoints::Trunk> trunk{};  ///< none: the head is the model's own
  nlohmann::ordered_json head{};              ///< of a head of its own: what it is, for people; "kind" is read
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();  ///< recipe, data, metrics: for people
};

/// "one label", "several labels" or "numbers".
std::string_view word_of(models::Problem problem);

/// Of that folder; nothing where it has none. Errors: io; bad_model naming the field.
std::optional<Card> read_card(const std::filesystem::path& folder);
/// Whole or not at all. Errors: io.
void write_card(const std::filesystem::path& folder, const Card& card);

}  // namespace groel::predictors
