// Models that come with GroEL, by name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groel::checkpoints {

struct BundledModel {
  std::string_view name;
  std::string_view folder;   ///< in the source tree; once installed it is models/<name>
  std::string_view summary;  ///< says so when the weights are random
  std::string_view licence;
  std::string_view warning;  ///< what whoever uses it must know; empty: nothing
};

/// The first is what commands use when no model is named.
const std::vector<BundledModel>& bundled_models();
/// Where it is on this machine, if it is.
std::optional<std::filesystem::path> find_bundled(const BundledModel& model);

}  // namespace groel::checkpoints
