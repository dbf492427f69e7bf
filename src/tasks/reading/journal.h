// A run that can be stopped and resumed: results are kept beside the output, which appears when all are there.
#pragma once

#include <filesystem>

#include "base/output_place.h"
#include "base/progress.h"
#include "formats/spool.h"

namespace groel::tasks {

/// What a run writes to, and what it may take or replace.
struct RunOutput {
  std::filesystem::path path;  ///< "-": stdout
  bool resume = false;
  bool overwrite = false;
  bool folder = false;  ///< what it writes is a folder
};

/// Where a run that writes to `output` keeps what it has computed.
std::filesystem::path journal_folder(const std::filesystem::path& output);

/// Refuses, before anything is computed, an output that is a folder (where it is to be one: a folder that holds
/// anything but what such a run wrote), that exists already (with `resume` it may, if the run's journal does, too: then
/// the end of that run was cut off after the file got its name), or whose folder does not exist. Errors: usage,
/// not_found.
void check_run_output(const RunOutput& output);

/// Says what of a journal could not be used, if anything; `unlike`: entries that drop_unlike dropped.
void tell_lost(const formats::Spool& spool, std::int64_t unlike, Sink& sink);

class RunJournal {
 public:
  /// `identity` as in formats::Spool::open, in which the model's name does not count. A run to stdout or to a special
  /// file has a journal in a folder of its own that nothing resumes.
  RunJournal(const RunOutput& output, nlohmann::json identity);

  formats::Spool& spool() noexcept { return spool_; }
  const formats::Spool& spool() const noexcept { return spool_; }

  /// Where to write the output until it is whole; what a killed run left there is removed.
  std::filesystem::path unfinished() const;
  /// Gives the finished file its name, after those of a JointCommit that waits; a special file is written to. A file
  /// that has appeared there is replaced only if that was asked for, or if it is this one: a run that was killed after
  /// this step is finished by `resume`.
  void publish() const;
  /// The error that ends the run, saying how to go on. What is computed stays, of `total` sequences; the unfinished
  /// output does not.
  Error kept(const Error& error, std::int64_t total);
  /// The run is over, its files have their names: drops what was kept.
  void remove();

 private:
  bool to_stdout() const { return output_.path == "-"; }
  bool is_passing() const { return to_stdout() || place_.special; }  // what is written stays nowhere
  std::filesystem::path written() const;
  void drop_unfinished() const;

  RunOutput output_;
  OutputPlace place_;  // where it goes when links are followed
  std::filesystem::path folder_;
  formats::Spool spool_;
};

}  // namespace groel::tasks
