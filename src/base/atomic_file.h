// A file that is written completely or not at all: under a temporary name, flushed to disk, then renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "base/output_place.h"

namespace groel {

/// Whether a file is on the disk before it gets its name. `later` is for many files of a folder that is itself put on
/// the disk before it gets its name.
enum class Durable { at_once, later };

/// The temporary file has a name that nobody can foresee, in the same folder, and follows no link. A file that it
/// replaces hands down its permissions; of a link the file it points to is replaced. A special file (a device, a pipe)
/// is written to as it is. Errors of every member: io (with the system's reason), not_found when the folder is not
/// there.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path, Durable durable = Durable::at_once);
  /// Without `commit` the temporary file is removed and what was at the path stays.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Overwrites bytes written before; the end stays where it was. Errors: usage for a pipe.
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Bytes written so far.
  std::uint64_t size() const noexcept { return size_; }
  /// Gives the file its name, at once or with the others of a JointCommit.
  void commit();

 private:
  void put(std::span<const std::byte> bytes);

  OutputPlace place_;
  std::filesystem::path temporary_;  // empty: a special file, or committed
  std::FILE* file_ = nullptr;
  std::uint64_t size_ = 0;
  Durable durable_;
};

/// While it lives, files that this thread commits are finished but get their names together, by `publish`: a run that
/// is killed leaves all of its outputs or none.
class JointCommit {
 public:
  JointCommit();
  /// Removes what was not published.
  ~JointCommit();
  JointCommit(const JointCommit&) = delete;
  JointCommit& operator=(const JointCommit&) = delete;

  void publish();
  /// The one that lives in this thread; null: none.
  static JointCommit* current() noexcept;

 private:
  friend class AtomicFile;
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> files_;  // temporary, final
  JointCommit* outer_;
};

/// Gives a file that is to replace another its permissions, and its owner where we may. Errors: io.
void keep_permissions(const std::filesystem::path& written, const std::filesystem::path& replaced);

/// Removes the temporary files that killed runs left of the output at `path`.
void remove_stale_temporaries(const std::filesystem::path& path);

}  // namespace groel
