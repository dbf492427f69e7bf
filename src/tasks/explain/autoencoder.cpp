// Checks the weights of a sparse autoencoder and runs it.
#include "tasks/explain/autoencoder.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/threads.h"
#include "checkpoints/tensors.h"

namespace groel::tasks {
namespace {

constexpr std::int64_t kActivationsAtOnce = std::int64_t{1} << 22;
constexpr double kLeastDeviation = 1e-5;  // added to the standard deviation, as in training

Error misfit(const AutoencoderFile& file, const std::string& what) {
  return {ErrorKind::bad_model, {what, file.path.string(), {}}};
}

Tensor finite_tensor(const AutoencoderFile& file, const std::string& name) {
  const io::Array& array = file.arrays.at(name);
  if (array.dtype != DType::f32 && array.dtype != DType::bf16 && array.dtype != DType::f16)
    throw misfit(file, fmt::format("{} is of type {}, not f32, bf16 or f16", name, groel::name(array.dtype)));
  Tensor out = checkpoints::copied(array, DType::f32);
  const auto values = out.values<float>();
  if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
    throw misfit(file, fmt::format("{} has values that are no finite numbers", name));
  return out;
}

Tensor vector_of(const AutoencoderFile& file, const std::string& name, std::int64_t size) {
  if (name.empty()) return {};
  if (const Shape& shape = file.arrays.at(name).shape; shape != Shape{size})
    throw misfit(file, fmt::format("{} is {}, and would be [{}]", name, to_string(shape), size));
  return finite_tensor(file, name);
}

Tensor transposed(const Tensor& matrix) {
  const std::int64_t rows = matrix.size(0), columns = matrix.size(1);
  Tensor out = Tensor::empty({columns, rows});
  const float* from = matrix.data<float>();
  float* to = out.mutable_data<float>();
  parallel_for(columns, [&](std::int64_t c) {
    for (std::int64_t r = 0; r < rows; ++r) to[c * rows + r] = from[r * columns + c];
  });
  return out;
}

// [F, D]. A square one is as files of its name have it: "W_enc" multiplies from the right.
Tensor weight_of(const AutoencoderFile& file, std::int64_t width) {
  const Shape& shape = file.arrays.at(file.weight).shape;
  if (shape.size() != 2 || (shape[0] != width && shape[1] != width))
    throw Error(ErrorKind::bad_model, {fmt::format("{} is {}, and the model's hidden states are {} wide", file.weight,
                                                   to_string(shape), width),
                                       file.path.string(), "an autoencoder goes with the model it was trained on"});
  const bool square = shape[0] == shape[1];
  const bool by_rows = square ? file.weight.find('.') != std::string::npos : shape[1] == width;
  Tensor out = finite_tensor(file, file.weight);
  return by_rows ? out : transposed(out);
}

void z_score(const float* from, float* to, std::int64_t width) {
  double sum = 0, squares = 0;
  for (std::int64_t d = 0; d < width; ++d) sum += from[d];
  const double mean = sum / static_cast<double>(width);
  for (std::int64_t d = 0; d < width; ++d) squares += (from[d] - mean) * (from[d] - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(std::max<std::int64_t>(width - 1, 1)));
  for (std::int64_t d = 0; d < width; ++d) to[d] = static_cast<float>((from[d] - mean) / (deviation + kLeastDeviation));
}

}  // namespace

SparseEncoder::SparseEncoder(const AutoencoderFile& file, std::int64_t width) : scale_(file.scale) {
  const Tensor weight = weight_of(file, width);
  if (weight.size(0) == 0) throw misfit(file, "it has no features");
  bias_ = vector_of(file, file.bias, weight.size(0));
  pre_bias_ = vector_of(file, file.pre_bias, width);
  threshold_ = vector_of(file, file.threshold, weight.size(0));
  if (file.log_threshold) {
    float* values = threshold_.mutable_data<float>();
    for (std::int64_t f = 0; f < threshold_.count(); ++f) values[f] = std::exp(values[f]);
  }
  weight_ = ops::PackedWeight(weight, ops::Precision::f32);
}

std::int64_t SparseEncoder::rows_at_once() const {
  return std::clamp<std::int64_t>(kActivationsAtOnce / features(), 1, 1024);
}

std::size_t SparseEncoder::bytes() const {
  return weight_.bytes() + static_cast<std::size_t>(rows_at_once() * (features() + width())) * sizeof(float);
}

Tensor SparseEncoder::prepared(const Tensor& states, std::int64_t begin, std::int64_t end) const {
  Tensor out = states.rows(begin, end).clone();
  float* values = out.mutable_data<float>();
  const float* taken_off = pre_bias_.defined() ? pre_bias_.data<float>() : nullptr;
  parallel_for(end - begin, [&](std::int64_t r) {
    float* row = values + r * width();
    if (scale_ == StateScale::z_score) z_score(row, row, width());
    if (taken_off != nullptr)
      for (std::int64_t d = 0; d < width(); ++d) row[d] -= taken_off[d];
  });
  return out;
}

std::vector<std::vector<Fired>> SparseEncoder::encode(const Tensor& states, std::int64_t most) const {
  std::vector<std::vector<Fired>> out(static_cast<std::size_t>(states.size(0)));
  const float* thresholds = threshold_.defined() ? threshold_.data<float>() : nullptr;
  for (std::int64_t begin = 0; begin < states.size(0); begin += rows_at_once()) {
    const std::int64_t end = std::min(begin + rows_at_once(), states.size(0));
    Tensor activations = ops::linear(prepared(states, begin, end), weight_, {.bias = bias_});
    float* values = activations.mutable_data<float>();
    parallel_for(end - begin, [&](std::int64_t r) {
      float* row = values + r * features();
      if (thresholds != nullptr)
        for (std::int64_t f = 0; f < features(); ++f)
          if (row[f] <= thresholds[f]) row[f] = 0;
      out[static_cast<std::size_t>(begin + r)] = top_features({row, static_cast<std::size_t>(features())}, most);
    });
  }
  return out;
}

}  // namespace groel::tasks
