// Runs a head over the sequences of a part, one by one.
#include "tasks/train/head_scores.h"

#include "base/interrupt.h"
#include "checkpoints/head_file.h"
#include "ops/pool.h"
#include "train/label_loss.h"

namespace groel::tasks {
namespace {

Tensor mean_of(const Tensor& rows) {
  const auto count = static_cast<std::int32_t>(rows.size(0));
  return ops::segment_mean(rows, {Tensor::of<std::int32_t>({1}, {0}), Tensor::of<std::int32_t>({1}, {count})});
}

// Squares of differences become shares of the variance, of a head that learned in such units.
Tensor loss_weights(const predictors::Predictor& predictor) {
  if (predictor.head() == nullptr || predictor.head()->shape().output_scale == nn::OutputScale::no) return {};
  const auto head = checkpoints::read_head(predictor.folder());
  for (const NamedTensor& tensor : checkpoints::head_tensors(*head)) {
    if (tensor.name != "scale.deviation") continue;
    return Tensor::computed(tensor.value.shape(), Device::cpu, [&](std::span<float> to) {
      const auto deviation = tensor.value.values<float>();
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = 1 / (deviation[i] * deviation[i]);
    });
  }
  return {};
}

}  // namespace

train::LossSum score_head(const predictors::Predictor& predictor, const LabelledVectors& part) {
  const bool by_residue = part.targets.of == nn::LabelsOf::residues;
  const bool means = predictor.read() == bio::Output::mean;
  const auto columns = static_cast<std::int64_t>(predictor.classes().labels.size());
  Tensor outputs = Tensor::empty({part.targets.values.size(0), columns});
  std::int64_t row = 0;
  for (std::int64_t s = 0; s < part.sequences(); ++s) {
    check_interrupted();
    Tensor vectors = Tensor::empty({part.source->rows(s), part.source->width()});
    part.source->read(s, vectors.mutable_data<float>());
    if (means && part.source->vectors_of() == train::VectorsOf::residues) vectors = mean_of(vectors);
    const Tensor out = predictor.head_outputs(vectors);
    GROEL_REQUIRE(out.size(0) == (by_residue ? part.source->rows(s) : 1));
    outputs.rows(row, row + out.size(0)).copy_from(out);
    row += out.size(0);
  }
  if (!train::has_targets(part.targets.values)) return {};
  const train::LabelOutputs known = train::with_targets(outputs, part.targets.values);
  const models::Problem problem = predictor.classes().problem;
  return train::evaluation_sum(train::label_loss(problem, known, {1, loss_weights(predictor)}), known,
                               train::predictions_of(known));
}

}  // namespace groel::tasks
