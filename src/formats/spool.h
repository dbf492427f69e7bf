// The journal of a run: results are saved as they are computed and survive kill -9; the final file is made from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/result.h"

namespace groel::formats {

/// Lives in a folder beside the output (`OUT.partial/`): `run.json` (what the run is) and `items.bin` (append-only,
/// every entry with its key, size and checksum). One entry per distinct sequence: key = its number among the run's
/// distinct sequences. Const members may be called by several threads at once, the others by one alone.
class Spool {
 public:
  struct OpenOptions {
    bool resume = false;     ///< go on with what is there
    bool overwrite = false;  ///< start afresh; with `resume` only where what is there is of another run or damaged
  };
  /// Opens or creates the journal. `identity` says what the run is (model fingerprint, input digest, options). A
  /// journal of another identity is a usage error saying what differs; without `resume` any journal is one ("add
  /// --resume to continue, …"), unless `overwrite`. All checksums are verified (at about the disk's speed): a torn end
  /// is cut off, a damaged entry is as if it had never been written. Another process at work on the folder is an io
  /// error.
  static Spool open(const std::filesystem::path& folder, const nlohmann::json& identity, OpenOptions options);
  Spool(Spool&&) noexcept;
  Spool& operator=(Spool&&) noexcept;
  ~Spool();

  bool has(std::int64_t key) const;
  std::int64_t count() const;
  struct Entry {
    std::vector<Item> items;
    std::optional<Error> error;
  };
  /// Whether an entry is what the run at hand would have written under its key. Its items come without values.
  using Fits = std::function<bool(std::int64_t key, const Entry& described)>;
  /// Forgets the entries that do not fit: they are as if they had never been written. -> how many.
  std::int64_t drop_unlike(const Fits& fits);
  /// Bytes that were found damaged when the journal was opened: a torn end, or entries that are no entries.
  std::int64_t lost_bytes() const;
  /// Appends the items of one distinct sequence (or the error it failed with); an entry of the same key before it is
  /// superseded. Reaches the system before returning, so that it survives the death of the process; reaches the disk at
  /// the latest with `sync`. Errors: io; the journal is then as it was before.
  void append(std::int64_t key, const Entry& entry);
  void sync();
  /// Reads one back. Errors: internal when absent, io when the disk returns something else than was written.
  Entry read(std::int64_t key) const;
  /// Deletes the journal, and the folder if nothing else is in it; the spool is then empty and of no more use.
  void remove();

  struct Impl;

 private:
  explicit Spool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groel::formats
