// Fits linear heads and keeps neighbours.
#include "tasks/train/fit_at_once.h"

#include <cmath>

#include "analysis/linear_model.h"
#include "base/words.h"
#include "checkpoints/head_file.h"
#include "ops/pool.h"
#include "predictors/neighbours.h"
#include "train/trainee.h"

namespace groel::tasks {
namespace {

using models::Classification;
using models::LabelOf;
using models::Problem;

// A row for each protein, or for each residue with a label.
struct FitRows {
  std::int64_t width = 0;
  std::vector<float> values;
  std::vector<std::size_t> targets;  // rows of the part's targets
  std::int64_t count() const { return static_cast<std::int64_t>(targets.size()); }
};

void add_mean(const Tensor& vectors, FitRows& to) {
  const auto values = vectors.values<float>();
  const auto width = static_cast<std::size_t>(to.width);
  std::vector<double> sums(width);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i % width] += double{values[i]};
  for (const double sum : sums) to.values.push_back(static_cast<float>(sum / static_cast<double>(vectors.size(0))));
}

FitRows rows_of(const LabelledVectors& part) {
  FitRows out;
  out.width = part.source->width();
  std::size_t target = 0;
  for (std::int64_t s = 0; s < part.sequences(); ++s) {
    Tensor vectors = Tensor::empty({part.source->rows(s), out.width});
    part.source->read(s, vectors.mutable_data<float>());
    if (part.targets.of == nn::LabelsOf::sequences) {
      add_mean(vectors, out);
      out.targets.push_back(target++);
      continue;
    }
    const auto values = vectors.values<float>();
    for (std::int64_t r = 0; r < vectors.size(0); ++r, ++target) {
      if (part.targets.values.values<std::int32_t>()[target] == train::kNoTarget) continue;
      const auto row = values.subspan(static_cast<std::size_t>(r * out.width), static_cast<std::size_t>(out.width));
      out.values.insert(out.values.end(), row.begin(), row.end());
      out.targets.push_back(target);
    }
  }
  return out;
}

// Columns brought to mean 0 and deviation 1, so that the penalty treats them alike.
struct Standard {
  std::vector<double> mean, deviation, values;

  explicit Standard(const FitRows& rows)
      : mean(static_cast<std::size_t>(rows.width)), deviation(mean), values(rows.values.size()) {
    const std::size_t width = mean.size();
    const auto count = static_cast<double>(rows.count());
    for (std::size_t i = 0; i < values.size(); ++i) mean[i % width] += double{rows.values[i]} / count;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = double{rows.values[i]} - mean[i % width];
      deviation[i % width] += values[i] * values[i] / count;
    }
    for (double& one : deviation) one = one > 0 ? std::sqrt(one) : 1;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] /= deviation[i % width];
  }
};

analysis::LinearModel fit(const HeadPlan& plan, const Standard& x, const FitRows& rows, const LabelledVectors& part,
                          const Classification& classes) {
  std::vector<std::int64_t> known;
  std::vector<double> numbers;
  const auto outputs = static_cast<std::int64_t>(classes.labels.size());
  const bool one_class = classes.problem == Problem::single_label;
  for (const std::size_t target : rows.targets) {
    if (one_class) known.push_back(part.targets.values.values<std::int32_t>()[target]);
    for (std::int64_t c = 0; !one_class && c < outputs; ++c)
      numbers.push_back(double{part.targets.values.values<float>()[target * static_cast<std::size_t>(outputs) +
                                                                   static_cast<std::size_t>(c)]});
  }
  using analysis::LinearKind;
  const LinearKind kind = one_class                                 ? LinearKind::classes
                          : classes.problem == Problem::multi_label ? LinearKind::labels
                                                                    : LinearKind::numbers;
  return analysis::fit_linear(analysis::dense_rows(x.values, rows.width), {kind, outputs, known, numbers},
                              {.inverse_strength = plan.inverse_strength});
}

// The same function of vectors as they are.
void put(const analysis::LinearModel& model, const Standard& x, nn::PredictionHead& head) {
  const auto width = static_cast<std::size_t>(model.width), outputs = static_cast<std::size_t>(model.outputs);
  for (const nn::Parameter& parameter : nn::tree_of(head).parameters)
    *parameter.slot = Tensor::computed(parameter.shape, Device::cpu, [&](std::span<float> to) {
      for (std::size_t c = 0; c < outputs; ++c) {
        double bias = model.biases[c];
        for (std::size_t d = 0; d < width; ++d) {
          const double weight = model.weights[d * outputs + c] / x.deviation[d];
          bias -= weight * x.mean[d];
          if (parameter.shape.size() == 2) to[c * width + d] = static_cast<float>(weight);
        }
        if (parameter.shape.size() == 1) to[c] = static_cast<float>(bias);
      }
    });
}

std::string fit_logistic(const HeadPlan& plan, const LabelledVectors& learned, const Classification& classes,
                         const std::filesystem::path& folder) {
  const FitRows rows = rows_of(learned);
  const Standard x(rows);
  const analysis::LinearModel model = fit(plan, x, rows, learned, classes);
  nn::HeadShape shape;
  shape.inputs = rows.width;
  shape.outputs = model.outputs;
  shape.labels_of = learned.targets.of;
  const auto head = nn::make_head(shape);
  put(model, x, *head);
  checkpoints::write_head(folder, head->shape(), checkpoints::head_tensors(*head));
  return fmt::format("fitted in {}{}", counted(model.iterations, "iteration"),
                     model.converged ? "" : ", which were not enough for its tolerance");
}

}  // namespace

std::string fit_at_once(const HeadPlan& plan, const LabelledVectors& learned, const Classification& classes,
                        const std::filesystem::path& folder) {
  if (plan.shape.kind == "logistic") return fit_logistic(plan, learned, classes, folder);
  const FitRows rows = rows_of(learned);
  const Tensor vectors = Tensor::of<float>({rows.count(), rows.width}, std::span<const float>(rows.values));
  predictors::NeighbourHead(vectors, learned.targets.values, plan.neighbours).save(folder);
  return fmt::format("{} kept", counted(rows.count(), "vector is", "vectors are"));
}

}  // namespace groel::tasks
