// What the blocks on pairs of tokens share: the grid of pairs, and work on it a few rows of the grid at a time.
#pragma once

#include <functional>

#include "nn/module.h"
#include "tensor/tensor.h"

namespace groel::nn::folding {

/// Every pair of N tokens.
struct Pairs {
  Tensor z;          ///< [N*N, C] f32, contiguous: row i*N + j is the pair (i, j)
  Tensor mask = {};  ///< [N*N] f32, host: 1 for pairs that are there, 0 for others; undefined: all are there

  std::int64_t tokens() const;
};

/// Rows [begin, end) of a grid of N x N: rows [begin*N, end*N) of a tensor of pairs.
struct GridRows {
  std::int64_t n;
  std::int64_t begin;
  std::int64_t end;
  std::int64_t first() const { return begin * n; }
  std::int64_t last() const { return end * n; }
  Tensor of(const Tensor& x) const { return x.rows(first(), last()); }
};

/// While it lives, this thread's loops below take at most so many numbers (of f32) at a time, but always one row.
class ChunkLimit {
 public:
  static constexpr std::int64_t kUsual = std::int64_t{1} << 22;  ///< 16 MB
  explicit ChunkLimit(std::int64_t numbers);
  ~ChunkLimit();
  ChunkLimit(const ChunkLimit&) = delete;
  ChunkLimit& operator=(const ChunkLimit&) = delete;

 private:
  std::int64_t before_;
};

/// Calls body(begin, end) for all rows of something in order, as many at a time as the limit lets with so many numbers
/// in each. What blocks compute does not depend on how many these are.
void for_rows(std::int64_t rows, std::int64_t numbers, const std::function<void(std::int64_t, std::int64_t)>& body);
/// Calls `body` for all rows of the grid likewise, where each of the N pairs in a row makes `width` numbers. What
/// blocks compute does not depend on how many these are.
void for_grid_rows(std::int64_t n, std::int64_t width, const std::function<void(const GridRows&)>& body);

/// How share_rows divides rows.
struct RowShare {
  std::int64_t numbers;     ///< that the work on one row makes, in all
  Device device;            ///< where it is done
  std::int64_t least = 64;  ///< rows that are worth a call (the products' tiles)
};
/// Calls body(begin, end) for all rows of something, each call on one thread, whose operators hand to each other what
/// fits into its cache; at most as many rows at once as the limit lets, but always one for each thread. What blocks
/// compute does not depend on how many these are. Where there is no data, one call is counted for every thread.
void share_rows(std::int64_t rows, const RowShare& share, const std::function<void(std::int64_t, std::int64_t)>& body);

/// [H, N*N]: plane h holds column h of what `rows` gives for some of the grid's rows, [.., H] f32, of which each pair
/// makes `width` numbers. On all threads.
Tensor planes_of(std::int64_t n, std::int64_t heads, Device device, const std::function<Tensor(const GridRows&)>& rows,
                 std::int64_t width);
/// The same for pairs [begin, end), as attention's shared bias wants it: planes are ops::kBiasMargin numbers further
/// apart than they are long.
Tensor shared_planes_of(std::int64_t n, std::int64_t heads, const RowShare& share,
                        const std::function<Tensor(std::int64_t begin, std::int64_t end)>& rows);

/// mask [N*N] with rows and columns exchanged; undefined where there is none.
Tensor transposed_mask(const Tensor& mask, std::int64_t n);
/// Added to scores that are not to be seen: so low that softmax gives 0, and if nothing else is there, the same to all.
inline constexpr float kUnseen = -1e9F;

/// The type in which the input of a product is written.
inline DType product_input(const Form& form) {
  return form.precision == ops::Precision::bf16 ? DType::bf16 : DType::f32;
}

}  // namespace groel::nn::folding
