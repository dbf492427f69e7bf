// What of a run of sequences fits into memory, told before it is begun.
#pragma once

#include <map>
#include <optional>

#include "base/error.h"
#include "base/options.h"
#include "base/system.h"
#include "structure_models/sequence_network.h"

namespace groel::tasks {

/// What fits: weights, and the memory of a pass for each length.
class FoldMemory {
 public:
  FoldMemory(const structure_models::SequenceNetwork& model, std::optional<std::size_t> allowed)
      : model_(model), weights_(model.weight_bytes()) {
    const auto free_now = static_cast<std::size_t>(static_cast<double>(available_memory()) * 0.8);
    const std::size_t whole = allowed.value_or(free_now + weights_);
    if (whole <= weights_)
      throw Error(ErrorKind::memory, {fmt::format("{} are not enough for the model's weights, {}", format_bytes(whole),
                                                  format_bytes(weights_)),
                                      "`memory`", "allow more, or use `dtype=bf16`"});
    left_ = whole - weights_;
  }
  std::size_t weights() const { return weights_; }
  std::size_t needed(std::int64_t residues) {
    auto& known = needed_[residues];
    if (known == 0) known = model_.fold_bytes(residues);
    return known;
  }
  void require(std::int64_t residues) {
    if (needed(residues) <= left_) return;
    throw Error(ErrorKind::memory,
                {fmt::format("{} residues (linkers too) need {} beside the weights, and {} are left; {} would fit",
                             residues, format_bytes(needed(residues)), format_bytes(left_), longest(residues)),
                 {},
                 "raise `memory`, use `dtype=bf16`, or fold domains apart"});
  }

 private:
  // Some steps of bisection: what is said need not be exact.
  std::int64_t longest(std::int64_t above) {
    std::int64_t fits = 1;
    for (int step = 0; step < 7; ++step) {
      const std::int64_t middle = (fits + above) / 2;
      (needed(middle) <= left_ ? fits : above) = middle;
    }
    return fits;
  }

  const structure_models::SequenceNetwork& model_;
  std::size_t weights_, left_ = 0;
  std::map<std::int64_t, std::size_t> needed_;
};

}  // namespace groel::tasks
