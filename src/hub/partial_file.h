// A file that is still arriving: always the beginning of it and nothing else, so that anybody can go on with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hub/hash_follower.h"

namespace groel::hub {

/// "<path>.incomplete", appended to. huggingface_hub takes such a file's size for the place to go on at, so that there
/// may be no holes in it. One thread at a time.
class PartialFile {
 public:
  /// Opens what is there, or a new one. Where `etag` is a SHA-256, a thread hashes what is there and what comes.
  /// Errors: io.
  PartialFile(const std::filesystem::path& final_path, const std::string& etag);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  std::uint64_t size() const noexcept { return size_; }
  /// Errors: io, with the system's reason.
  void append(std::string_view bytes);
  /// Begins again.
  void clear();
  /// Its hash by the form of the etag; empty where that is none. After the last byte. Errors: io; interrupted.
  std::string hash();
  /// Gives it its final name. It is the system that brings it to the disk, as what other programs write: a file that
  /// loses its end in a power cut shows by its size. Errors: io, also for what the system could not write.
  void commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path path_;
  std::string etag_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::optional<HashFollower> follower_;
};

/// Where it is until it is whole.
std::filesystem::path partial_path(const std::filesystem::path& final_path);

}  // namespace groel::hub
