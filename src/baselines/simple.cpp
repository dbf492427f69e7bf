// Baselines that look at no sequence: the coin, and the frequencies of the training proteins.
#include "base/random.h"
#include "baselines/parts.h"

namespace groel::baselines {
namespace {

constexpr std::uint64_t kCoin = 0xc011;  // the purpose of derive_key

// The value of a training protein that is drawn for each judged one.
std::vector<double> drawn_values(const BaselineTask& task) {
  const std::uint64_t key = derive_key(task.options.seed, kCoin);
  const auto count = static_cast<std::uint32_t>(task.train.sequences.size());
  std::vector<double> out;
  for (std::size_t row = 0; row < task.judged.size(); ++row) {
    const std::size_t from = index_below(philox(key, row)[0], count) * task.columns();
    for (std::size_t k = 0; k < task.columns(); ++k) out.push_back(task.train.values[from + k]);
  }
  return out;
}

// Probabilities that are equal but for a millionth, so that which one is highest, or on which side of a half it is, is
// decided by the coin, and scores of probabilities are those of equal ones.
std::vector<double> tossed(const BaselineTask& task) {
  constexpr double kMillionth = 1e-6;
  const std::uint64_t key = derive_key(task.options.seed, kCoin);
  const double even = task.kind == Kind::one_class ? 1.0 / static_cast<double>(task.columns()) : 0.5;
  std::vector<double> out;
  for (std::size_t row = 0; row < task.judged.size(); ++row) {
    double sum = 0;
    for (std::size_t k = 0; k < task.columns(); ++k) {
      out.push_back(even * (1 + kMillionth * (unit_double(philox(key, row, k)[0]) - 0.5)));
      sum += out.back();
    }
    if (task.kind != Kind::one_class) continue;
    for (std::size_t k = 0; k < task.columns(); ++k) out[out.size() - 1 - k] /= sum;
  }
  return out;
}

}  // namespace

std::vector<double> frequencies(const BaselineTask& task) {
  const std::size_t columns = task.columns(), count = task.train.sequences.size();
  const bool numbers = task.kind == Kind::numbers;
  std::vector<double> sums(columns, numbers ? 0 : 0.5);
  for (const std::int64_t truth : task.train.classes)
    if (task.kind == Kind::one_class) ++sums[static_cast<std::size_t>(truth)];
  if (task.kind != Kind::one_class)
    for (std::size_t i = 0; i < task.train.values.size(); ++i) sums[i % columns] += task.train.values[i];
  const double added = numbers ? 0 : task.kind == Kind::one_class ? static_cast<double>(columns) / 2 : 1;
  for (double& sum : sums) sum /= static_cast<double>(count) + added;
  return sums;
}

std::vector<double> repeated(const std::vector<double>& row, std::size_t times) {
  std::vector<double> out;
  out.reserve(row.size() * times);
  for (std::size_t i = 0; i < times; ++i) out.insert(out.end(), row.begin(), row.end());
  return out;
}

Baseline coin_flip(const BaselineTask& task) {
  switch (task.kind) {
    case Kind::one_class: return {"", "one class as probable as any other; a coin decides", tossed(task), ""};
    case Kind::several_labels: return {"", "yes or no to each label by the toss of a coin", tossed(task), ""};
    case Kind::numbers: break;
  }
  return {"", "the value of a training protein that is drawn at random", drawn_values(task), ""};
}

Baseline class_frequencies(const BaselineTask& task) {
  std::vector<double> scores = repeated(frequencies(task), task.judged.size());
  switch (task.kind) {
    case Kind::one_class: return {"", "every protein in the class that most training proteins are in", scores, ""};
    case Kind::several_labels: return {"", "each label as probable as it is among training proteins", scores, ""};
    case Kind::numbers: break;
  }
  return {"", "the mean of the training proteins", scores, ""};
}

}  // namespace groel::baselines
