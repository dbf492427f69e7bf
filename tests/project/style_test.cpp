// Checks that the sources follow the checkable rules of CONTRIBUTING.md; and that these checks can fail.
#include "project/style.h"

#include <gtest/gtest.h>

namespace groel::project {
namespace {

using Problems = std::vector<std::string>;

// Files that may be longer than kMostLines: none.
const std::set<std::string> kLongFiles{};

Problems quiet(const std::string& text) { return check_quiet({{"src/base/x.cpp", split_lines(text)}}); }

TEST(Style, LongFileIsNamed) {
  const SourceFile fits{"src/a.cpp", std::vector<std::string>(kMostLines)};
  const SourceFile long_one{"src/b.cpp", std::vector<std::string>(kMostLines + 1)};
  EXPECT_EQ(check_length({fits, long_one}, {}), Problems{"src/b.cpp: 401 lines; split it (400 at most)"});
  EXPECT_EQ(check_length({long_one}, {"src/b.cpp"}), Problems{});
}

TEST(Style, MissingOpeningLineIsNamed) {
  EXPECT_EQ(check_opening({{"src/a.h", {"// What it is for."}}}), Problems{});
  EXPECT_EQ(check_opening({{"src/a.h", {"#pragma once"}}, {"src/b.h", {}}}).size(), 2U);
}

TEST(Style, PrintingAndExitingAreNamed) {
  EXPECT_EQ(quiet("// x\n  std::cout << 1;\n"), Problems{"src/base/x.cpp:2: the library may not use std::cout"});
  for (const char* bad :
       {"printf(\"a\");", "std::exit(1);", "abort ();", "fmt::print(\"a\");", "fprintf(stderr, \"a\");"})
    EXPECT_EQ(quiet(bad).size(), 1U) << bad;
}

TEST(Style, WordsInStringsCommentsAndLongerNamesPass) {
  for (const char* good : {"call(\"printf( \\\" exit(1)\");", "x(); // abort() would be wrong",
                           "std::snprintf(a, 1, b);", "int exit_code(ErrorKind kind);"})
    EXPECT_EQ(quiet(good), Problems{}) << good;
}

TEST(Project, FilesAreShort) {
  const Problems problems = check_length(source_files({"src", "cli", "include"}), kLongFiles);
  EXPECT_TRUE(problems.empty()) << join(problems);
}

TEST(Project, FilesSayWhatTheyAreFor) {
  const Problems problems = check_opening(source_files({"src", "cli", "include", "tests", "bench", "examples"}));
  EXPECT_TRUE(problems.empty()) << join(problems);
}

TEST(Project, TheLibraryNeitherPrintsNorExits) {
  const Problems problems = check_quiet(source_files({"src", "include"}));
  EXPECT_TRUE(problems.empty()) << join(problems);
}

}  // namespace
}  // namespace groel::project
