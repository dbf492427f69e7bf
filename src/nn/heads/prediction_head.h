// Heads that predict labels of proteins or of residues from a frozen model's vectors, or from one-hot residues.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nn/module.h"

namespace groel::nn {

enum class LabelsOf { sequences, residues };
enum class BatchNorm { no, yes };
/// Whether outputs are multiplied by a stored scale and added to a stored mean (of a regression's targets), so that
/// what is learned is of the order of 1 whatever the unit.
enum class OutputScale { no, yes };

/// What a head is: all that is needed, beside its weights, to make it again.
struct HeadShape {
  /// "linear", "mlp", "attention" (light attention, Stärk et al. 2021), "cnn", "lstm" or "transformer".
  std::string kind = "linear";
  std::int64_t inputs = 0;   ///< numbers per vector
  std::int64_t outputs = 0;  ///< classes, labels or numbers
  LabelsOf labels_of = LabelsOf::sequences;
  /// Widths of the hidden layers: of an mlp and of the convolutions of a cnn one for each, of attention the one before
  /// the output, of an lstm that of each direction, one for each layer; of a transformer that of its blocks, the same
  /// for each. Empty: default_hidden.
  std::vector<std::int64_t> hidden;
  std::string activation = "gelu";       ///< "gelu" (exact), "relu" or "tanh": of mlp and cnn
  double dropout = 0;                    ///< in training, of what enters every layer but the first
  BatchNorm batch_norm = BatchNorm::no;  ///< between every hidden layer and its activation: of mlp and cnn
  std::int64_t kernel = 9;               ///< residues that a convolution sees, odd: of attention and cnn
  std::string pooling =
      "mean";  ///< "mean" or "max" over the residues, for labels of sequences: of cnn, lstm, transformer
  std::int64_t attention_heads = 4;  ///< of a transformer
  OutputScale output_scale = OutputScale::no;
};

/// Every kind that there is.
const std::vector<std::string>& head_kinds();
/// What an empty HeadShape::hidden stands for; empty where a kind has no hidden layers. Errors: usage, for a kind that
/// does not exist.
std::vector<std::int64_t> default_hidden(const std::string& kind);

/// What a head reads of a batch.
struct HeadInput {
  Tensor features;  ///< [B, D] f32: a vector per sequence; or [T, D]: of all residues, sequence after sequence
  Tensor bounds;    ///< [B + 1] i32, host: sequence b is rows [bounds[b], bounds[b + 1]); where reads_residues()
};

/// A tree of modules whose tensors are all in a head. Before use its tensors are put in place (nn::draw, or a file's)
/// and made ready (nn::ready, nn::ready_for_training). While autograd records it drops out, and batch norms look at the
/// batch; else a sequence's outputs do not depend on its batch.
class PredictionHead : public Module {
 public:
  const HeadShape& shape() const { return shape_; }
  /// Whether it reads the vectors of residues; if not, one vector for each sequence (the mean over its residues).
  virtual bool reads_residues() const = 0;
  /// -> [B, C] f32 for labels of sequences, [T, C] for labels of residues: logits, or numbers. An empty sequence gets
  /// what zeros would. Errors: internal on shapes that do not fit.
  Tensor operator()(const HeadInput& input) const;
  /// Names of the layers that read the features: no gradient has to reach their inputs where features are given.
  virtual std::vector<std::string> entrances() const = 0;
  /// The tensors of `layers`, then `scale.mean` and `scale.deviation` [C] where outputs are scaled.
  void members(Members to) final;
  void ready(const Form& form) override;

 protected:
  explicit PredictionHead(HeadShape shape) : shape_(std::move(shape)) {}
  virtual void layers(Members to) = 0;
  virtual Tensor outputs(const HeadInput& input) const = 0;

 private:
  HeadShape shape_;
  Tensor mean_, deviation_;  // of outputs
};

/// A head without weights; `hidden` of its shape is filled in. Errors: usage, naming the field that is wrong and what
/// it may be.
std::unique_ptr<PredictionHead> make_head(const HeadShape& shape);

/// Puts new weights in place, as PyTorch's modules draw theirs: uniform within 1/sqrt(inputs of the layer), gains 1,
/// biases of norms 0. They depend on the seed and their names alone.
void draw(const Tree& tree, std::uint64_t seed);
inline void draw(PredictionHead& head, std::uint64_t seed) { draw(tree_of(head), seed); }
/// Makes a head ready for training on features that are given. Gradients have been made (nn::make_gradients).
void ready_for_training(PredictionHead& head);
/// What outputs are multiplied by and added to, [C] f32 each: before the head is made ready. Errors: internal, for a
/// head without a scale.
void set_output_scale(PredictionHead& head, const Tensor& mean, const Tensor& deviation);

}  // namespace groel::nn
