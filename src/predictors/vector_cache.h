// Vectors of sequences kept on disk: computed once for a sequence and a model, whichever run or process asks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "bio/output.h"
#include "predictors/vector_shard.h"

namespace groel::predictors {

/// What vectors are of. All of it decides whether they are the same, but for the name.
struct VectorKind {
  std::string model;        ///< for people
  std::string fingerprint;  ///< checkpoints::LoadedModel::fingerprint
  bio::Output output = bio::Output::mean;
  int layer = 0;
  std::string dtype;
  std::int64_t width = 0;
};

/// The vectors of one kind in a folder of all. Files never change: they are written whole, under the name of their
/// contents, by any number of processes at once; the ones used longest ago leave first. Trouble with the disk is no
/// error of who asks: nothing is kept then, and `trouble` says why.
class VectorCache {
 public:
  VectorCache(std::filesystem::path folder, std::uint64_t limit, const VectorKind& kind);

  /// Of a sequence as the model reads it.
  static std::string key_of(std::span<const std::int32_t> ids);
  /// Copies `count` numbers. -> false where they are not known, or not as they were written (such a file is removed).
  bool find(const std::string& key, std::size_t count, float* to);
  /// Keeps them with the next file, which is written when it is large, or has waited for long.
  void add(const std::string& key, std::span<const float> values);
  /// Writes what waits, and removes what is over the limit.
  void flush();

  /// Why nothing is kept any more; empty: all is well.
  const std::string& trouble() const { return trouble_; }
  std::int64_t damaged() const { return damaged_; }

 private:
  struct Place {
    std::size_t shard, entry;
  };
  void read_shards();
  void write();

  std::filesystem::path all_, folder_;
  std::uint64_t limit_;
  nlohmann::json kind_;
  std::vector<VectorShard> shards_;
  std::unordered_map<std::string, Place> places_;
  std::vector<bool> used_;
  NewShard new_;
  std::int64_t waiting_since_ = 0;  // seconds
  std::int64_t damaged_ = 0;
  std::string trouble_;
};

/// What a folder of vectors holds, by what they are of.
struct CachedKind {
  nlohmann::json kind;
  std::int64_t files = 0, entries = 0;
  std::uint64_t bytes = 0;
  std::int64_t last_used = 0;  ///< seconds since 1970
};
/// The largest first. Errors: io.
std::vector<CachedKind> cached_vectors(const std::filesystem::path& folder);
/// Removes files, those used longest ago first, until no more than `limit` bytes are left; and what killed processes
/// left half-written an hour ago or earlier. -> bytes removed. Errors: io.
std::uint64_t trim_vectors(const std::filesystem::path& folder, std::uint64_t limit);

}  // namespace groel::predictors
