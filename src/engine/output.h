// How an output of models is computed: one file in engine/outputs/ for each.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bio/output.h"
#include "models/model.h"

namespace groel::engine {

using bio::Output;

/// What was computed of one sequence: f32 on the host.
class OutputValues {
 public:
  struct Value {
    Output output;
    int layer;  ///< 0 (embeddings) to L (after the final norm); L for outputs of the whole model
    Tensor tensor;
  };
  /// Errors: internal, where it is not there.
  const Tensor& at(Output output, int layer) const;
  /// The only one of that name. Errors: internal, where there is none or several.
  const Tensor& of(Output output) const;
  bool has(Output output) const;
  /// The one to be computed; made at the first call.
  Tensor& slot(Output output, int layer);

  std::vector<Value> values;     ///< as asked for: output by output, their layers ascending
  std::optional<Error> failure;  ///< not all of it was finite: then there are no values
};

/// A forward pass over a batch and what comes of it.
struct OutputPass {
  const models::Model& model;
  const models::Batch& batch;
  std::span<const std::vector<std::int32_t>> sequences;
  std::vector<OutputValues> results{};  ///< by sequence
  std::vector<bool> not_finite{};       ///< by sequence: numbers that the output itself does not show
  bool all_rows = false;                ///< OutputRequest::all_rows
  bool ends = false;                    ///< OutputRequest::ends

  /// Of the batch's tokens [begin, end): those of a sequence's residues.
  std::pair<std::int64_t, std::int64_t> residues(std::size_t sequence) const;
  /// Of x [T, W] the rows that are shown of a sequence's residues, copied: [L, W], or [R*L, W] of all of an
  /// alignment's.
  Tensor of_residues(std::size_t sequence, const Tensor& x) const;
  /// The rows of x [B, D], one for each sequence.
  void keep_rows(Output output, int layer, const Tensor& x);
};

/// Takes what it needs of a pass, as it goes by.
class OutputMaker {
 public:
  virtual ~OutputMaker() = default;
  /// A layer that was asked for: [T, D].
  virtual void hidden(int /*layer*/, const Tensor& /*x*/) {}
  /// Of layers from 1 on.
  virtual bool wants_maps(int /*layer*/) const { return false; }
  /// Softmax maps [H, n, n] of one sequence, called only for the layers they are wanted for.
  virtual void maps(int /*layer*/, std::size_t /*sequence*/, const Tensor& /*maps*/) {}
  /// Of a pass through all layers: the last layer's states [T, D].
  virtual void last(const Tensor& /*x*/) {}
  /// The numbers of this sequence are finite.
  virtual void finish(std::size_t /*sequence*/) {}
};

/// What there is of an output.
enum class Layers {
  each,           ///< one for each layer that is asked for
  each_from_one,  ///< likewise, but for the embeddings
  whole_model,    ///< one, after all layers
};

/// How an output of a sequence that is too long comes of its windows'.
enum class Joined {
  not_at_all,
  residue_by_residue,  ///< the mean over the windows that hold a residue
  window_by_window,    ///< the mean over the windows
  pooled,              ///< made anew, of the joined vectors of residues
};

struct OutputRecipe {
  Layers layers = Layers::each;
  std::int64_t (*width)(const models::ModelInfo& info) = nullptr;  ///< null: as many as there are residues
  /// Errors: unsupported, where the model cannot give it.
  void (*check)(const models::Model& model) = nullptr;
  /// `layers`: those asked for.
  std::unique_ptr<OutputMaker> (*make)(OutputPass& pass, std::span<const int> layers) = nullptr;
  Joined joined = Joined::not_at_all;
  Tensor (*pool)(const Tensor& x) = nullptr;  ///< where it is pooled: [L, D] -> [D]
  std::string_view head = {};                 ///< where its numbers come from after the last layer: "the contact head"
};

const OutputRecipe& recipe(Output output);
/// The layers of an output that a request for `layers` gives of a model with so many, ascending.
std::vector<int> layers_of(Output output, std::span<const int> layers, std::int64_t model_layers);

}  // namespace groel::engine
