// Predicts which residues of a protein touch.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "groel/model.h"

namespace groel {

class ContactFinder {
 public:
  /// Throws Error, when the model has no contact head (`groel fit-contacts` gives it one).
  explicit ContactFinder(const Model& model);

  /// The probability of each pair of residues to be within 8 Å (C-beta atoms): [L, L]. Throws Error naming the
  /// sequence.
  std::vector<Array> operator()(std::span<const std::string> sequences) const;
  Array operator()(const std::string& sequence) const;

 private:
  Embedder embedder_;
};

}  // namespace groel
