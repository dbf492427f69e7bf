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
  std::int64_t part = 0, of = 1;  ///< of a whole that is in several files
};
/// {"recall_at_10", "recall_sample", "lost"} of a graph, as the file and --json tell it; and in words.
nlohmann::json quality_json(const analysis::HnswQuality& quality);
std::string quality_text(const analysis::HnswQuality& quality, std::string_view by = "the graph");

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
  /// Of the graph or the codes, as it was measured when they were made.
  const std::optional<analysis::HnswQuality>& quality() const noexcept { return quality_; }
  std::string_view id(std::int64_t row) const;
  const std::string& path() const noexcept { return path_; }
  /// Which part of a whole it is: 0 of 1 for an index of its own.
  struct Place {
    std::int64_t part = 0, of = 1;
    bool operator==(const Place&) const = default;
  };
  const Place& place() const noexcept { return place_; }
  /// What vectors are found by that do not fit in memory; none: the graph, or looking at all.
  struct Codes {
    std::span<const std::byte> bytes;
    std::int64_t lists, code_bytes, probes;
    std::string sha256;
  };
  const std::optional<Codes>& codes() const noexcept { return codes_; }
  /// Of an index that has codes: read into memory, when they are what was written. Errors: bad_input; unsupported.
  std::unique_ptr<analysis::QuantisedIndex> open_codes() const;

 private:
  const io::Array& tensor(const std::string& name, DType dtype) const;
  void read_vectors();
  void read_ids();
  void read_graph(const nlohmann::json& description);
  void read_copies();
  void read_quality(const nlohmann::json& description);
  void read_place(const nlohmann::json& metadata);
  void read_codes(const nlohmann::json& description);
  [[noreturn]] void damaged(const std::string& what) const;

  std::string path_;
  io::ArrayFile file_;
  IndexDescription about_;
  analysis::UnitRows vectors_;
  analysis::HnswView graph_;
  std::optional<analysis::HnswQuality> quality_;
  Place place_;
  std::optional<Codes> codes_;
  std::span<const std::int64_t> offsets_;
  std::string_view texts_;
};

}  // namespace groel::tasks
