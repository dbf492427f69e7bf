// The options of groel data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tasks/reading/ontology.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct DataOptions {
  std::vector<std::string> input;  ///< the verb, and files

  Chosen<double> test_size;
  std::optional<double> val_size;
  std::int64_t random_state = 0;
  std::int64_t folds = 0;
  bool shuffle = false, by_cluster = false;
  std::optional<std::string> clusters;
  std::optional<double> identity;
  std::string stratify, by_column;
  std::vector<std::string> test_values, val_values, index_files;

  std::string id_column, sequence_column, term_column;
  std::vector<std::string> where, stop_list, against;
  std::optional<std::int64_t> min_length, max_length;
  std::int64_t min_count = 0;
  double max_part = 1;
  OntologyOptions ontology;
  std::string slim;
  bool no_root = false;
  std::string count_column, key, label_column, form, keep, mutation_column;
  std::vector<std::string> labels, rename;
  std::int64_t offset = 0;
  std::optional<std::string> picture;
  std::optional<std::string> output;
  bool overwrite = false;
  bool empty = false;
  bool json = false;
  std::string prefix;  ///< of mutations
  std::vector<std::string> sequences, pair_columns, species;
  double min_score = 0;
  std::optional<std::int64_t> species_cap;
  std::optional<double> negatives;
  bool in_memory = false;
  std::string how;

  /// The files after the verb. Errors: usage where they are not from `least` to `most`.
  std::vector<std::string> files(std::size_t least, std::size_t most) const;
  /// The columns that --label-column names.
  std::vector<std::string> label_columns() const;
  /// What merge calls the column of its labels.
  std::string label_name() const { return label_column.empty() ? "label" : label_column; }
  void declare(OptionBinder& to);
};

const std::vector<Verb>& data_verbs();

}  // namespace groel::tasks
