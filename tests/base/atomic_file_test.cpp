// Files that are written completely or not at all, with temporary names nobody can guess; and files never replaced.
#include "base/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text_file.h"
#include "support/files.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

void put(AtomicFile& file, const std::string& text) { file.write(std::as_bytes(std::span(text))); }

TEST(AtomicFile, StandsOnlyWhenItIsWhole) {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", "old");
  {
    AtomicFile file(folder / "a.txt");
    put(file, "half");
    EXPECT_EQ(read_file(folder / "a.txt"), "old");
  }
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.txt"});
  write_text(folder / "a.txt", "new");
  EXPECT_EQ(read_file(folder / "a.txt"), "new");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.txt"});
}

TEST(AtomicFile, FollowsNoLinkThatWaitsForItsTemporaryFile) {
  const TemporaryFolder folder;
  write_file(folder / "victim.txt", "mine");
  fs::create_symlink("victim.txt", folder / "a.csv.tmp");
  write_text(folder / "a.csv", "new");
  EXPECT_EQ(read_file(folder / "victim.txt"), "mine");
  std::vector<std::string> names;
  for (int i = 0; i < 2; ++i) {
    const AtomicFile file(folder / "a.csv");
    for (const std::string& name : folder.names())
      if (name.starts_with(".a.csv.")) names.push_back(name);
  }
  ASSERT_EQ(names.size(), 2U);
  EXPECT_NE(names[0], names[1]);
}

TEST(AtomicFile, HandsDownPermissionsAndHonoursTheMask) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  write_text(folder / "new.txt", "x");
  write_file(folder / "secret.txt", "old");
  ::chmod((folder / "secret.txt").c_str(), 0600);
  write_text(folder / "secret.txt", "new");
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "new.txt"), 0640U);
  EXPECT_EQ(mode_of(folder / "secret.txt"), 0600U);
}

TEST(AtomicFile, OfALinkTheFileBehindItIsReplaced) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "there");
  write_file(folder / "there/real.txt", "old");
  fs::create_symlink("there/real.txt", folder / "link.txt");
  write_text(folder / "link.txt", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link.txt"));
  EXPECT_EQ(read_file(folder / "there/real.txt"), "new");
}

TEST(AtomicFile, WritesToSpecialFilesAndLeavesThem) {
  const TemporaryFolder folder;
  fs::create_symlink("/dev/null", folder / "sink");
  write_text(folder / "sink", "gone");
  EXPECT_TRUE(fs::is_symlink(folder / "sink"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_FALSE(output_stands(folder / "sink"));
  try {
    write_text("/dev/full", "too much");
    FAIL() << "a full disk takes nothing";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_NE(std::string(error.what()).find("No space left on device"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(AtomicFile, ManyNamesAtOnceOrNone) {
  const TemporaryFolder folder;
  {
    JointCommit none;
    write_text(folder / "a.csv", "a");
    write_text(folder / "b.svg", "b");
  }
  EXPECT_TRUE(folder.names().empty());
  JointCommit both;
  write_text(folder / "a.csv", "a");
  write_text(folder / "b.svg", "b");
  EXPECT_FALSE(fs::exists(folder / "a.csv"));
  both.publish();
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.csv", "b.svg"}));
}

TEST(AtomicFile, ClearsAwayWhatTheKilledLeftAndNothingElse) {
  const TemporaryFolder folder;
  for (const char* name : {".a.csv.abcdefgh.tmp", ".a.csv.toolonganame.tmp", ".b.csv.abcdefgh.tmp"})
    write_file(folder / name, "x");
  AtomicFile living(folder / "a.csv");
  const std::size_t before = folder.names().size();
  remove_stale_temporaries(folder / "a.csv");
  EXPECT_EQ(folder.names().size(), before - 1);
  EXPECT_FALSE(fs::exists(folder / ".a.csv.abcdefgh.tmp"));
  living.commit();
  EXPECT_TRUE(fs::exists(folder / "a.csv"));
}

TEST(AtomicFile, TakesLongNames) {
  const TemporaryFolder folder;
  const std::string name(251, 'n');
  write_text(folder / (name + ".csv"), "x");
  EXPECT_EQ(read_file(folder / (name + ".csv")), "x");
}

}  // namespace
}  // namespace groel::testing
