// Reads and writes shards of vectors.
#include "predictors/vector_shard.h"

#include <zlib.h>

#include <charconv>
#include <cstring>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"

namespace groel::predictors {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kMagic = "groel vectors 1 ";
constexpr std::size_t kLine = kMagic.size() + 16 + 1 + 8 + 1;  // bytes of the index, its CRC-32, both hexadecimal
constexpr std::size_t kAlignment = 64;

std::uint32_t checksum_of(const void* data, std::size_t bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, static_cast<const Bytef*>(data), bytes));
}

std::size_t aligned(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

template <class T>
std::optional<T> hexadecimal(std::string_view text) {
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

// The text of the index; none where it is not whole.
std::optional<std::string_view> index_of(std::string_view file) {
  if (file.size() < kLine || !file.starts_with(kMagic)) return std::nullopt;
  const auto bytes = hexadecimal<std::uint64_t>(file.substr(kMagic.size(), 16));
  const auto checksum = hexadecimal<std::uint32_t>(file.substr(kMagic.size() + 17, 8));
  if (!bytes || !checksum || *bytes > file.size() - kLine) return std::nullopt;
  const std::string_view index = file.substr(kLine, *bytes);
  return checksum_of(index.data(), index.size()) == *checksum ? std::optional(index) : std::nullopt;
}

std::vector<VectorShard::Entry> entries_of(const json& list, std::uint64_t most) {
  std::vector<VectorShard::Entry> out;
  std::uint64_t at = 0;
  for (const json& one : list) {
    out.push_back({one.at(0), at, one.at(1), one.at(2)});
    if (out.back().count > most - at) throw Error(ErrorKind::bad_input, "a shard is shorter than it says");
    at += out.back().count;
  }
  return out;
}

}  // namespace

std::optional<VectorShard> VectorShard::open(const fs::path& path) {
  VectorShard out;
  out.file_ = MappedFile::open(path);
  const auto bytes = out.file_->bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto index = index_of(text);
  if (!index) return std::nullopt;
  out.begin_ = aligned(kLine + index->size());
  if (out.begin_ > text.size()) return std::nullopt;
  try {
    const json read = json::parse(*index);
    out.kind_ = read.at("kind");
    out.entries_ = entries_of(read.at("entries"), (text.size() - out.begin_) / sizeof(float));
  } catch (const std::exception&) {  // of JSON that another version may have written
    return std::nullopt;
  }
  return out;
}

bool VectorShard::read(const Entry& entry, float* to) const {
  const std::byte* const from = file_->bytes().data() + begin_ + entry.first * sizeof(float);
  std::memcpy(to, from, entry.count * sizeof(float));
  return checksum_of(to, entry.count * sizeof(float)) == entry.checksum;
}

void NewShard::add(std::string key, std::span<const float> values) {
  entries_.push_back({std::move(key), values_.size(), values.size(), checksum_of(values.data(), values.size_bytes())});
  values_.insert(values_.end(), values.begin(), values.end());
}

void NewShard::write(const fs::path& folder, const json& kind) {
  json list = json::array();
  for (const VectorShard::Entry& entry : entries_) list.push_back({entry.key, entry.count, entry.checksum});
  const std::string index = json{{"kind", kind}, {"entries", std::move(list)}}.dump();
  std::string head = fmt::format("{}{:016x} {:08x}\n", kMagic, index.size(), checksum_of(index.data(), index.size()));
  head += index;
  head.resize(aligned(head.size()), '\0');
  AtomicFile file(folder / (sha256(index).substr(0, 32) + std::string(kShardTail)));
  file.write(std::as_bytes(std::span(head)));
  file.write(std::as_bytes(std::span(values_)));
  file.commit();
  entries_.clear();
  values_.clear();
}

}  // namespace groel::predictors
