// Predictions for masked residues as a picture.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/figure.h"
#include "tasks/fill_mask/positions.h"

namespace groel::tasks {

struct MaskPicture {
  std::string record, model;
  std::vector<std::string> tokens;    ///< of the choices
  std::vector<std::string> residues;  ///< for each position, what the sequence has there
  std::int64_t base = 0;              ///< added to positions
  bool one_by_one = false;            ///< each position was masked alone
};

/// Bars for one position, in order of probability; for several a heat map of positions by tokens, with the entropy
/// above it. The sequence's own residues are marked.
report::Figure mask_figure(std::span<const FilledPosition> filled, const MaskPicture& picture);

}  // namespace groel::tasks
