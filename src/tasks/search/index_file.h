// The index file of `groel search`: vectors of length 1, their ids and the graph, as named tensors of a safetensors
// file, which is mapped into memory and not read.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "formats/read_vectors.h"
#include "io/arrays.h"
#include "tasks/search/graph.h"

namespace groel::tasks {

/// What an index says of itself.
struct IndexDescription {
  std::string source;  ///< name of the embedding file
  std::string column;  ///< "mean_6"; may be empty
  nlohmann::json run;  ///< of the embedding file; null: unknown

  /// Name of the model that made the vectors; empty: unknown.
  std::string model() const;
};

struct IndexContent {
  IndexDescription about;
  const std::vector<std::string>& ids;
  analysis::UnitRows vectors;
  const IndexGraph& made;
};
/// {"recall_at_10", "recall_sample", "lost"} of a graph, as the file and --json tell it; and in words.
nlohmann::json quality_json(const analysis::HnswQuality& quality);
std::string quality_text(const analysis::HnswQuality& quality);

/// Writes the file whole or not at all. Errors: io, not_found (the folder).
void write_index(const std::filesystem::path& path, const IndexContent& content);

/// An index to search in. Opening it reads little: a file of a million vectors is open at once.
class SearchIndex {
 public:
  /// Errors: not_found, io; bad_input for a file that is truncated, damaged, of another version or not an index.
  static SearchIndex open(const std::filesystem::path& path);

  const IndexDescription& about() const noexcept { return about_; }
  const analysis::UnitRows& vectors() const noexcept { return vectors_; }
  bool has_graph() const noexcept { return !graph_.levels.empty(); }
  const analysis::HnswView& graph() const noexcept { return graph_; }
  /// Of the graph, as it was measured when it was built.
  const std::optional<analysis::HnswQuality>& quality() const noexcept { return quality_; }
  std::string_view id(std::int64_t row) const;
  struct Found {
    std::int64_t row;
    std::int64_t others;  ///< rows beside it that are named the same
  };
  /// The first row of this id, or else of this part between bars ("P01308" of "sp|P01308|INS_HUMAN"). Errors:
  /// not_found with the nearest id.
  Found find(const std::string& id) const;

 private:
  const io::Array& tensor(const std::string& name, DType dtype) const;
  void read_vectors();
  void read_ids();
  void read_graph(const nlohmann::json& description);
  void read_copies();
  void read_quality(const nlohmann::json& description);
  [[noreturn]] void damaged(const std::string& what) const;

  std::string path_;
  io::ArrayFile file_;
  IndexDescription about_;
  analysis::UnitRows vectors_;
  analysis::HnswView graph_;
  std::optional<analysis::HnswQuality> quality_;
  std::span<const std::int64_t> offsets_;
  std::string_view texts_;
};

}  // namespace groel::tasks
