// The journal of a run: results are appended as they are computed and survive kill -9; the final file is made from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/result.h"

namespace groel::formats {

/// Lives in a folder beside the output (`OUT.partial/`): `run.json` (what the run is) and `items.bin` (append-only,
/// every entry with its key, size and checksum). One entry a distinct sequence: key = its number among the run's
/// distinct sequences.
class Spool {
 public:
  /// Opens or creates the journal. `identity` says what the run is (model fingerprint, input digest, options); if the
  /// folder holds another identity: usage error saying what differs. With `resume` false an existing folder is an error
  /// too (usage, "add --resume to continue, or remove it") unless `overwrite`. A torn last entry is cut off.
  /// Locks the folder (another process at work on it is an io error).
  struct OpenOptions {
    bool resume = false;
    bool overwrite = false;
  };
  static Spool open(const std::filesystem::path& folder, const nlohmann::json& identity, OpenOptions options);
  Spool(Spool&&) noexcept;
  ~Spool();

  bool has(std::int64_t key) const;
  std::int64_t count() const;
  /// Appends the items of one distinct sequence (or the error it failed with). Reaches the system before returning;
  /// reaches the disk at the latest with `sync`.
  struct Entry {
    std::vector<Item> items;
    std::optional<Error> error;
  };
  void append(std::int64_t key, const Entry& entry);
  void sync();
  /// Reads one back. Errors: internal when absent, io when the disk returns something else than was written.
  Entry read(std::int64_t key) const;
  /// Deletes the folder; the spool is then empty.
  void remove();

  struct Impl;

 private:
  explicit Spool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groel::formats
