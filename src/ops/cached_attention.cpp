// cached_attention: checks, keeping of keys and values, and the loop over heads.
#include "ops/cached_attention.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/cached_attention_impl.h"
#include "ops/scratch.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr std::int64_t kPage = KeyValues::kPage;

void check(const CachedAttentionInput& in) {
  GROEL_REQUIRE(in.q.rank() == 2 && in.q.dtype() == DType::f32);
  for (const Tensor* other : {&in.k, &in.v})
    GROEL_REQUIRE(other->shape() == in.q.shape() && other->dtype() == DType::f32);
  GROEL_REQUIRE(in.heads > 0 && in.q.size(1) % in.heads == 0);
  GROEL_REQUIRE(in.held == DType::f32 || in.held == DType::bf16 || in.held == DType::i8);
  GROEL_REQUIRE(sequence_bounds(in.cu_seqlens, in.q.size(0)).size() == in.of.size() + 1);
}

void add_pages(KeyValues& to, std::int64_t places, const CachedAttentionInput& in) {
  const std::int64_t width = in.q.size(1) / in.heads;
  while (static_cast<std::int64_t>(to.pages.size()) * kPage < places) {
    to.pages.push_back(
        {Tensor::zeros({in.heads, width, kPage}, in.held), Tensor::zeros({in.heads, kPage, width}, in.held)});
    if (in.held != DType::i8) continue;
    to.pages.back().key_scales = Tensor::zeros({in.heads, kPage});
    to.pages.back().value_scales = Tensor::zeros({in.heads, kPage});
  }
}

template <class T>
T rounded(float value) {
  if constexpr (std::is_same_v<T, bf16_t>)
    return to_bf16(value);
  else
    return value;
}

template <class T>
void keep_row(KeyValues& to, std::int64_t place, const CachedAttentionInput& in, std::int64_t row) {
  const std::int64_t width = in.q.size(1) / in.heads, at = place % kPage;
  KeyValues::Page& page = to.pages[static_cast<std::size_t>(place / kPage)];
  T* keys = page.keys.mutable_data<T>();
  T* values = page.values.mutable_data<T>();
  const float* k = matrix<float>(in.k).row(row);
  const float* v = matrix<float>(in.v).row(row);
  for (std::int64_t c = 0; c < in.q.size(1); ++c) {
    const std::int64_t head = c / width, d = c % width;
    keys[c * kPage + at] = rounded<T>(k[c]);
    values[(head * kPage + at) * width + d] = rounded<T>(v[c]);
  }
}

// Whole numbers of one head's keys or values, `step` apart, and what they are multiplied by.
void keep_whole(const float* from, std::int64_t width, std::int8_t* to, std::int64_t step, float& scale) {
  float largest = 0;
  for (std::int64_t d = 0; d < width; ++d) largest = std::max(largest, std::abs(from[d]));
  scale = largest / 127;
  for (std::int64_t d = 0; d < width; ++d)
    to[d * step] = static_cast<std::int8_t>(scale > 0 ? std::nearbyint(from[d] / scale) : 0);
}

void keep_whole_row(KeyValues& to, std::int64_t place, const CachedAttentionInput& in, std::int64_t row) {
  const std::int64_t width = in.q.size(1) / in.heads, at = place % kPage;
  KeyValues::Page& page = to.pages[static_cast<std::size_t>(place / kPage)];
  for (std::int64_t head = 0; head < in.heads; ++head) {
    keep_whole(matrix<float>(in.k).row(row) + head * width, width,
               page.keys.mutable_data<std::int8_t>() + head * width * kPage + at, kPage,
               page.key_scales.mutable_data<float>()[head * kPage + at]);
    keep_whole(matrix<float>(in.v).row(row) + head * width, width,
               page.values.mutable_data<std::int8_t>() + (head * kPage + at) * width, 1,
               page.value_scales.mutable_data<float>()[head * kPage + at]);
  }
}

void keep(KeyValues& to, const CachedAttentionInput& in, std::int64_t begin, std::int64_t end) {
  add_pages(to, to.places + end - begin, in);
  const DType held = to.pages.front().keys.dtype();
  const auto keep_one = held == DType::f32 ? keep_row<float> : held == DType::bf16 ? keep_row<bf16_t> : keep_whole_row;
  for (std::int64_t row = begin; row < end; ++row, ++to.places) keep_one(to, to.places, in, row);
}

void write_row(const float* from, std::int64_t width, Tensor& y, std::int64_t row, std::int64_t column) {
  if (y.dtype() == DType::f32)
    std::copy_n(from, width, mutable_matrix<float>(y).row(row) + column);
  else
    std::transform(from, from + width, mutable_matrix<bf16_t>(y).row(row) + column, rounded<bf16_t>);
}

// One head of one sequence.
void attend(const CachedAttentionInput& in, std::size_t sequence, std::int64_t head, Tensor& y) {
  const auto bounds = in.cu_seqlens.values<std::int32_t>();
  const std::int64_t width = in.q.size(1) / in.heads;
  const KeyValues& of = *in.of[sequence];
  thread_local Scratch scratch;
  float* scores = scratch.floats(static_cast<std::size_t>(ceil_div(of.places, kPage) * kPage + width));
  float* out = scores + ceil_div(of.places, kPage) * kPage;
  for (std::int64_t row = bounds[sequence]; row < bounds[sequence + 1]; ++row) {
    const std::int64_t places = of.places - (bounds[sequence + 1] - row) + 1;
    cpu::attend_cached({of, head, width, places, in.scale, matrix<float>(in.q).row(row) + head * width, scores, out});
    write_row(out, width, y, row, head * width);
  }
}

}  // namespace

std::size_t key_value_bytes(std::int64_t places, std::int64_t width, std::int64_t heads, DType dtype) {
  const auto held = static_cast<std::size_t>(2 * ceil_div(places, kPage) * kPage);
  return held * static_cast<std::size_t>(width) * size_of(dtype) +
         (dtype == DType::i8 ? held * static_cast<std::size_t>(heads) * sizeof(float) : 0);
}

void keep_key_values(const CachedAttentionInput& input) {
  check(input);
  backend(input.q).keep_key_values(input);
}

Tensor cached_attention(const CachedAttentionInput& input, DType output) {
  check(input);
  GROEL_REQUIRE(output == DType::f32 || output == DType::bf16);
  Tensor y = Tensor::empty(input.q.shape(), output, input.q.device());
  backend(input.q).cached_attention(input, y);
  return y;
}

void cpu::keep_key_values(const CachedAttentionInput& in) {
  const auto bounds = in.cu_seqlens.values<std::int32_t>();
  parallel_for(static_cast<std::int64_t>(in.of.size()), [&](std::int64_t b) {
    const auto i = static_cast<std::size_t>(b);
    if (bounds[i] < bounds[i + 1]) keep(*in.of[i], in, bounds[i], bounds[i + 1]);
  });
}

void cpu::cached_attention(const CachedAttentionInput& in, Tensor& y) {
  const ProfileScope scope("cached_attention");
  cpu::keep_key_values(in);
  parallel_for(static_cast<std::int64_t>(in.of.size()) * in.heads,
               [&](std::int64_t task) { attend(in, static_cast<std::size_t>(task / in.heads), task % in.heads, y); });
}

}  // namespace groel::ops
