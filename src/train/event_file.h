// Writes TensorBoard's event files: scalars as Event messages in TFRecord frames.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "train/append_file.h"

namespace groel::train {

class EventFile {
 public:
  /// Goes on after byte `size` of the file; an empty file gets its version record.
  EventFile(const std::filesystem::path& path, std::int64_t size);

  /// One point of the curve `tag`; `time` is in seconds since 1970.
  void scalar(std::string_view tag, std::int64_t step, double value, double time);
  void sync() { file_.sync(); }
  std::int64_t size() const noexcept { return file_.size(); }

 private:
  AppendFile file_;
};

/// Of the system\'s clock, since 1970.
double seconds_since_epoch();
/// CRC-32C (Castagnoli) of bytes.
std::uint32_t crc32c(std::string_view bytes) noexcept;
/// A TFRecord: length, its masked CRC, the bytes, their masked CRC.
std::string tf_record(std::string_view bytes);

}  // namespace groel::train
