// Exchanges rows and columns in blocks, so that what is read and written stays in the cache.
#include "tensor/transpose.h"

#include <algorithm>

#include "base/error.h"
#include "base/threads.h"

namespace groel {
namespace {

// Of elements of one size.
template <class Word>
void transpose_words(const Tensor& from, Tensor& to) {
  constexpr std::int64_t kBlock = 32;
  const std::int64_t rows = from.size(0), columns = from.size(1), stride = from.row_stride();
  const Word* source = reinterpret_cast<const Word*>(from.raw_data());
  Word* target = reinterpret_cast<Word*>(to.storage()->data());
  parallel_for((columns + kBlock - 1) / kBlock, [&](std::int64_t block) {
    for (std::int64_t first = 0; first < rows; first += kBlock)
      for (std::int64_t c = block * kBlock; c < std::min(columns, (block + 1) * kBlock); ++c)
        for (std::int64_t r = first; r < std::min(rows, first + kBlock); ++r)
          target[c * rows + r] = source[r * stride + c];
  });
}

}  // namespace

Tensor transposed(const Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2);
  Tensor out = Tensor::empty({x.size(1), x.size(0)}, x.dtype(), x.device());
  if (x.device() == Device::shape || x.count() == 0) return out;
  switch (size_of(x.dtype())) {
    case 2: transpose_words<std::uint16_t>(x, out); break;
    case 4: transpose_words<std::uint32_t>(x, out); break;
    case 8: transpose_words<std::uint64_t>(x, out); break;
    default: transpose_words<std::uint8_t>(x, out);
  }
  return out;
}

}  // namespace groel
