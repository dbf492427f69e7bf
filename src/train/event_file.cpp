// Writes protocol buffers by hand: tensorflow.Event and tensorflow.Summary need only four kinds of fields for scalars.
#include "train/event_file.h"

#include <array>
#include <chrono>
#include <cstring>

namespace groel::train {
namespace {

std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}

std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

template <class T>
std::string little(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  return out + static_cast<char>(value);
}

// Wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
std::string key(int field, int wire) { return varint(static_cast<std::uint64_t>(field << 3 | wire)); }
std::string bytes_field(int field, std::string_view bytes) {
  return key(field, 2) + varint(bytes.size()) + std::string(bytes);
}

// Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
std::string event(double time, std::int64_t step, const std::string& content) {
  return key(1, 1) + little(time) + key(2, 0) + varint(static_cast<std::uint64_t>(step)) + content;
}

}  // namespace

double seconds_since_epoch() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::uint32_t crc32c(std::string_view bytes) noexcept {
  static const auto table = crc_table();
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xffU];
  return ~crc;
}

std::string tf_record(std::string_view bytes) {
  const std::string length = little(static_cast<std::uint64_t>(bytes.size()));
  return length + little(masked_crc(length)) + std::string(bytes) + little(masked_crc(bytes));
}

EventFile::EventFile(const std::filesystem::path& path, std::int64_t size) : file_(path, size) {
  if (file_.size() == 0) file_.append(tf_record(event(seconds_since_epoch(), 0, bytes_field(3, "brain.Event:2"))));
}

// Summary { Value value = 1 { string tag = 1; float simple_value = 2; } }
void EventFile::scalar(std::string_view tag, std::int64_t step, double value, double time) {
  const std::string point = bytes_field(1, tag) + key(2, 5) + little(static_cast<float>(value));
  file_.append(tf_record(event(time, step, bytes_field(5, bytes_field(1, point)))));
}

}  // namespace groel::train
