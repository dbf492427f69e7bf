// Networks of pairs, layer by layer.
#include "nn/pairs/networks.h"

#include <algorithm>

#include "autograd/graph.h"

namespace groel::nn {
namespace {

constexpr std::int64_t kChannels = 32;  // of what reads residues
const LinearForm kForm{.exactness = Exactness::head};

HeadShape hidden_layer(std::int64_t inputs, const PairShape& shape) {
  return {.kind = "mlp",
          .inputs = inputs,
          .outputs = shape.outputs,
          .hidden = {shape.hidden},
          .activation = "relu",
          .dropout = shape.dropout};
}

// Rows of packed sequences, and where they are.
struct Rows {
  Tensor x, bounds;
};

// The maximum of every `of` rows of a sequence; of its last ones, too, where they are fewer.
Rows pooled(const Tensor& x, const Tensor& bounds, std::int32_t of) {
  std::vector<std::int32_t> begin, end, after{0};
  const auto all = bounds.values<std::int32_t>();
  for (std::size_t b = 0; b + 1 < all.size(); ++b) {
    for (std::int32_t row = all[b]; row < all[b + 1]; row += of) {
      begin.push_back(row);
      end.push_back(std::min(row + of, all[b + 1]));
    }
    after.push_back(static_cast<std::int32_t>(begin.size()));
  }
  const auto ints = [](const std::vector<std::int32_t>& values) {
    return Tensor::of<std::int32_t>({static_cast<std::int64_t>(values.size())}, std::span<const std::int32_t>(values));
  };
  return {autograd::segment_max(x, {ints(begin), ints(end)}), ints(after)};
}

Tensor relu(const Tensor& x) { return activated(x, HeadActivation::relu); }

}  // namespace

MlpPairs::MlpPairs(const PairShape& shape) : PairNetwork(shape), mlp_(hidden_layer(3 * shape.inputs, shape)) {}

Tensor MlpPairs::pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const {
  return mlp_(autograd::join_pairs(encoded, {first, second, ops::PairForm::all}));
}

GinLayer::GinLayer(std::int64_t in, std::int64_t width)
    : first_(in, width, kForm), second_(width, width, kForm), norm_(width) {}

void GinLayer::members(Members to) {
  to.part("first", first_);
  to.part("second", second_);
  to.part("norm", norm_);
}

Tensor GinLayer::operator()(const Tensor& x, const ops::Neighbours& links) const {
  return norm_(relu(second_(relu(first_(autograd::neighbour_sum(x, links))))));
}

GinPairs::GinPairs(const PairShape& shape)
    : PairNetwork(shape),
      graph_(shape.inputs, shape.hidden),
      first_(shape.hidden, shape.hidden, kForm),
      second_(shape.hidden, shape.hidden, kForm),
      output_(shape.hidden, shape.outputs, kForm) {}

void GinPairs::layers(Members to) {
  to.part("graph", graph_);
  to.part("first", first_);
  to.part("second", second_);
  to.part("output", output_);
}

Tensor GinPairs::encode(const ProteinInput& input) const {
  const Tensor hidden = relu(first_(graph_(input.features, input.links)));
  return second_(autograd::dropout(hidden, shape().dropout, dropout_stream(0)));
}

Tensor GinPairs::pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const {
  return output_(autograd::join_pairs(encoded, {first, second, ops::PairForm::product}));
}

DnnPairs::DnnPairs(const PairShape& shape)
    : PairNetwork(shape), lstm_(kChannels, kChannels), mlp_(hidden_layer(6 * kChannels, shape)) {
  convolutions_.emplace_back(Convolution::Form{shape.inputs, kChannels, 9});
  convolutions_.emplace_back(Convolution::Form{kChannels, kChannels, 7});
  convolutions_.emplace_back(Convolution::Form{kChannels, kChannels, 5});
}

void DnnPairs::layers(Members to) {
  for (std::size_t i = 0; i < convolutions_.size(); ++i) to.part("convolutions." + std::to_string(i), convolutions_[i]);
  to.part("lstm", lstm_);
  to.part("", mlp_);
}

Tensor DnnPairs::encode(const ProteinInput& input) const {
  Rows rows{input.features, input.bounds};
  for (const Convolution& convolution : convolutions_)
    rows = pooled(relu(convolution(rows.x, rows.bounds)), rows.bounds, 4);
  return autograd::segment_mean(lstm_(rows.x, rows.bounds), autograd::segments_of(rows.bounds));
}

Tensor DnnPairs::pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const {
  return mlp_(autograd::join_pairs(encoded, {first, second, ops::PairForm::all}));
}

PiprPairs::PiprPairs(const PairShape& shape) : PairNetwork(shape), mlp_(hidden_layer(kChannels, shape)) {
  std::int64_t in = shape.inputs;
  for (int unit = 0; unit < 3; ++unit) {
    convolutions_.emplace_back(Convolution::Form{in, kChannels, 3});
    lstms_.emplace_back(kChannels, kChannels);
    in = 3 * kChannels;
  }
  convolutions_.emplace_back(Convolution::Form{in, kChannels, 3});
}

void PiprPairs::layers(Members to) {
  for (std::size_t i = 0; i < convolutions_.size(); ++i) to.part("convolutions." + std::to_string(i), convolutions_[i]);
  for (std::size_t i = 0; i < lstms_.size(); ++i) to.part("lstms." + std::to_string(i), lstms_[i]);
  to.part("", mlp_);
}

Tensor PiprPairs::encode(const ProteinInput& input) const {
  Rows rows{input.features, input.bounds};
  for (std::size_t unit = 0; unit < lstms_.size(); ++unit) {
    rows = pooled(convolutions_[unit](rows.x, rows.bounds), rows.bounds, 3);
    rows.x = autograd::join_columns(lstms_[unit](rows.x, rows.bounds), rows.x);
  }
  return autograd::segment_mean(convolutions_.back()(rows.x, rows.bounds), autograd::segments_of(rows.bounds));
}

Tensor PiprPairs::pairs(const Tensor& encoded, const Tensor& first, const Tensor& second) const {
  return mlp_(autograd::join_pairs(encoded, {first, second, ops::PairForm::product}));
}

}  // namespace groel::nn
