// Linear heads and multi-layer perceptrons: each vector, of a sequence or of a residue, alone.
#pragma once

#include "nn/heads/parts.h"

namespace groel::nn {

class MlpHead final : public PredictionHead {
 public:
  explicit MlpHead(const HeadShape& shape) : PredictionHead(shape), mlp_(shape) {}

  bool reads_residues() const override { return shape().labels_of == LabelsOf::residues; }
  std::vector<std::string> entrances() const override { return {shape().hidden.empty() ? "output" : "layers.0"}; }

 private:
  void layers(Members to) override { to.part("", mlp_); }
  Tensor outputs(const HeadInput& input) const override { return mlp_(input.features); }

  Mlp mlp_;
};

}  // namespace groel::nn
