// groel info --tensors: a file, tensor by tensor.
#pragma once

#include <filesystem>

#include "tasks/task.h"

namespace groel::tasks {

struct TensorListing {
  bool statistics = false;  ///< least, greatest and mean number of each, and how many are NaN: reads the whole file
  bool json = false;
};

/// Prints what is in a file or in the weights of a folder, also of no known family.
void print_tensors(const std::filesystem::path& path, const TensorListing& listing, Context& context);

}  // namespace groel::tasks
