// What differs between two folders of output files: names of files, texts, and numbers by their last digit.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "golden/rows.h"

namespace groel::golden {

/// Compares field by field: mmCIF by items, JSON by keys, CSV by cells.
class FileDifferences {
 public:
  void add(const std::filesystem::path& ours, const std::filesystem::path& theirs);
  /// Rows that begin with `prefix`.
  void write(Rows& rows, const std::string& prefix) const;

 private:
  void add_file(const std::filesystem::path& ours, const std::filesystem::path& theirs, const std::string& name);
  void add_cif(const std::string& ours, const std::string& theirs, const std::string& name);
  void add_csv(const std::string& ours, const std::string& theirs, const std::string& name);
  void add_value(const std::string& ours, const std::string& theirs, const std::string& where);
  void problem(const std::string& what);

  std::string first_problem_;
  std::size_t problems_ = 0, files_ = 0, values_ = 0, numbers_ = 0, numbers_apart_ = 0;
  Worst steps_;  // of numbers, in steps of their last digit
};

}  // namespace groel::golden
