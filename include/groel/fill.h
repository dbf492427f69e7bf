// Predicts the residues at masked positions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "groel/model.h"

namespace groel {

struct MaskChoice {
  std::string token;         ///< a residue's letter
  double probability = 0.0;  ///< of the 20 residues' one
};

struct FilledMask {
  std::int64_t position = 0;        ///< of the residue, from 1
  std::vector<MaskChoice> choices;  ///< the likeliest first
};

class MaskFiller {
 public:
  /// Throws Error, when the model fills no masks.
  explicit MaskFiller(const Model& model);

  /// Each <mask> of the sequence, all masked together; `top` choices of each. Throws Error; bad_input where there is
  /// none.
  std::vector<FilledMask> operator()(const std::string& sequence, std::size_t top = 5) const;

 private:
  Model model_;
};

}  // namespace groel
