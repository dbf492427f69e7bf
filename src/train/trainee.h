// A model with an objective, as the trainer sees it: parameters with gradients, and the loss of a batch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "checkpoints/saved_model.h"
#include "models/model.h"

namespace groel::train {

/// Marks a position that is no target.
inline constexpr std::int32_t kNoTarget = -100;

/// What one forward and backward pass is given.
struct TrainBatch {
  models::Batch input;            ///< tokens as the model gets them: packed, masked
  Tensor targets;                 ///< a token's class, or kNoTarget: [T] i32; of whole sequences: [B] i32, [B, C] f32
  std::int64_t target_count = 0;  ///< how many targets are not kNoTarget
  std::vector<std::int64_t> sequences;  ///< their indices in the corpus, if there is one
  Tensor features;  ///< what a frozen trunk makes of `input`, where it is known, as the head reads it: [B, D] or [T, D]
  Tensor bounds;    ///< of features of residues without `input`: sequence b has rows [bounds[b], bounds[b + 1])
  std::uint64_t key = 0;  ///< for dropout (base/random.h): differs between batches, repeats on a resume
  /// Of a step with several tasks: the batches of each, and then nothing else but one target.
  std::vector<TrainBatch> parts = {};
  std::size_t task = 0;  ///< of such a part
  /// Tokens; of a batch of vectors alone, these.
  std::int64_t size() const;
};

/// What a head said of each target, and what is true: for scores that no sum can give.
struct Predictions {
  std::int64_t columns = 0;    ///< outputs of the head
  std::vector<double> values;  ///< [N, columns]
  std::vector<double> truth;   ///< [N] classes, or [N, columns] of several labels and of numbers
};

/// Sums over targets, so that batches of any size can be added up.
struct LossSum {
  double loss = 0;                          ///< sum of the targets' losses
  std::int64_t targets = 0;                 ///< how many they are
  std::int64_t correct = 0;                 ///< targets whose class scored highest (evaluate alone has to fill it)
  std::vector<std::int64_t> class_targets;  ///< a class: targets of it (evaluate; may be empty)
  std::vector<std::int64_t> class_correct;  ///< a class: those that were right
  Predictions predictions{};                ///< evaluate of objectives on labels
  std::vector<LossSum> parts{};             ///< evaluate of several tasks: each one's own

  LossSum& operator+=(const LossSum& other);
  double mean() const { return targets > 0 ? loss / static_cast<double>(targets) : 0; }
};

/// An f32 master and its gradient, same shape, contiguous. An undefined gradient: the loss does not depend on it, and
/// it gets neither update nor decay.
struct TrainedParameter {
  std::string name;
  Tensor value;
  Tensor grad;
  nn::Role role = nn::Role::matrix;
  nn::Place place = {};
  bool transposed = false;  ///< a checkpoint holds the transpose
};

/// Their names and values, as files hold them.
std::vector<NamedTensor> named_values(const std::vector<TrainedParameter>& parameters);

class Trainee {
 public:
  virtual ~Trainee() = default;
  /// Those that are trained, in a fixed order. The tensors share memory with the model: the trainer writes `value` in
  /// place and sets `grad` to zero after each update.
  virtual std::vector<TrainedParameter> parameters() = 0;
  /// Forward and backward: grad += weight * d(sum of the batch's losses).
  virtual LossSum accumulate(const TrainBatch& batch, double weight) = 0;
  /// Forward only, without dropout.
  virtual LossSum evaluate(const TrainBatch& batch) = 0;
  /// Values were written: pack them for use.
  virtual void parameters_changed() = 0;
  /// The model as it is now, to be written; shares memory.
  virtual checkpoints::SavedModel saved_model() const = 0;
  /// Writes what was trained into `folder`, which is there: the model, or an adapter of it. Errors: io.
  virtual void save(const std::filesystem::path& folder) const { checkpoints::write_model(folder, saved_model()); }
};

}  // namespace groel::train
