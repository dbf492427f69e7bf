// Mapped files, and giving their memory back.
#include "base/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"

namespace groel {
namespace {

namespace fs = std::filesystem;

class MappedFiles : public ::testing::Test {
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

  fs::path path_ = fs::path(::testing::TempDir()) / "groel-mapped-file-test";
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

TEST_F(MappedFiles, PipesAndFoldersAreRefusedAtOnce) {
  const std::string pipe = path_.string() + "-pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, std::string("/"), std::string("/dev/null")}) try {
      MappedFile::open(path);
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
    }
  fs::remove(pipe);
}

TEST_F(MappedFiles, AChangeIsNoticed) {
  const auto file = MappedFile::open(path_);
  EXPECT_NO_THROW(check_mapped_unchanged());
  fs::rename(path_, path_.string() + "-old");
  std::ofstream(path_) << "another file of the same name";
  EXPECT_NO_THROW(check_mapped_unchanged());  // the mapping is that of the old one
  fs::rename(path_.string() + "-old", path_);
  fs::last_write_time(path_, fs::last_write_time(path_) + std::chrono::seconds(2));
  EXPECT_THROW(check_mapped_unchanged(), Error);
}

TEST_F(MappedFiles, ReadingWhatWasCutOffNamesTheFile) {
  const auto file = MappedFile::open(path_);
  fs::resize_file(path_, 0);
  EXPECT_EXIT(
      {
        install_mapped_file_guard();
        [[maybe_unused]] volatile const auto byte = std::to_integer<int>(file->bytes()[5000]);
      },
      ::testing::ExitedWithCode(6), "groel-mapped-file-test: the file was cut short");
}

}  // namespace
}  // namespace groel
