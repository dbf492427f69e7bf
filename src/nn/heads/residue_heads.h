// Heads that read the residues of a sequence: light attention, convolutions, LSTMs.
#pragma once

#include <vector>

#include "nn/heads/residue_layers.h"

namespace groel::nn {

/// Light attention (Stärk et al. 2021, Bioinformatics Advances): two convolutions, of which one says how much each
/// residue counts in the other; that mean and the maximum, a hidden layer (dropout, ReLU, batch norm), the output.
class LightAttention final : public PredictionHead {
 public:
  explicit LightAttention(const HeadShape& shape);
  bool reads_residues() const override { return true; }
  std::vector<std::string> entrances() const override { return {"values", "scores"}; }

 private:
  /// `values`, `scores`, `hidden`, `norm`, `output`.
  void layers(Members to) override;
  Tensor outputs(const HeadInput& input) const override;

  Convolution values_, scores_;
  Linear hidden_;
  BatchNorm1d norm_;
  Linear output_;
};

class ConvolutionHead final : public PredictionHead {
 public:
  explicit ConvolutionHead(const HeadShape& shape);
  bool reads_residues() const override { return true; }
  std::vector<std::string> entrances() const override { return {"layers.0"}; }

 private:
  /// `layers.0`, `after.0` and so on, `output`.
  void layers(Members to) override;
  Tensor outputs(const HeadInput& input) const override;

  std::vector<Convolution> layers_;
  std::vector<AfterLayer> after_;
  ResidueOutput output_;
};

class LstmHead final : public PredictionHead {
 public:
  explicit LstmHead(const HeadShape& shape);
  bool reads_residues() const override { return true; }
  std::vector<std::string> entrances() const override { return {"layers.0.forward.input", "layers.0.backward.input"}; }

 private:
  /// `layers.0` and so on, `output`.
  void layers(Members to) override;
  Tensor outputs(const HeadInput& input) const override;

  std::vector<Lstm> layers_;
  ResidueOutput output_;
};

}  // namespace groel::nn
