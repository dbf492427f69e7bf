// Products of one channel's planes, straight from where they lie.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/linear.h"
#include "ops/onednn.h"

namespace groel::ops::cpu {

/// a bᵀ of planes [n, n] of one type, f32 or bf16, with f32 sums. Any number of threads may run it at once.
class PlaneProduct {
 public:
  PlaneProduct(std::int64_t n, DType input);

  /// a and b contiguous; y [n, n] f32 may begin where a does.
  void run(const std::byte* a, const std::byte* b, float* y) const;
  /// What each thread keeps for it.
  static std::size_t bytes(std::int64_t n, DType input);

 private:
  /// Some of b's rows, which are columns of y: for whole tiles of a's rows, and for those at the end.
  struct Panel {
    std::int64_t begin;
    TileProduct whole;
    TileProduct rest;
  };
  std::size_t pack(const std::byte* b) const;

  std::int64_t n_;
  DType input_;
  std::vector<Panel> panels_;
};

}  // namespace groel::ops::cpu
