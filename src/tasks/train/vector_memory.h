// Memory for the vectors of a run: the system's, or a file's where there are many.
#pragma once

#include <filesystem>

#include "tensor/tensor.h"

namespace groel::tasks {

/// Vectors that are filled in once.
struct VectorMemory {
  Tensor vectors;       ///< [rows, width] f32
  float* to = nullptr;  ///< its numbers
};

/// In a file of `folder` without a name (it is gone when the tensor is, however the process ends) where that is not
/// empty. Errors: memory; io, where the disk has no room for all of them.
VectorMemory vector_memory(std::int64_t rows, std::int64_t width, const std::filesystem::path& folder);

}  // namespace groel::tasks
