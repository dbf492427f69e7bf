// Looks for the nearest known vectors and counts what they are.
#include "predictors/neighbours.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "analysis/neighbours.h"
#include "base/error.h"
#include "base/threads.h"
#include "base/words.h"
#include "checkpoints/tensors.h"
#include "io/arrays.h"
#include "ops/compare.h"

namespace groel::predictors {
namespace {

constexpr double kLeast = 1e-6;

Tensor tensor_of(const io::ArrayFile& file, const char* name, const std::string& where) {
  const auto found = file.arrays.find(name);
  if (found == file.arrays.end())
    throw Error(ErrorKind::bad_model, {fmt::format("it has no '{}'", name), where, "train the predictor again"});
  return checkpoints::borrowed(found->second).clone();
}

}  // namespace

NeighbourHead::NeighbourHead(const Tensor& features, Tensor targets, std::int64_t neighbours)
    : vectors_{features.size(0), features.size(1), {}}, targets_(std::move(targets)), neighbours_(neighbours) {
  const auto values = features.values<float>();
  vectors_.values.assign(values.begin(), values.end());
  if (neighbours_ < 1 || neighbours_ > vectors_.rows)
    throw Error(ErrorKind::usage,
                {fmt::format("{} asked for, of {}", counted(neighbours_, "neighbour is", "neighbours are"),
                             counted(vectors_.rows, "protein")),
                 "`neighbours`", fmt::format("1 to {}", vectors_.rows)});
}

std::vector<double> NeighbourHead::means(std::span<const float> vector, const models::Classification& classes) const {
  std::vector<double> out(classes.labels.size());
  const double part = 1 / static_cast<double>(neighbours_);
  for (const auto& near : analysis::nearest_rows(vectors_, vector, neighbours_, analysis::Metric::euclidean)) {
    if (targets_.dtype() == DType::i32) {
      out[static_cast<std::size_t>(targets_.data<std::int32_t>()[near.row])] += part;
      continue;
    }
    const float* const row = targets_.data<float>() + near.row * targets_.size(1);
    for (std::size_t c = 0; c < out.size(); ++c) out[c] += part * double{row[c]};
  }
  return out;
}

Tensor NeighbourHead::outputs(const Tensor& vectors, const models::Classification& classes) const {
  const std::int64_t columns = static_cast<std::int64_t>(classes.labels.size());
  Tensor out = Tensor::empty({vectors.size(0), columns});
  float* const to = out.mutable_data<float>();
  const auto shown = [&](double mean) {
    if (classes.problem == models::Problem::regression) return mean;
    const double share = std::clamp(mean, kLeast, 1 - kLeast);
    return classes.problem == models::Problem::multi_label ? std::log(share / (1 - share)) : std::log(share);
  };
  parallel_for(vectors.size(0), [&](std::int64_t i) {
    const Tensor row = vectors.rows(i, i + 1).clone();
    const std::vector<double> all = means(row.values<float>(), classes);
    for (std::int64_t c = 0; c < columns; ++c)
      to[i * columns + c] = static_cast<float>(shown(all[static_cast<std::size_t>(c)]));
  });
  return out;
}

void NeighbourHead::save(const std::filesystem::path& folder) const {
  const Tensor vectors = Tensor::of<float>({vectors_.rows, vectors_.width}, std::span(vectors_.values));
  checkpoints::write_tensors(folder / kNeighboursFile, {{"vectors", vectors}, {"targets", targets_}},
                             {{"neighbours", std::to_string(neighbours_)}});
}

NeighbourHead NeighbourHead::load(const std::filesystem::path& folder) {
  const std::string where = (folder / kNeighboursFile).string();
  const io::ArrayFile file = io::read_safetensors(folder / kNeighboursFile);
  const nlohmann::json text = file.metadata.value("neighbours", nlohmann::json());
  std::int64_t neighbours = 0;
  if (text.is_string()) {
    const auto& digits = text.get_ref<const std::string&>();
    std::from_chars(digits.data(), digits.data() + digits.size(), neighbours);
  }
  const Tensor vectors = tensor_of(file, "vectors", where), targets = tensor_of(file, "targets", where);
  const bool fits = vectors.rank() == 2 && vectors.dtype() == DType::f32 && targets.rank() >= 1 &&
                    targets.size(0) == vectors.size(0) && neighbours >= 1 && neighbours <= vectors.size(0);
  if (!fits)
    throw Error(ErrorKind::bad_model, {"its vectors and what is true of them do not belong together", where, {}});
  if (!ops::all_finite(vectors))
    throw Error(ErrorKind::bad_model, {"its vectors hold NaN or infinity", where, "train the predictor again"});
  return {vectors, targets, neighbours};
}

}  // namespace groel::predictors
