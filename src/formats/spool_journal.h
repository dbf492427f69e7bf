// items.bin of the spool: frames of key, size and checksum; finds the undamaged ones again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <unordered_map>

#include "formats/posix_file.h"
#include "formats/spool.h"

namespace groel::formats {

class SpoolJournal {
 public:
  /// Opens or creates the file and locks it; io error when another process holds it.
  explicit SpoolJournal(const std::filesystem::path& path);

  /// Finds the entries that are whole; cuts off what follows the last undamaged frame.
  void scan();
  /// Drops every entry.
  void clear();

  bool empty() const { return file_.size() == 0; }
  bool has(std::int64_t key) const { return places_.contains(key); }
  std::int64_t count() const { return static_cast<std::int64_t>(places_.size()); }
  /// Bytes that scan found to be of no use.
  std::int64_t lost_bytes() const { return lost_; }
  /// Forgets the entries that do not fit. -> how many.
  std::int64_t drop_unlike(const Spool::Fits& fits);
  void append(std::int64_t key, const Spool::Entry& entry);
  Spool::Entry read(std::int64_t key) const;
  void sync() { file_.sync(); }

 private:
  struct Place {
    std::int64_t offset;  // of the payload
    std::uint64_t size;
    std::uint32_t checksum;
  };
  bool scan_frame(std::int64_t offset, std::int64_t file_size, std::int64_t& next);
  bool is_whole(const Place& place) const;
  std::optional<Spool::Entry> described(const Place& place) const;

  PosixFile file_;
  std::int64_t end_ = 0;  // of the last frame
  std::int64_t lost_ = 0;
  std::unordered_map<std::int64_t, Place> places_;
};

}  // namespace groel::formats
