// Convolutions, recurrent layers and poolings over packed sequences, recorded on a tape for gradients.
#include "autograd/sequences.h"

#include <algorithm>

#include "base/error.h"
#include "ops/elementwise.h"

namespace groel::autograd {
namespace {

constexpr std::int64_t kRows = 1024;  // windows made at a time; of linear_grad's runs of rows, a whole number

bool trained(const ops::LinearGradients& g) { return g.weight.defined() || g.bias.defined(); }

// body(windows) for runs of rows that are together all of them.
template <class Body>
void for_windows(const Tensor& x, const ConvolutionForm& form, const Body& body) {
  for (std::int64_t begin = 0; begin < x.size(0); begin += kRows)
    body(ops::Windows{form.bounds, form.kernel, begin, std::min(x.size(0), begin + kRows)});
}

struct SavedConvolution {
  Tensor x;
  ConvolutionForm form;
  ops::PackedWeight backward;
  ops::LinearGradients gradients;
  ops::Precision precision;
};

void go_back(Tape& to, const SavedConvolution& saved, const Tensor& dy) {
  const bool wanted = to.tracks(saved.x);
  Tensor dx = wanted ? Tensor::zeros(saved.x.shape(), DType::f32, dy.device()) : Tensor();
  for_windows(saved.x, saved.form, [&](const ops::Windows& windows) {
    const Tensor slope = dy.rows(windows.begin, windows.end);
    if (trained(saved.gradients)) {
      ops::LinearGradients gradients = saved.gradients;
      ops::linear_grad(ops::gather_windows(saved.x, windows), slope, saved.precision, gradients);
    }
    if (wanted) ops::add_windows(ops::linear(slope, saved.backward), windows, dx);
  });
  if (wanted) to.add(saved.x, dx);
}

}  // namespace

Tensor convolve(const Tensor& x, const LinearWeight& weight, const ConvolutionForm& form) {
  GROEL_REQUIRE(weight.scale == 1.0F);
  const Tensor y = Tensor::empty({x.size(0), weight.forward.out()}, DType::f32, x.device());
  for_windows(x, form, [&](const ops::Windows& windows) {
    ops::linear(ops::gather_windows(x, windows), weight.forward,
                {.bias = form.bias, .into = y.rows(windows.begin, windows.end)});
  });
  Tape* const current = tape();
  if (current == nullptr || (!current->tracks(x) && !trained(weight.gradients))) return y;
  current->record(
      y, [current, saved = SavedConvolution{x, form, weight.backward, weight.gradients, weight.forward.precision()}](
             const Tensor& dy) { go_back(*current, saved, dy); });
  return y;
}

Tensor lstm(const Tensor& gates, const LinearWeight& recurrent, const Tensor& bounds, ops::ReadingOrder order) {
  const ops::LstmInput input{gates, bounds, recurrent.forward, order};
  const ops::LstmResult forward = ops::lstm(input);
  Tape* const current = tape();
  if (current == nullptr || (!current->tracks(gates) && !trained(recurrent.gradients))) return forward.h;
  current->record(forward.h, [current, input, forward, backward = recurrent.backward,
                              gradients = recurrent.gradients](const Tensor& dh) {
    const Tensor dgates = ops::lstm_grad(input, forward, backward, dh);
    ops::LinearGradients to = gradients;
    if (trained(to)) ops::linear_grad(ops::states_before(forward.h, input), dgates, input.recurrent.precision(), to);
    if (current->tracks(input.gates)) current->add(input.gates, dgates);
  });
  return forward.h;
}

Tensor attention_pool(const ops::PoolInput& input) {
  const Tensor y = ops::attention_pool(input);
  Tape* const current = tape();
  if (current == nullptr || (!current->tracks(input.values) && !current->tracks(input.scores))) return y;
  current->record(y, [current, input, y](const Tensor& dy) {
    const ops::PoolGradients found = ops::attention_pool_grad(input, y, dy);
    if (current->tracks(input.values)) current->add(input.values, found.values);
    if (current->tracks(input.scores)) current->add(input.scores, found.scores);
  });
  return y;
}

Tensor segment_max(const Tensor& x, const ops::Segments& segments) {
  const Tensor y = ops::segment_max(x, segments);
  Tape* const current = tape();
  if (current == nullptr || !current->tracks(x)) return y;
  current->record(y, [current, forward = ops::SegmentMax{x, segments, y}](const Tensor& dy) {
    current->add(forward.x, ops::segment_max_grad(forward, dy));
  });
  return y;
}

Tensor join_columns(const Tensor& a, const Tensor& b) {
  GROEL_REQUIRE(a.rank() == 2 && b.rank() == 2 && a.size(0) == b.size(0));
  const std::int64_t middle = a.size(1), width = middle + b.size(1);
  const Tensor y = Tensor::empty({a.size(0), width}, DType::f32, a.device());
  y.columns(0, middle).copy_from(a);
  y.columns(middle, width).copy_from(b);
  Tape* const current = tape();
  if (current == nullptr || (!current->tracks(a) && !current->tracks(b))) return y;
  current->record(y, [current, a, b, middle, width](const Tensor& dy) {
    if (current->tracks(a)) current->add(a, dy.columns(0, middle).clone());
    if (current->tracks(b)) current->add(b, dy.columns(middle, width).clone());
  });
  return y;
}

Tensor join_rows(const std::vector<Tensor>& parts) {
  GROEL_REQUIRE(!parts.empty());
  if (parts.size() == 1) return parts.front();
  std::int64_t count = 0;
  for (const Tensor& part : parts) count += part.size(0);
  const Tensor y = Tensor::empty({count, parts.front().size(1)}, DType::f32, parts.front().device());
  std::int64_t at = 0;
  for (const Tensor& part : parts) {
    y.rows(at, at + part.size(0)).copy_from(part);
    at += part.size(0);
  }
  Tape* const current = tape();
  const auto tracked = [current](const Tensor& part) { return current->tracks(part); };
  if (current == nullptr || std::none_of(parts.begin(), parts.end(), tracked)) return y;
  current->record(y, [current, parts](const Tensor& dy) {
    std::int64_t from = 0;
    for (const Tensor& part : parts) {
      const std::int64_t end = from + part.size(0);
      if (current->tracks(part)) current->add(part, dy.rows(from, end).clone());
      from = end;
    }
  });
  return y;
}

ops::Segments segments_of(const Tensor& bounds) {
  const auto values = bounds.values<std::int32_t>();
  const std::int64_t count = bounds.size(0) - 1;
  return {Tensor::of<std::int32_t>({count}, values.first(values.size() - 1)),
          Tensor::of<std::int32_t>({count}, values.last(values.size() - 1))};
}

}  // namespace groel::autograd
