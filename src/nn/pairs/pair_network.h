// Networks that say something of pairs of proteins, the same in either order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nn/module.h"
#include "ops/graph.h"

namespace groel::nn {

/// All that is needed, beside its weights, to make a network again.
struct PairShape {
  /// - "mlp": hidden layers on p + q, |p - q| and p·q of a vector for each protein;
  /// - "gin": a graph isomorphism network over the links between proteins, as GNN-PPI (Lv et al. 2021) has it, on a
  ///   vector for each protein, and p·q;
  /// - "dnn-ppi": convolutions and an LSTM over the residues of both proteins, after DNN-PPI (Li et al. 2018);
  /// - "pipr": a residual recurrent convolutional network over the residues of both, and p·q, after PIPR (Chen et al.
  ///   2019), with LSTMs for its gated recurrent units.
  std::string kind = "mlp";
  std::int64_t inputs = 0;   ///< numbers per protein, or per residue
  std::int64_t outputs = 0;  ///< labels
  std::int64_t hidden = 256;
  double dropout = 0;  ///< in training, before the output
};

const std::vector<std::string>& pair_network_kinds();

/// Proteins as a network reads them.
struct ProteinInput {
  Tensor features;          ///< [P, D] f32, a vector for each; or [T, D], of all residues
  Tensor bounds{};          ///< of residues: [P + 1] i32, host
  ops::Neighbours links{};  ///< of networks that read them: between all P
};

/// Before use its tensors are put in place and made ready, as those of a PredictionHead. What is said of a pair does
/// not depend on its batch, or on the order of its proteins, while nothing is recorded.
class PairNetwork : public Module {
 public:
  const PairShape& shape() const { return shape_; }
  virtual bool reads_residues() const { return false; }
  virtual bool reads_links() const { return false; }
  /// -> [P, E] f32, what pairs are made of. Vectors of proteins are brought to mean 0 and deviation 1 first
  /// (set_pair_scale).
  Tensor proteins(const ProteinInput& input) const;
  /// encoded [P, E], two proteins for each pair ([N] i32, host) -> [N, C] f32: logits.
  virtual Tensor pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const = 0;
  /// The tensors of `layers`, then `scale.factor` and `scale.offset` [D] where it reads vectors of proteins.
  void members(Members to) final;

 protected:
  explicit PairNetwork(PairShape shape) : shape_(std::move(shape)) {}
  virtual void layers(Members to) = 0;
  virtual Tensor encode(const ProteinInput& input) const = 0;

 private:
  PairShape shape_;
  Tensor factor_, offset_;
};

/// A network without weights. Errors: usage, for a kind that does not exist and sizes that are none.
std::unique_ptr<PairNetwork> make_pair_network(const PairShape& shape);
/// Puts new weights in place, as nn::draw of heads does.
void draw(PairNetwork& network, std::uint64_t seed);
/// features [P, D] f32: proteins whose means and deviations become 0 and 1. Before the network is made ready.
void set_pair_scale(PairNetwork& network, const Tensor& features);

}  // namespace groel::nn
