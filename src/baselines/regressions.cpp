// Baselines that fit a linear model to features of the sequence: ten descriptors, and words of three residues.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/kmers.h"
#include "analysis/linear_model.h"
#include "base/threads.h"
#include "baselines/parts.h"
#include "bio/descriptors.h"

namespace groel::baselines {
namespace {

using analysis::LinearKind;
using analysis::SparseRows;

struct Features {
  SparseRows train, judged;
};

std::vector<double> described(const std::vector<std::string>& sequences) {
  std::vector<double> out(sequences.size() * bio::kDescriptors);
  parallel_for(static_cast<std::int64_t>(sequences.size()), [&](std::int64_t row) {
    const auto numbers = bio::descriptors(sequences[static_cast<std::size_t>(row)]);
    std::copy(numbers.begin(), numbers.end(), out.begin() + row * static_cast<std::int64_t>(bio::kDescriptors));
  });
  return out;
}

// Both to mean 0 and standard deviation 1 of the training rows; a column that is the same in all of them to 0.
void standardise(std::vector<double>& train, std::vector<double>& judged) {
  constexpr std::size_t kWidth = bio::kDescriptors;
  const double count = static_cast<double>(train.size() / kWidth);
  for (std::size_t k = 0; k < kWidth; ++k) {
    double mean = 0, squares = 0;
    for (std::size_t i = k; i < train.size(); i += kWidth) mean += train[i];
    mean /= count;
    for (std::size_t i = k; i < train.size(); i += kWidth) squares += (train[i] - mean) * (train[i] - mean);
    const double spread = std::sqrt(squares / count);
    const double scale = spread > 1e-12 * std::abs(mean) ? 1 / spread : 0;
    for (auto* values : {&train, &judged})
      for (std::size_t i = k; i < values->size(); i += kWidth) (*values)[i] = ((*values)[i] - mean) * scale;
  }
}

// What a kind is to a linear model. Two classes are one label; of many classes each is told from the rest, as a model
// of all together would need too much memory.
struct Plan {
  LinearKind kind;
  std::int64_t outputs;
  std::vector<double> values;
};

Plan plan_for(const BaselineTask& task) {
  constexpr std::int64_t kTogether = 64;
  const std::int64_t columns = task.train.columns;
  if (task.kind == Kind::numbers) return {LinearKind::numbers, columns, task.train.values};
  if (task.kind == Kind::several_labels) return {LinearKind::labels, columns, task.train.values};
  if (columns > 2 && columns <= kTogether) return {LinearKind::classes, columns, {}};
  Plan out{LinearKind::labels, columns == 2 ? 1 : columns, {}};
  for (const std::int64_t truth : task.train.classes)
    for (std::int64_t k = 0; k < out.outputs; ++k) out.values.push_back(truth == (columns == 2 ? 1 : k) ? 1 : 0);
  return out;
}

int iterations_for(const BaselineTask& task, const SparseRows& rows, std::int64_t outputs) {
  constexpr double kLeast = 8, kMost = 100;
  const double one = 2 * static_cast<double>(rows.entries() + rows.rows()) * static_cast<double>(outputs);
  return static_cast<int>(std::clamp(task.options.work / one, kLeast, kMost));
}

// Scores of the model as [n, columns]; a millionth of the frequencies keeps probabilities off 0 and 1.
std::vector<double> as_columns(const BaselineTask& task, const Plan& plan, const std::vector<double>& said) {
  if (task.kind == Kind::numbers) return said;
  constexpr double kMillionth = 1e-6;
  const std::vector<double> common = frequencies(task);
  const std::size_t columns = task.columns(), outputs = static_cast<std::size_t>(plan.outputs);
  std::vector<double> out(task.judged.size() * columns);
  for (std::size_t row = 0; row < task.judged.size(); ++row) {
    double* to = out.data() + row * columns;
    std::copy_n(said.data() + row * outputs, outputs, to);
    if (outputs < columns) to[1] = to[0], to[0] = 1 - to[1];
    double sum = 0;
    for (std::size_t k = 0; k < columns; ++k) sum += to[k];
    const double whole = task.kind == Kind::one_class && sum > 0 ? sum : 1;
    for (std::size_t k = 0; k < columns; ++k) to[k] = (1 - kMillionth) * to[k] / whole + kMillionth * common[k];
  }
  return out;
}

Baseline regression(const BaselineTask& task, const Features& features, const std::string& of) {
  const Plan plan = plan_for(task);
  const int iterations = iterations_for(task, features.train, plan.outputs);
  const analysis::LinearModel model = analysis::fit_linear(
      features.train, {plan.kind, plan.outputs, task.train.classes, plan.values}, {1, iterations, 1e-3});
  Baseline out;
  out.words = fmt::format("{} and {} regression", of, task.kind == Kind::numbers ? "ridge" : "logistic");
  out.scores = as_columns(task, plan, analysis::predict_linear(model, features.judged));
  if (!model.converged) out.note = fmt::format("stopped after {} iterations, before the fit had settled", iterations);
  return out;
}

}  // namespace

Baseline descriptor_regression(const BaselineTask& task) {
  std::vector<double> train = described(task.train.sequences), judged = described(task.judged);
  standardise(train, judged);
  const Features features{analysis::dense_rows(train, bio::kDescriptors),
                          analysis::dense_rows(judged, bio::kDescriptors)};
  return regression(task, features, "ten descriptors of the sequence (length, charge, hydrophobicity, …)");
}

Baseline kmer_regression(const BaselineTask& task) {
  constexpr int kWord = 3;
  const Features features{analysis::kmer_composition(task.train.sequences, kWord),
                          analysis::kmer_composition(task.judged, kWord)};
  return regression(task, features, "how often each word of three residues occurs");
}

}  // namespace groel::baselines
