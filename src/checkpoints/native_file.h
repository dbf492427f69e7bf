// Torch files of the code that a family comes from, with fair-esm's regression for contacts beside them.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "models/family.h"
#include "tensor/tensor.h"

namespace groel::checkpoints {

/// "a/esm2-contact-regression.pt" of "a/esm2.pt".
std::filesystem::path regression_of(const std::filesystem::path& file);

/// What is written: names of tensors and settings as Layout::express gives them.
struct NativeFile {
  const nlohmann::json& settings;
  const std::vector<NamedTensor>& tensors;
};

/// Writes the file and, where there are tensors of one, the regression beside it; both whole, and named together.
/// -> the files. Errors: io, not_found (the folder).
std::vector<std::filesystem::path> write_native(const std::filesystem::path& path, const NativeFile& file);

}  // namespace groel::checkpoints
