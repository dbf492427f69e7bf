// An index to search in: one file, or several that were made as shards of one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/search/index_file.h"

namespace groel::tasks {

/// Where part 1 of 4 of "proteins.index" is: "proteins-00001-of-00004.index".
std::filesystem::path shard_path(const std::filesystem::path& whole, std::int64_t part, std::int64_t of);

/// Rows are numbered through the parts, in their order: those of a whole.
class IndexSet {
 public:
  /// A file; or, where there is none of that name, the shards that were made under it. Errors: as SearchIndex::open;
  /// not_found, naming shards that are missing; bad_input, for files that are not of one whole.
  static IndexSet open(const std::filesystem::path& path);

  const std::vector<SearchIndex>& parts() const noexcept { return parts_; }
  /// The first row of a part.
  std::int64_t first_row(std::size_t part) const { return first_[part]; }
  std::int64_t rows() const noexcept { return first_.back(); }
  std::int64_t width() const noexcept { return parts_.front().vectors().width; }
  const IndexDescription& about() const noexcept { return parts_.front().about(); }
  std::string_view id(std::int64_t row) const;
  /// [width], of length 1.
  std::span<const float> row(std::int64_t row) const;
  struct Found {
    std::int64_t row;
    std::int64_t others;  ///< rows beside it that are named the same
  };
  /// The first row of this id, or else of this part between bars ("P01308" of "sp|P01308|INS_HUMAN"). Errors:
  /// not_found with the nearest id.
  Found find(const std::string& id) const;
  /// What graphs and codes of the parts find, as it was measured: the least; none, where all is looked at.
  std::optional<analysis::HnswQuality> quality() const;
  /// "hnsw", "faiss" or "exact": how it is searched unless all is looked at.
  std::string method() const;
  /// What is to be said of a shard that is searched alone; empty for others.
  std::string alone() const;

 private:
  void check_parts() const;
  std::pair<std::size_t, std::int64_t> place(std::int64_t row) const;  // part, and row in it

  std::string path_;
  std::vector<SearchIndex> parts_;
  std::vector<std::int64_t> first_;  // one more than parts
};

}  // namespace groel::tasks
