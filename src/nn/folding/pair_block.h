// The five updates of pairs that every block of a folding trunk makes, one after the other.
#pragma once

#include "nn/folding/transition.h"
#include "nn/folding/triangle_attention.h"
#include "nn/folding/triangle_multiplication.h"

namespace groel::nn::folding {

struct PairBlockForm {
  std::int64_t width = 128;
  std::int64_t product_width = 128;  ///< channels of triangle multiplication
  std::int64_t heads = 4;
  std::int64_t head_width = 32;
  std::int64_t transition = 512;  ///< inner width
  TransitionKind kind = TransitionKind::swiglu;
  EndingBias ending_bias = EndingBias::as_is;
  Bias bias = Bias::no;  ///< of triangle updates and transition
  float epsilon = 1e-5F;
};

class PairBlock final : public Module {
 public:
  PairBlock() = default;
  explicit PairBlock(const PairBlockForm& form);

  /// `multiply_outgoing`, `multiply_incoming`, `attend_starting`, `attend_ending`, `transition`.
  void members(Members to) override;
  /// z += multiplication of outgoing, then of incoming edges; += attention around the starting, then the ending node;
  /// += transition. In place. `after` (may be empty) is called after each with its part's name.
  void update(Pairs& pairs, const std::function<void(std::string_view)>& after = {}) const;

 private:
  TriangleMultiplication outgoing_, incoming_;
  TriangleAttention starting_, ending_;
  Transition transition_;
};

}  // namespace groel::nn::folding
