// The options of groel fold, and AlphaFold 3's spellings of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "folding/features.h"
#include "folding/searches.h"
#include "tasks/fold/network_options.h"
#include "tasks/fold/sequences.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct FoldOptions : ThreadOptions, NetworkOptions, FoldSequenceOptions {
  std::vector<std::string> input;
  std::string json_path, input_dir;
  std::string output;
  bool check = false, list_examples = false, json = false, overwrite = false;
  std::string features;
  std::string components;
  std::vector<std::string> buckets;
  std::optional<std::int64_t> seeds;
  std::string newest_template;
  std::int64_t conformer_iterations = 0;
  bool ideal = false, keep_standalone_glycans = false, keep_overlaps = false;
  bool no_search = false, no_inference = false;
  std::vector<std::string> db_dir, database, total, program;  ///< NAME=VALUE, but for db_dir
  std::int64_t parallel_files = 1;
  std::string search;
  std::string kept;
  std::vector<std::string> unused;  ///< AlphaFold 3's flags that have no effect here
  nlohmann::json values;            ///< of all options by name

  Standing standing() const { return overwrite ? Standing::replace : Standing::refuse; }
  /// Where is searched. Errors: usage, for a name that is none of AlphaFold 3's.
  folding::SearchSettings search_settings() const;
  /// What features are made with. Errors: usage.
  folding::FeaturizeOptions feature_options() const;
  void declare(OptionBinder& to);
};

/// Errors: usage, naming the option: for a number out of its range, and for options of jobs where sequences are folded,
/// or the other way round; those of find_sequence_network.
void check_fold_options(const FoldOptions& options);

/// The words of a command line with AlphaFold 3's flags ("--json_path=job.json", "--norun_inference") as ours. Flags of
/// a part that this program has not are left as they are.
std::vector<std::string> as_fold_spells(const std::vector<std::string>& words);

}  // namespace groel::tasks
