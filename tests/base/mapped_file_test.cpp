// Mapped files, and giving their memory back.
#include "base/mapped_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"

namespace groel {
namespace {

namespace fs = std::filesystem;

class MappedFiles : public testing::Test {
 protected:
  void SetUp() override {
    text_.resize(1 << 20);
    for (std::size_t i = 0; i < text_.size(); ++i) text_[i] = static_cast<char>(i % 251);
    std::ofstream(path_, std::ios::binary) << text_;
  }
  void TearDown() override { fs::remove(path_); }

  // Pages of ours that are in memory, of files.
  static long resident_file_pages() {
    std::ifstream file("/proc/self/statm");
    long size = 0;
    long resident = 0;
    long shared = 0;
    file >> size >> resident >> shared;
    return shared;
  }
  static std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  fs::path path_ = fs::path(testing::TempDir()) / "groel-mapped-file-test";
  std::string text_;
};

TEST_F(MappedFiles, HoldTheFilesBytes) {
  EXPECT_EQ(text_of(MappedFile::open(path_)->bytes()), text_);
  EXPECT_THROW(MappedFile::open(path_.string() + "-absent"), Error);
}

TEST_F(MappedFiles, DroppedBytesLeaveMemoryAndCanBeReadAgain) {
  fs::resize_file(path_, std::uintmax_t{64} << 20);  // files under that are not worth it
  const auto file = MappedFile::open(path_);
  const auto bytes = file->bytes().first(text_.size());
  EXPECT_EQ(text_of(bytes), text_);
  const long before = resident_file_pages();
  drop_mapped(bytes);
  EXPECT_LE(resident_file_pages(), before - 200);  // of 256
  EXPECT_EQ(text_of(bytes), text_);
  drop_mapped(bytes.subspan(5000, 100));  // no whole page
  EXPECT_EQ(text_of(bytes), text_);
}

TEST_F(MappedFiles, SmallFilesStayInMemory) {
  const auto file = MappedFile::open(path_);
  const long before = resident_file_pages();
  populate_mapped(file->bytes());
  EXPECT_GE(resident_file_pages(), before + 200);
  drop_mapped(file->bytes());
  EXPECT_GE(resident_file_pages(), before + 200);
}

TEST_F(MappedFiles, OtherMemoryIsLeftAlone) {
  const auto file = MappedFile::open(path_);
  std::string copy = text_;
  drop_mapped(std::as_bytes(std::span(copy)));
  populate_mapped(std::as_bytes(std::span(copy)));
  EXPECT_EQ(copy, text_);
  drop_mapped({});
  populate_mapped({});
}

}  // namespace
}  // namespace groel
