// What a request to /fold asks for, as files and options of groel fold.
#pragma once

#include <filesystem>
#include <string>

#include "tasks/serve/routes.h"

namespace groel::tasks {

/// Whether -m names something that folds. Errors: not_found, for one that is not on this machine.
bool is_fold_model(const std::string& name);
/// Refuses one that is not there, before a server starts. Errors: as find_sequence_network and fold_weights.
void require_fold_model(const std::string& name);

/// A request that has been looked at.
class FoldRequest {
 public:
  /// Errors: usage, naming the field; bad_input, for sequences that cannot be folded.
  explicit FoldRequest(Call& call);

  /// The input of the command, in a folder. Errors: those of the reader of jobs.
  void write(const std::filesystem::path& folder) const;
  /// Runs the command on it. -> what it says of its structures; null, where that is in the files.
  nlohmann::ordered_json run(const JobContext& context) const;

  /// Fields of the body, out of the command's table.
  static nlohmann::ordered_json fields();

 private:
  nlohmann::json options(const std::filesystem::path& input, const std::filesystem::path& results) const;
  void take_sequences(Call& call);
  void take_job(Call& call);

  std::string model_;
  bool of_jobs_ = false;     // the network takes AlphaFold 3's jobs
  std::string file_, text_;  // the input's name, and what is in it
  nlohmann::json given_ = nlohmann::json::object();
};

}  // namespace groel::tasks
