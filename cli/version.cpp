// Describes this build as JSON.
#include "cli/version.h"

#include <CLI/Version.hpp>
#include <algorithm>

#include "base/cpu.h"
#include "base/resources.h"
#include "base/version.h"
#include "build_commit.h"
#include "build_flags.h"
#include "ops/kernels.h"
#include "report/picture.h"
#include "tasks/doctor/libraries.h"

namespace groel::cli {
namespace {

using nlohmann::json;

json libraries() {
  json out = tasks::library_versions();
  out["cli11"] = CLI11_VERSION;
  return out;
}

std::vector<std::string> names(const std::vector<Isa>& levels) {
  std::vector<std::string> out;
  for (const Isa isa : levels) out.emplace_back(name(isa));
  return out;
}

json data_folder() {
  const auto models = find_resource("models");
  return models ? json(models->parent_path().string()) : json();
}

std::string compiler() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

json described() {
  const std::string commit = kBuildCommit;
  return {{"version", kVersion},
          {"commit", commit.empty() ? json() : json(commit)},
          {"modified", kBuildModified},
          {"compiler", compiler()},
          {"build_type", kBuildType},
          {"flags", kBuildFlags},
          {"libraries", libraries()},
          {"instruction_sets",
           {{"compiled", names(ops::compiled_isas())},
            {"run_here", names(runnable_isas())},
            {"active", name(active_isa())},
            {"simd", ops::simd_target()}}},
          {"pictures", report::draws_pictures()},
          {"structure_pages", report::draws_pictures() && report::draws_molecules()},
          {"data_folder", data_folder()}};
}

}  // namespace

std::string version_text(const std::vector<std::string>& words) {
  const bool as_json = std::find(words.begin(), words.end(), "--json") != words.end();
  return (as_json ? described().dump(2) : std::string(kVersion)) + "\n";
}

}  // namespace groel::cli
