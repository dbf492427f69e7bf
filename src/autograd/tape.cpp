// Records operators on a tape and goes back over it to compute gradients.
#include "autograd/tape.h"

#include <algorithm>

#include "base/error.h"
#include "ops/elementwise.h"

namespace groel::autograd {
namespace {

thread_local Mode t_mode = Mode::inference;
thread_local Tape* t_tape = nullptr;
thread_local std::uint64_t t_dropout_key = 0;

}  // namespace

Mode mode() noexcept { return t_mode; }
Tape* tape() noexcept { return t_tape; }
std::uint64_t dropout_key() noexcept { return t_dropout_key; }

Recording::Recording(Tape* tape, std::uint64_t dropout_key)
    : mode_before_(t_mode), tape_before_(t_tape), key_before_(t_dropout_key) {
  t_dropout_key = dropout_key;
  t_mode = tape == nullptr ? Mode::replayable : Mode::recording;
  t_tape = tape;
}

Recording::~Recording() {
  t_mode = mode_before_;
  t_tape = tape_before_;
  t_dropout_key = key_before_;
}

Tape::Region Tape::region_of(const Tensor& x) {
  const auto begin = static_cast<std::int64_t>(x.byte_offset() / size_of(x.dtype()));
  if (x.rank() == 2 && !x.contiguous()) return {begin, x.size(0), x.size(1), x.row_stride()};
  return {begin, 1, x.count(), x.count()};
}

Tape::Entry& Tape::entry_of(const Tensor& x) {
  const auto found = entries_.find(Key(x.storage()));
  GROEL_REQUIRE(found != entries_.end());
  return found->second;
}

void Tape::watch(const Tensor& x) {
  Entry& entry = entries_[Key(x.storage())];
  entry.elements = static_cast<std::int64_t>(x.storage()->size() / size_of(x.dtype()));
  entry.device = x.device();
}

bool Tape::tracks(const Tensor& x) const { return x.defined() && entries_.contains(Key(x.storage())); }

void Tape::record(const Tensor& y, Backward backward) {
  GROEL_REQUIRE(y.contiguous());
  watch(y);
  nodes_.push_back({Key(y.storage()), y.shape(), std::move(backward)});
}

bool Tape::covered(const Entry& entry) {
  std::int64_t count = 0;
  for (const Region& region : entry.written) count += region.rows * region.width;
  return count == entry.elements;
}

// What was never written becomes zero, so that the whole can be added to or read.
void Tape::fill_gaps(Entry& entry) {
  if (covered(entry)) return;
  const Tensor whole = Tensor::zeros({entry.elements}, DType::f32, entry.device);
  for (const Region& r : entry.written)
    view(whole.storage(), entry.elements, r).copy_from(view(entry.gradient, entry.elements, r));
  entry.gradient = whole.storage();
  entry.written = {{0, 1, entry.elements, entry.elements}};
}

std::shared_ptr<Storage> Tape::new_gradient(const Entry& entry) {
  return Storage::allocate(static_cast<std::size_t>(entry.elements) * sizeof(float), entry.device);
}

// One run as it is, several as rows.
Tensor Tape::view(const std::shared_ptr<Storage>& gradient, std::int64_t elements, const Region& r) {
  if (r.rows == 1)
    return Tensor::view(gradient, {r.width}, DType::f32, static_cast<std::size_t>(r.begin) * sizeof(float));
  const std::int64_t column = r.begin % r.stride;
  const Tensor whole = Tensor::view(gradient, {elements / r.stride, r.stride}, DType::f32);
  return whole.rows(r.begin / r.stride, r.begin / r.stride + r.rows).columns(column, column + r.width);
}

Tensor Tape::view(const Entry& entry, const Tensor& x) {
  const Region region = region_of(x);
  const Tensor out = view(entry.gradient, entry.elements, region);
  return region.rows == 1 ? out.reshape(x.shape()) : out;
}

GradientPlace Tape::sink(const Tensor& x) {
  Entry& entry = entry_of(x);
  if (entry.gradient == nullptr) entry.gradient = new_gradient(entry);
  const Region wanted = region_of(x);
  const auto same = [&](const Region& r) {
    return r.begin == wanted.begin && r.rows == wanted.rows && r.width == wanted.width && r.stride == wanted.stride;
  };
  // Runs without a gap, or columns of one matrix: apart, or not known to be.
  const auto apart = [&](const Region& r) {
    if (r.rows == 1 && wanted.rows == 1)
      return r.begin + r.width <= wanted.begin || wanted.begin + wanted.width <= r.begin;
    if (r.stride != wanted.stride || r.rows != wanted.rows || r.rows == 1) return false;
    const std::int64_t a = r.begin % r.stride;
    const std::int64_t b = wanted.begin % r.stride;
    return a + r.width <= b || b + wanted.width <= a;
  };
  if (std::any_of(entry.written.begin(), entry.written.end(), same)) return {view(entry, x), ops::Into::add};
  if (std::all_of(entry.written.begin(), entry.written.end(), apart)) {
    entry.written.push_back(wanted);
    return {view(entry, x), ops::Into::overwrite};
  }
  fill_gaps(entry);
  return {view(entry, x), ops::Into::add};
}

void Tape::add(const Tensor& x, const Tensor& gradient) {
  GROEL_REQUIRE(gradient.shape() == x.shape() && gradient.dtype() == DType::f32);
  Entry& entry = entry_of(x);
  if (entry.gradient == nullptr && x.count() == entry.elements && gradient.contiguous() &&
      gradient.byte_offset() == 0 && gradient.bytes() == gradient.storage()->size()) {
    entry.gradient = gradient.storage();
    entry.written = {region_of(x)};
    return;
  }
  GradientPlace to = sink(x);
  to.gradient.copy_from(to.into == ops::Into::add ? ops::add(to.gradient, gradient) : gradient);
}

Tensor Tape::take(const Key& y, const Shape& shape) {
  const auto found = entries_.find(y);
  if (found == entries_.end() || found->second.gradient == nullptr) return {};
  fill_gaps(found->second);
  const Tensor out = Tensor::view(found->second.gradient, shape, DType::f32);
  entries_.erase(found);
  return out;
}

void Tape::backward() {
  while (!nodes_.empty()) {
    const Node node = std::move(nodes_.back());
    nodes_.pop_back();
    const Tensor dy = take(node.y, node.shape);
    if (dy.defined()) node.backward(dy);
  }
}

Tensor Tape::gradient(const Tensor& x) {
  Entry& entry = entry_of(x);
  if (entry.gradient == nullptr) return {};
  fill_gaps(entry);
  return view(entry, x);
}

Tensor recompute(const std::function<Tensor(const Tensor&)>& function, const Tensor& x) {
  Tape* const outer = tape();
  const std::uint64_t key = dropout_key();
  if (mode() == Mode::inference) return function(x);
  Tensor y;
  {
    const Recording replayable(nullptr, key);
    y = function(x);
  }
  if (outer == nullptr) return y;
  outer->record(y, [outer, key, function, x](const Tensor& dy) {
    Tape inner;
    const bool wanted = outer->tracks(x);
    if (wanted) inner.watch(x);
    Tensor again;
    {
      const Recording recording(&inner, key);
      again = function(x);
    }
    inner.add(again, dy);
    inner.backward();
    if (!wanted) return;
    if (const Tensor dx = inner.gradient(x); dx.defined()) outer->add(x, dx);
  });
  return y;
}

}  // namespace groel::autograd
