// A file of vectors of sequences that never changes: written whole, checked when it is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"

namespace groel::predictors {

inline constexpr std::string_view kShardTail = ".vectors";

/// A line of text, then JSON (what vectors these are; of every sequence its key, its numbers and their CRC-32), then
/// the numbers, f32.
class VectorShard {
 public:
  struct Entry {
    std::string key;
    std::uint64_t first = 0, count = 0;  ///< of the numbers
    std::uint32_t checksum = 0;
  };

  /// None for a file that is no whole shard, or whose index does not fit its checksum. Errors: io.
  static std::optional<VectorShard> open(const std::filesystem::path& path);
  const std::filesystem::path& path() const { return file_->path(); }
  const nlohmann::json& kind() const { return kind_; }
  const std::vector<Entry>& entries() const { return entries_; }
  /// Copies its numbers. -> false where they are not those that were written.
  bool read(const Entry& entry, float* to) const;

 private:
  VectorShard() = default;
  std::shared_ptr<const MappedFile> file_;
  nlohmann::json kind_;
  std::vector<Entry> entries_;
  std::size_t begin_ = 0;  // of the numbers
};

/// What one will hold.
class NewShard {
 public:
  void add(std::string key, std::span<const float> values);
  std::size_t bytes() const { return values_.size() * sizeof(float); }
  bool empty() const { return entries_.empty(); }
  /// Writes it under the name of its contents and empties it. Errors: io.
  void write(const std::filesystem::path& folder, const nlohmann::json& kind);

 private:
  std::vector<VectorShard::Entry> entries_;
  std::vector<float> values_;
};

}  // namespace groel::predictors
