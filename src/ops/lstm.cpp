// An LSTM on the CPU: sequences go on side by side, the longest first, so that those not at their end are the first
// rows of one small product per step.
#include "ops/lstm.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/lstm_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr std::int64_t kGroup = 16;  // sequences of a task: rows that a product takes at a time

void check(const LstmInput& input, const Tensor& rows) {
  const Tensor& gates = input.gates;
  GROEL_REQUIRE(gates.rank() == 2 && gates.dtype() == DType::f32 && gates.contiguous());
  GROEL_REQUIRE(input.recurrent.defined() && input.recurrent.out() == gates.size(1));
  GROEL_REQUIRE(4 * input.recurrent.in() == gates.size(1));
  sequence_bounds(input.bounds, gates.size(0));
  if (!rows.defined()) return;
  GROEL_REQUIRE(rows.shape() == Shape({gates.size(0), input.recurrent.in()}) && rows.dtype() == DType::f32);
  GROEL_REQUIRE(rows.contiguous());
}

// Some sequences, the longest first.
class Group {
 public:
  Group(const LstmInput& input, std::span<const std::int32_t> sequences)
      : bounds_(input.bounds.values<std::int32_t>()), order_(input.order), sequences_(sequences) {}

  std::int64_t size() const { return static_cast<std::int64_t>(sequences_.size()); }
  std::int64_t longest() const { return length(0); }
  /// How many have that many residues and one more.
  std::int64_t active(std::int64_t step) const {
    std::int64_t count = 0;
    while (count < size() && length(count) > step) ++count;
    return count;
  }
  /// The row of the residue that a sequence reads at a step.
  std::int64_t row(std::int64_t sequence, std::int64_t step) const {
    return order_ == ReadingOrder::forward ? begin(sequence) + step : begin(sequence) + length(sequence) - 1 - step;
  }

 private:
  std::int64_t begin(std::int64_t i) const { return bounds_[index(i)]; }
  std::int64_t length(std::int64_t i) const { return bounds_[index(i) + 1] - bounds_[index(i)]; }
  std::size_t index(std::int64_t i) const { return static_cast<std::size_t>(sequences_[static_cast<std::size_t>(i)]); }
  std::span<const std::int32_t> bounds_;
  ReadingOrder order_;
  std::span<const std::int32_t> sequences_;
};

// body(group) for all sequences, sorted by length.
template <class Body>
void for_groups(const LstmInput& input, const Body& body) {
  const auto bounds = input.bounds.values<std::int32_t>();
  std::vector<std::int32_t> order(bounds.size() - 1);
  std::iota(order.begin(), order.end(), 0);
  const auto length = [&](std::int32_t b) {
    return bounds[static_cast<std::size_t>(b) + 1] - bounds[static_cast<std::size_t>(b)];
  };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return length(a) > length(b); });
  const auto count = static_cast<std::int64_t>(order.size());
  parallel_for(ceil_div(count, kGroup), [&](std::int64_t task) {
    const auto first = static_cast<std::size_t>(task * kGroup);
    const std::span<const std::int32_t> all(order);
    body(Group(input, all.subspan(first, std::min(all.size() - first, static_cast<std::size_t>(kGroup)))));
  });
}

void run(const Group& group, const LstmInput& input, LstmResult& to) {
  const std::int64_t width = to.h.size(1);
  Tensor state = Tensor::zeros({group.size(), width});
  Tensor product = Tensor::empty({group.size(), 4 * width});
  const auto h = mutable_matrix<float>(to.h), c = mutable_matrix<float>(to.c),
             active = mutable_matrix<float>(to.active);
  for (std::int64_t step = 0; step < group.longest(); ++step) {
    const std::int64_t count = group.active(step);
    linear(state.rows(0, count), input.recurrent, {.into = product.rows(0, count)});
    for (std::int64_t s = 0; s < count; ++s) {
      const std::int64_t row = group.row(s, step);
      const float* before = step == 0 ? nullptr : c.row(group.row(s, step - 1));
      cpu::lstm_cell({matrix<float>(input.gates).row(row), matrix<float>(product).row(s), before, active.row(row),
                      c.row(row), h.row(row), width});
      std::copy_n(h.row(row), width, mutable_matrix<float>(state).row(s));
    }
  }
}

struct Backward {
  const LstmResult& forward;
  const PackedWeight& transposed;
  const Tensor& dh;
};

void go_back(const Group& group, const Backward& from, Tensor& dgates) {
  const std::int64_t width = from.dh.size(1);
  Tensor dh_after = Tensor::zeros({group.size(), width});
  Tensor dc = Tensor::zeros({group.size(), width});
  Tensor slopes = Tensor::empty({group.size(), 4 * width});
  const auto c = matrix<float>(from.forward.c);
  for (std::int64_t step = group.longest() - 1; step >= 0; --step) {
    const std::int64_t count = group.active(step);
    for (std::int64_t s = 0; s < count; ++s) {
      const std::int64_t row = group.row(s, step);
      const float* before = step == 0 ? nullptr : c.row(group.row(s, step - 1));
      float* const slope = mutable_matrix<float>(slopes).row(s);
      cpu::lstm_cell_grad({matrix<float>(from.forward.active).row(row), c.row(row), before,
                           matrix<float>(from.dh).row(row), matrix<float>(dh_after).row(s),
                           mutable_matrix<float>(dc).row(s), slope, width});
      std::copy_n(slope, 4 * width, mutable_matrix<float>(dgates).row(row));
    }
    linear(slopes.rows(0, count), from.transposed, {.into = dh_after.rows(0, count)});
  }
}

}  // namespace

LstmResult lstm(const LstmInput& input) {
  check(input, {});
  const std::int64_t rows = input.gates.size(0), width = input.recurrent.in();
  const Device device = input.gates.device();
  LstmResult out{Tensor::empty({rows, width}, DType::f32, device), Tensor::empty({rows, width}, DType::f32, device),
                 Tensor::empty({rows, 4 * width}, DType::f32, device)};
  backend(input.gates).lstm(input, out);
  return out;
}

Tensor lstm_grad(const LstmInput& input, const LstmResult& forward, const PackedWeight& transposed, const Tensor& dh) {
  check(input, dh);
  GROEL_REQUIRE(transposed.defined() && transposed.in() == input.gates.size(1) && transposed.out() == dh.size(1));
  Tensor out = Tensor::empty(input.gates.shape(), DType::f32, input.gates.device());
  backend(dh).lstm_grad(input, forward, transposed, dh, out);
  return out;
}

Tensor states_before(const Tensor& h, const LstmInput& input) {
  check(input, h);
  Tensor out = Tensor::zeros(h.shape(), DType::f32, h.device());
  const auto bounds = input.bounds.values<std::int32_t>();
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    const std::int64_t begin = bounds[b], end = bounds[b + 1];
    if (end - begin < 2) continue;
    if (input.order == ReadingOrder::forward)
      out.rows(begin + 1, end).copy_from(h.rows(begin, end - 1));
    else
      out.rows(begin, end - 1).copy_from(h.rows(begin + 1, end));
  }
  return out;
}

namespace cpu {

void lstm(const LstmInput& input, LstmResult& to) {
  const ProfileScope scope("lstm");
  for_groups(input, [&](const Group& group) { run(group, input, to); });
}

void lstm_grad(const LstmInput& input, const LstmResult& forward, const PackedWeight& transposed, const Tensor& dh,
               Tensor& dgates) {
  const ProfileScope scope("lstm_grad");
  for_groups(input, [&](const Group& group) { go_back(group, {forward, transposed, dh}, dgates); });
}

}  // namespace cpu
}  // namespace groel::ops
