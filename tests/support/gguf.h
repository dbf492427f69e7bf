// Writes GGUF files, for tests of its reader.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace groel::testing {

class GgufText {
 public:
  template <class T>
  GgufText& number(T value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  GgufText& text(const std::string& value) {
    number<std::uint64_t>(value.size());
    text_ += value;
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

struct GgufEntry {
  std::string name;
  std::vector<std::uint64_t> sizes;  ///< the fastest first
  std::uint32_t type = 0;
  std::string bytes;
};

/// `settings`: keys with type and value, as GgufText makes them.
inline std::string gguf_file(const std::vector<std::string>& settings, const std::vector<GgufEntry>& tensors,
                             std::uint32_t version = 3, std::size_t alignment = 32) {
  GgufText head;
  for (const char letter : std::string("GGUF")) head.number(letter);
  head.number(version).number<std::uint64_t>(tensors.size()).number<std::uint64_t>(settings.size());
  std::string out = head.take(), data;
  for (const std::string& setting : settings) out += setting;
  for (const GgufEntry& tensor : tensors) {
    GgufText row;
    row.text(tensor.name).number(static_cast<std::uint32_t>(tensor.sizes.size()));
    for (const std::uint64_t size : tensor.sizes) row.number(size);
    out += row.number(tensor.type).number<std::uint64_t>(data.size()).take();
    data += tensor.bytes;
    data.append((alignment - data.size() % alignment) % alignment, '\0');
  }
  out.append((alignment - out.size() % alignment) % alignment, '\0');
  return out + data;
}

inline std::string gguf_text(const std::string& key, const std::string& value) {
  return GgufText().text(key).number<std::uint32_t>(8).text(value).take();
}
inline std::string gguf_integer(const std::string& key, std::int64_t value) {
  return GgufText().text(key).number<std::uint32_t>(11).number(value).take();
}
inline std::string gguf_real(const std::string& key, double value) {
  return GgufText().text(key).number<std::uint32_t>(12).number(value).take();
}

}  // namespace groel::testing
