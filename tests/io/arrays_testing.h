// Helpers of the tests of array files: paths, temporary folders, bytes built by hand, and what an error must say.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/arrays.h"

namespace groel::io::testing {

inline std::filesystem::path data(const std::string& name) { return std::filesystem::path(GROEL_TEST_DATA) / name; }

/// A new folder of this test, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string("groel-") + test->test_suite_name() + "-" + test->name() + "-" + std::to_string(::getpid()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void spill(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A number as `size` little-endian bytes.
inline std::string little(std::uint64_t value, int size) {
  std::string out;
  for (int i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

inline std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

/// Bytes in memory of exactly their size, so that AddressSanitizer sees a read past them.
inline std::shared_ptr<const std::vector<std::byte>> boxed(const std::string& text) {
  const auto bytes = bytes_of(text);
  return std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
}

template <class T>
std::vector<T> values(const Array& array) {
  EXPECT_EQ(array.bytes.size() % sizeof(T), 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.bytes.data()) % sizeof(T), 0U);
  std::vector<T> out(array.bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), array.bytes.data(), array.bytes.size());
  return out;
}

inline bool same(const Array& a, const Array& b) {
  return a.dtype == b.dtype && a.shape == b.shape && a.bytes.size() == b.bytes.size() &&
         std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
}

/// Runs `body`, which must throw an Error of this kind whose text holds every one of `texts`.
inline void expect_error(ErrorKind kind, const std::vector<std::string>& texts, const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(name(error.kind()), name(kind)) << error.what();
    for (const std::string& text : texts)
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos)
          << "no \"" << text << "\" in: " << error.what();
    return;
  }
  ADD_FAILURE() << "no error was thrown";
}

}  // namespace groel::io::testing
