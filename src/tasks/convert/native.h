// groel convert into a file of the code that a family comes from.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "checkpoints/conversion.h"
#include "tasks/reading/output_name.h"
#include "tasks/task.h"

namespace groel::tasks {

/// Whether an output's name is that of a file of weights, not of a folder: it ends in .pt or .pth.
bool is_native_name(const std::string& output);

/// Before anything is computed: whether such a file can be written there. Errors: unsupported, for families of which
/// none are; usage, for another extension than its code's and for files that exist already.
void check_native_output(const std::filesystem::path& output, const models::Family& family, Standing standing);

struct NativeOutput {
  std::filesystem::path path;
  Standing standing;
  const checkpoints::Checkpoint& checkpoint;
  const checkpoints::Conversion& conversion;
};

/// Writes it, with its config.json beside it where the file does not say what it is, and tells what its code makes of
/// the name. -> the files that hold weights. Errors: io; usage, where another config.json is in the way.
std::vector<std::filesystem::path> write_native_model(const NativeOutput& output, Sink& sink);

}  // namespace groel::tasks
