// A benchmark scenario: which model shape on which sequence lengths.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "models/family.h"

namespace groel::tasks {

/// A scenario file (JSON): {"name", "layers", "width", "heads" (random weights of that shape, of the "family",
/// else of an ESM-2) or "model" (a checkpoint), "data": FASTA, "dtype", "threads", "residues": how many at most, in the
/// file's order}, and where wanted
/// {"length": records are cut into pieces of so many residues, "batch_tokens": tokens per batch at most; 1 runs each
/// sequence alone}. Paths are relative to the file.
struct Scenario {
  std::filesystem::path file;  ///< where it was read from
  std::string name;
  std::filesystem::path model;  ///< empty: random weights
  std::string family = "esm";
  models::ModelShape shape;
  std::filesystem::path data;
  std::string dtype;
  int threads = 0;
  std::int64_t residues = 0;
  std::int64_t length = 0;  ///< 0: records whole
  std::optional<std::int64_t> batch_tokens{};
};

/// Errors: not_found; bad_input naming the file and the member that is missing, unknown or makes no sense.
Scenario read_scenario(const std::filesystem::path& path);

}  // namespace groel::tasks
