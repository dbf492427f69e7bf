// Torsion angles of residues from their states (algorithm 20 of AlphaFold 2, lines 11 to 14, as its code has them).
#pragma once

#include <memory>
#include <vector>

#include "nn/linear.h"

namespace groel::structure_models {

class AngleResnet final : public nn::Module {
 public:
  /// States of `width`, `inner` channels inside, so many blocks. All f32.
  AngleResnet(std::int64_t width, std::int64_t inner, std::int64_t blocks);
  ~AngleResnet() override;
  /// Names of OpenFold: linear_in, linear_initial [inner, Cs], layers.0.linear_1, …, linear_out [14, inner].
  void members(nn::Members to) override;
  /// s [N, Cs], `first` [N, Cs] those before the first round -> [N, 7, 2], not normalised.
  Tensor operator()(const Tensor& s, const Tensor& first) const;

 private:
  class Block;
  nn::Linear in_, first_;
  std::vector<std::unique_ptr<Block>> blocks_;
  nn::Linear out_;
};

/// [N, 7, 2], each pair divided by its length, whose square is taken for `least` at least.
Tensor normalised_angles(const Tensor& raw, float least);

}  // namespace groel::structure_models
