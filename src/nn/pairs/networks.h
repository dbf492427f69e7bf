// The kinds of networks of pairs.
#pragma once

#include <vector>

#include "nn/heads/batch_norm.h"
#include "nn/heads/residue_layers.h"
#include "nn/pairs/pair_network.h"

namespace groel::nn {

/// Hidden layers on what is made of two vectors.
class MlpPairs final : public PairNetwork {
 public:
  explicit MlpPairs(const PairShape& shape);
  Tensor pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const override;

 private:
  void layers(Members to) override { to.part("", mlp_); }
  Tensor encode(const ProteinInput& input) const override { return input.features; }

  Mlp mlp_;
};

/// x + Σ of its neighbours, two layers with ReLUs, batch norm: GIN with ε = 0 (Xu et al. 2019).
class GinLayer final : public Module {
 public:
  GinLayer(std::int64_t in, std::int64_t width);
  void members(Members to) override;
  Tensor operator()(const Tensor& x, const ops::Neighbours& links) const;

 private:
  Linear first_, second_;
  BatchNorm1d norm_;
};

class GinPairs final : public PairNetwork {
 public:
  explicit GinPairs(const PairShape& shape);
  bool reads_links() const override { return true; }
  Tensor pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const override;

 private:
  void layers(Members to) override;
  Tensor encode(const ProteinInput& input) const override;

  GinLayer graph_;
  Linear first_, second_, output_;
};

/// Three convolutions, each with ReLU and the maximum of every four residues; an LSTM both ways, its mean; hidden
/// layer.
class DnnPairs final : public PairNetwork {
 public:
  explicit DnnPairs(const PairShape& shape);
  bool reads_residues() const override { return true; }
  Tensor pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const override;

 private:
  void layers(Members to) override;
  Tensor encode(const ProteinInput& input) const override;

  std::vector<Convolution> convolutions_;
  Lstm lstm_;
  Mlp mlp_;
};

/// Three times a convolution, the maximum of every three residues, and an LSTM both ways beside what it read; then a
/// convolution, and the mean; p·q; hidden layer.
class PiprPairs final : public PairNetwork {
 public:
  explicit PiprPairs(const PairShape& shape);
  bool reads_residues() const override { return true; }
  Tensor pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const override;

 private:
  void layers(Members to) override;
  Tensor encode(const ProteinInput& input) const override;

  std::vector<Convolution> convolutions_;
  std::vector<Lstm> lstms_;
  Mlp mlp_;
};

}  // namespace groel::nn
