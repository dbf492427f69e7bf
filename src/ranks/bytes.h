// Numbers, texts and arrays as bytes, for messages between ranks of one program on machines of one kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.h"

namespace groel::ranks {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

template <class T>
concept Plain = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

class MessageWriter {
 public:
  template <Plain T>
  MessageWriter& put(const T& value) {
    return put_raw(std::as_bytes(std::span(&value, 1)));
  }
  /// Its length comes first.
  template <Plain T>
  MessageWriter& put_all(std::span<const T> values) {
    put(static_cast<std::uint64_t>(values.size()));
    return put_raw(std::as_bytes(values));
  }
  template <Plain T>
  MessageWriter& put_all(const std::vector<T>& values) {
    return put_all(std::span<const T>(values));
  }
  MessageWriter& put_text(std::string_view text) { return put_all(std::span<const char>(text.data(), text.size())); }
  MessageWriter& put_bytes(BytesView bytes) { return put_all(bytes); }

  Bytes take() { return std::move(out_); }

 private:
  MessageWriter& put_raw(BytesView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Bytes out_;
};

/// Reads in the order of writing. Errors: internal, where the bytes are too few.
class MessageReader {
 public:
  explicit MessageReader(BytesView bytes) : rest_(bytes) {}

  template <Plain T>
  T get() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  template <Plain T>
  std::vector<T> get_all() {
    const auto count = get<std::uint64_t>();
    GROEL_REQUIRE(count <= rest_.size() / sizeof(T));
    std::vector<T> values(static_cast<std::size_t>(count));
    const BytesView bytes = take(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  std::string get_text() {
    const auto letters = get_all<char>();
    return {letters.begin(), letters.end()};
  }
  /// A view into what is read.
  BytesView get_bytes() { return take(static_cast<std::size_t>(get<std::uint64_t>())); }
  bool done() const { return rest_.empty(); }

 private:
  BytesView take(std::size_t count) {
    GROEL_REQUIRE(count <= rest_.size());
    const BytesView out = rest_.first(count);
    rest_ = rest_.subspan(count);
    return out;
  }
  BytesView rest_;
};

/// An error on its way to the leader.
inline void put_error(MessageWriter& to, const Error& error) {
  to.put(error.kind()).put_text(error.parts().what).put_text(error.parts().where).put_text(error.parts().remedy);
}
inline Error get_error(MessageReader& from) {
  const auto kind = from.get<ErrorKind>();
  Error::Parts parts;
  parts.what = from.get_text();
  parts.where = from.get_text();
  parts.remedy = from.get_text();
  return {kind, parts};
}

}  // namespace groel::ranks
