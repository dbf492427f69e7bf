// A run that can be stopped: what it has computed is kept beside its output, which gets its name when it is whole.
#pragma once

#include <filesystem>

#include "formats/spool.h"

namespace groel::tasks {

/// What a run writes to, and what it may take or replace.
struct RunOutput {
  std::filesystem::path path;  ///< "-": stdout
  bool resume = false;
  bool overwrite = false;
};

/// Where a run that writes to `output` keeps what it has computed.
std::filesystem::path journal_folder(const std::filesystem::path& output);

/// Refuses, before anything is computed, an output that is a folder, that stands already (with `resume` it may, if the
/// run's journal does, too: then the end of that run was cut off after the file got its name), or without a folder to
/// stand in. Errors: usage, not_found.
void check_run_output(const RunOutput& output);

class RunJournal {
 public:
  /// `identity` as in formats::Spool::open. A run to stdout has a journal in a folder of its own that nothing resumes.
  RunJournal(const RunOutput& output, const nlohmann::json& identity);

  formats::Spool& spool() noexcept { return spool_; }
  const formats::Spool& spool() const noexcept { return spool_; }

  /// Where to write the output until it is whole; what a killed run left there is removed.
  std::filesystem::path unfinished() const;
  /// Gives the finished file its name. A file that came to stand there is replaced only if that was asked for, or if it
  /// is this one: a run that was killed after this step is finished by `resume`.
  void publish() const;
  /// The error that ends the run, saying how to go on. What is computed stays, of `total` sequences; the unfinished
  /// output does not.
  Error kept(const Error& error, std::int64_t total);
  /// The run is over: drops what was kept.
  void remove() { spool_.remove(); }

 private:
  bool to_stdout() const { return output_.path == "-"; }
  void drop_unfinished() const;

  RunOutput output_;
  std::filesystem::path folder_;
  formats::Spool spool_;
};

}  // namespace groel::tasks
