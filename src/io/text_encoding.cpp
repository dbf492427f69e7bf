// Converts UTF-16 to UTF-8.
#include "io/text_encoding.h"

#include <algorithm>
#include <utility>

namespace groel::io {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

bool is_high(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Looks at the first two bytes, and then passes them on or leaves them out.
class Utf8Reader final : public ByteReader {
 public:
  explicit Utf8Reader(std::unique_ptr<ByteReader> bytes) : bytes_(std::move(bytes)) {}

  std::size_t read(std::span<char> out) override {
    if (!std::exchange(started_, true)) start();
    while (used_ == ready_.size()) {
      if (order_ == Order::utf8) return bytes_->read(out);
      ready_.clear();
      used_ = 0;
      if (!convert_some()) break;
    }
    const std::size_t count = ready_.copy(out.data(), out.size(), used_);
    used_ += count;
    return count;
  }

 private:
  enum class Order { utf8, little, big };

  void start() {
    char first[2];
    std::size_t size = bytes_->read({first, 2});
    if (size == 1) size += bytes_->read({first + 1, 1});
    const std::string_view mark(first, size);
    if (mark == "\xFF\xFE") order_ = Order::little;
    if (mark == "\xFE\xFF") order_ = Order::big;
    if (order_ == Order::utf8) ready_ = mark;
  }

  // False at the end.
  bool convert_some() {
    constexpr std::size_t kChunk = std::size_t{1} << 14;
    char chunk[kChunk];
    const std::size_t size = bytes_->read(chunk);
    for (std::size_t i = 0; i < size; ++i) {
      if (!std::exchange(half_, !half_)) {
        first_ = static_cast<unsigned char>(chunk[i]);
        continue;
      }
      const auto second = static_cast<unsigned char>(chunk[i]);
      take(order_ == Order::little ? first_ | char32_t{second} << 8 : char32_t{first_} << 8 | second);
    }
    if (size == 0 && (std::exchange(half_, false) || std::exchange(high_, 0) != 0)) append_utf8(ready_, kReplacement);
    return size > 0 || !ready_.empty();
  }

  void take(char32_t unit) {
    const char32_t high = std::exchange(high_, 0);
    if (high != 0 && is_low(unit)) return append_utf8(ready_, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
    if (high != 0) append_utf8(ready_, kReplacement);
    if (is_high(unit))
      high_ = unit;
    else
      append_utf8(ready_, is_low(unit) ? kReplacement : unit);
  }

  std::unique_ptr<ByteReader> bytes_;
  std::string ready_;
  std::size_t used_ = 0;
  Order order_ = Order::utf8;
  char32_t high_ = 0;
  unsigned char first_ = 0;
  bool started_ = false, half_ = false;
};

}  // namespace

std::unique_ptr<ByteReader> as_utf8(std::unique_ptr<ByteReader> bytes) {
  return std::make_unique<Utf8Reader>(std::move(bytes));
}

}  // namespace groel::io
