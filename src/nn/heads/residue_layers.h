// Layers over the residues of packed sequences: convolutions, LSTMs, and what makes one vector of a sequence.
#pragma once

#include "autograd/sequences.h"
#include "nn/heads/parts.h"
#include "nn/linear.h"

namespace groel::nn {

/// Every residue and those around it; zeros beyond the ends, as many residues as before.
class Convolution final : public Module {
 public:
  struct Form {
    std::int64_t in, out, kernel;
  };
  explicit Convolution(const Form& form)
      : kernel_(form.kernel), product_(form.kernel * form.in, form.out, {.exactness = Exactness::head}) {}

  /// `weight` [out, kernel * in] (taps one after the other, each of all channels) and `bias` [out].
  void members(Members to) override { to.part("", product_); }
  /// x [T, in], bounds [B + 1] i32 -> [T, out].
  Tensor operator()(const Tensor& x, const Tensor& bounds) const {
    return autograd::convolve(x, product_.product(), {bounds, kernel_, product_.bias()});
  }

 private:
  std::int64_t kernel_;
  Linear product_;
};

/// An LSTM that reads one way.
class LstmDirection final : public Module {
 public:
  LstmDirection(std::int64_t in, std::int64_t width, ops::ReadingOrder order)
      : order_(order),
        input_(in, 4 * width, {.exactness = Exactness::head}),
        recurrent_(width, 4 * width, {.bias = Bias::no, .exactness = Exactness::head}) {}

  /// `input` with a bias (torch's two added up) and `recurrent`, gates in torch's order.
  void members(Members to) override {
    to.part("input", input_);
    to.part("recurrent", recurrent_);
  }
  /// x [T, in], bounds [B + 1] i32 -> [T, width].
  Tensor operator()(const Tensor& x, const Tensor& bounds) const {
    return autograd::lstm(input_(x), recurrent_.product(), bounds, order_);
  }

 private:
  ops::ReadingOrder order_;
  Linear input_, recurrent_;
};

/// Both ways side by side.
class Lstm final : public Module {
 public:
  Lstm(std::int64_t in, std::int64_t width)
      : forward_(in, width, ops::ReadingOrder::forward), backward_(in, width, ops::ReadingOrder::backward) {}

  /// `forward` and `backward`.
  void members(Members to) override {
    to.part("forward", forward_);
    to.part("backward", backward_);
  }
  /// x [T, in], bounds [B + 1] i32 -> [T, 2 width].
  Tensor operator()(const Tensor& x, const Tensor& bounds) const {
    return autograd::join_columns(forward_(x, bounds), backward_(x, bounds));
  }

 private:
  LstmDirection forward_, backward_;
};

/// The end of a head over residues: one vector for each sequence where labels are theirs, dropout, and the output.
class ResidueOutput final : public Module {
 public:
  ResidueOutput(std::int64_t in, const HeadShape& shape)
      : labels_of_(shape.labels_of),
        largest_(shape.pooling == "max"),
        dropout_(shape.dropout),
        output_(in, shape.outputs, {.exactness = Exactness::head}) {}

  /// `output`.
  void members(Members to) override { to.part("output", output_); }
  /// x [T, in], bounds [B + 1] i32 -> [B, C], or [T, C].
  Tensor operator()(const Tensor& x, const Tensor& bounds) const {
    Tensor h = x;
    if (labels_of_ == LabelsOf::sequences) {
      const ops::Segments segments = autograd::segments_of(bounds);
      h = largest_ ? autograd::segment_max(x, segments) : autograd::segment_mean(x, segments);
    }
    return output_(autograd::dropout(h, dropout_, dropout_stream(1000)));
  }

 private:
  LabelsOf labels_of_;
  bool largest_;
  double dropout_;
  Linear output_;
};

}  // namespace groel::nn
