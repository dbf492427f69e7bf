// Runs every kind of check on every case folder of a directory.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "golden/rows.h"

namespace groel::golden {

struct CaseReport {
  std::string name;
  std::vector<std::string> kinds;  ///< that know it
  std::vector<Row> rows;
  bool is_case = true;
  std::string unknown;            ///< of no case that a kind knows: what it is; else empty
  std::vector<std::string> read;  ///< arrays of expected.safetensors that were compared, or read
};

struct Report {
  std::vector<CaseReport> cases;
  std::size_t case_count() const;
  std::size_t checks() const;
  std::size_t misses() const;
  std::size_t not_run() const;
  std::size_t unknown() const;
};

CaseReport run_case(const std::filesystem::path& folder);

struct RunOptions {
  /// Every family of this build must have its case (Family::golden) in the directory, and no folder may be unknown.
  bool strict = false;
  std::set<std::string> no_cases;  ///< folders that hold other things than cases
};

/// Every folder of `directory`, or itself when it is a case. Errors: not_found, bad_input when there is no folder.
Report run(const std::filesystem::path& directory, const RunOptions& options);

/// 0 when nothing missed.
int exit_status(const Report& report, const RunOptions& options);

/// The table and its summary, as text.
std::string table(const Report& report);

}  // namespace groel::golden
