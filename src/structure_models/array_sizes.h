// Sizes of a network, read off the shapes of its arrays.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "io/arrays.h"

namespace groel::structure_models {

/// Errors of all: bad_model, naming the array and the file, with that remedy.
class ArraySizes {
 public:
  /// Both outlive it.
  ArraySizes(const io::ArrayMap& arrays, const std::filesystem::path& file, std::string remedy)
      : arrays_(arrays), file_(file), remedy_(std::move(remedy)) {}

  std::int64_t of(const std::string& name, std::size_t dimension) const {
    const auto found = arrays_.find(name);
    if (found == arrays_.end() || found->second.shape.size() <= dimension || found->second.shape[dimension] < 1)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{} is missing, or has other dimensions: its sizes are read off it", name),
                   file_.string(), remedy_});
    return found->second.shape[dimension];
  }
  /// Of one of so many equal parts.
  std::int64_t part(const std::string& name, std::size_t dimension, std::int64_t parts) const {
    const std::int64_t size = of(name, dimension);
    if (parts < 1 || size % parts != 0)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{} of size {} is not {} equal parts", name, size, parts), file_.string(), {}});
    return size / parts;
  }
  /// How many of "PREFIX0SUFFIX", "PREFIX1SUFFIX", … there are.
  std::int64_t run(const std::string& prefix, const std::string& suffix) const {
    std::int64_t count = 0;
    while (arrays_.contains(fmt::format("{}{}{}", prefix, count, suffix))) ++count;
    return count;
  }

 private:
  const io::ArrayMap& arrays_;
  const std::filesystem::path& file_;
  std::string remedy_;
};

}  // namespace groel::structure_models
