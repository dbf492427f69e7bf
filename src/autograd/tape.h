// Tape: a record of a forward pass, from which gradients are computed by going backwards.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "ops/norm_grad.h"
#include "tensor/tensor.h"

namespace groel::autograd {

/// Where an operator puts the gradient of one of its inputs.
struct GradientPlace {
  Tensor gradient;  ///< f32, shaped as the input (rows may be strided)
  ops::Into into;   ///< overwrite when nothing is there yet
};

/// Gradients are kept by storage: that of a view is the same view of its storage's. Storages need no gradient until
/// `watch` or `record` names them. Not for several threads at once.
class Tape {
 public:
  using Backward = std::function<void(const Tensor& dy)>;

  /// A tensor whose gradient is wanted though no operator here made it.
  void watch(const Tensor& x);
  /// Does a gradient have to reach x?
  bool tracks(const Tensor& x) const;
  /// y (contiguous, alone in its storage) was made by an operator with a tracked input or a trained weight. `backward`
  /// is called with its gradient, f32 and contiguous, or not at all when it has none. What it keeps is freed after.
  void record(const Tensor& y, Backward backward);
  /// Where to write, or add, the gradient of x (tracked).
  GradientPlace sink(const Tensor& x);
  /// Gives the gradient of x: added to what there is, or taken as it is, without a copy, when x is a whole storage
  /// without gradient; the caller must not write to it afterwards.
  void add(const Tensor& x, const Tensor& gradient);
  /// Goes back over all that is recorded, last first, and forgets it.
  void backward();
  /// The gradient that x (watched) received, and undefined when it received none.
  Tensor gradient(const Tensor& x);

 private:
  using Key = std::weak_ptr<Storage>;
  // Part of a gradient that was written: `rows` runs of `width` elements, `stride` apart.
  struct Region {
    std::int64_t begin, rows, width, stride;
  };
  struct Entry {
    std::shared_ptr<Storage> gradient;
    std::int64_t elements = 0;
    Device device = Device::cpu;
    std::vector<Region> written;  // disjoint
  };
  struct Node {
    Key y;
    Shape shape;
    Backward backward;
  };
  static Region region_of(const Tensor& x);
  Entry& entry_of(const Tensor& x);
  static bool covered(const Entry& entry);
  static void fill_gaps(Entry& entry);
  static std::shared_ptr<Storage> new_gradient(const Entry& entry);
  static Tensor view(const std::shared_ptr<Storage>& gradient, std::int64_t elements, const Region& region);
  static Tensor view(const Entry& entry, const Tensor& x);
  Tensor take(const Key& y, const Shape& shape);

  std::map<Key, Entry, std::owner_less<Key>> entries_;
  std::vector<Node> nodes_;
};

/// What the operators of this thread do now.
enum class Mode {
  inference,  ///< fused, in place where asked to
  recording,  ///< on a tape
  replayable  ///< as when recording, to the bit, but nothing is recorded: the first pass of what is computed again
};
Mode mode() noexcept;
/// The tape in use, or nullptr.
Tape* tape() noexcept;
/// What dropout draws with (base/random.h).
std::uint64_t dropout_key() noexcept;

/// While it lives, operators of this thread record on `tape`; with none they run as Mode::replayable.
class Recording {
 public:
  explicit Recording(Tape* tape, std::uint64_t dropout_key = 0);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

 private:
  Mode mode_before_;
  Tape* tape_before_;
  std::uint64_t key_before_;
};

/// y = function(x) [T, D] without keeping what it computes: the backward pass computes it again, recorded, and so
/// gives bitwise the same gradients. `function` must give the same for the same input and must not change it.
Tensor recompute(const std::function<Tensor(const Tensor&)>& function, const Tensor& x);

}  // namespace groel::autograd
