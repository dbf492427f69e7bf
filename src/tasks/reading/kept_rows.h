// A table that is written as its rows come, over runs that may be interrupted: what is on the disk is gone on from.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "base/folder_lock.h"
#include "base/progress.h"
#include "formats/posix_file.h"
#include "tasks/reading/journal.h"

namespace groel::tasks {

/// How far an interrupted run came.
struct KeptState {
  std::int64_t records = 0;
  std::int64_t failed = 0;  ///< of them
  std::string digest;       ///< of their ids and sequences, or what else tells where they end
};

/// Rows go to a file in `OUT.partial/`, which gets the output's name at the end, or straight to standard output, where
/// nothing can be resumed.
class KeptRows {
 public:
  /// `identity` says what the run is. Errors: usage where a run was left there and is not to be resumed, or was another
  /// one (saying what differs), or where another process is at work on it; io.
  KeptRows(const RunOutput& output, nlohmann::json identity, std::ostream& standard);

  /// What an earlier run left.
  const KeptState& before() const { return before_; }
  void add(std::string_view text);
  /// All rows so far, an earlier run's too; of a run to standard output: none.
  std::string rows() const;
  /// All rows of these records are here and will outlast the process.
  void keep(const KeptState& state);
  /// Gives the output its name.
  void finish();
  /// The error that ends the run, saying how to go on.
  Error kept(const Error& error) const;

 private:
  bool to_stdout() const { return output_.path == "-"; }
  void open(const nlohmann::json& identity);
  void go_on(const nlohmann::json& identity);
  void write_state(const KeptState& state);
  void pour_into(const std::filesystem::path& path) const;

  RunOutput output_;
  std::ostream& standard_;
  std::filesystem::path folder_;
  std::optional<FolderLock> lock_;
  std::optional<formats::PosixFile> file_;
  std::int64_t size_ = 0;
  nlohmann::json identity_;
  KeptState before_;
  std::int64_t kept_ = 0;  // records
};

}  // namespace groel::tasks
