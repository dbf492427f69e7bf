// Linear heads and multi-layer perceptrons: each vector, of a sequence or of a residue, alone.
#pragma once

#include "nn/heads/parts.h"

namespace groel::nn {

class MlpHead final : public PredictionHead {
 public:
  explicit MlpHead(const HeadShape& shape) : PredictionHead(shape), mlp_(shape) {}

  void members(Members to) override { to.in_head().part("", mlp_); }
  bool reads_residues() const override { return shape().labels_of == LabelsOf::residues; }
  Tensor operator()(const HeadInput& input) const override { return mlp_(input.features); }

 private:
  Mlp mlp_;
};

}  // namespace groel::nn
