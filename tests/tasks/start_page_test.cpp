// docs/start.md: every command on the page runs as written and makes the pictures shown.
#include <regex>
#include <sstream>

#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

struct Block {
  std::string commands;
  std::vector<std::string> output;  ///< lines of the block after it, if that is one of output
};

std::vector<Block> code_blocks(const std::string& page) {
  std::vector<Block> out;
  std::istringstream lines(page);
  enum { text, shell, output } where = text;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      where = where != text ? text : line == "```sh" ? shell : output;
      if (where == shell) out.emplace_back();
    } else if (where == shell) {
      out.back().commands += line + '\n';
    } else if (where == output) {
      out.back().output.push_back(line);
    }
  }
  return out;
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  std::vector<std::string> out;
  const std::regex regex(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) out.push_back(at->str(1));
  return out;
}

TEST(StartPage, RunsAsWrittenAndMakesItsPictures) {
  const std::string page = read_file(fs::path(GROEL_SOURCE_DIR) / "docs/start.md");
  const TemporaryFolder folder;
  fs::create_symlink(std::string(GROEL_SOURCE_DIR) + "/examples", folder / "examples");
  const std::vector<Block> blocks = code_blocks(page);
  ASSERT_GE(blocks.size(), 5U);
  for (const Block& block : blocks) {
    const std::string line =
        "set -e\n" + std::regex_replace(block.commands, std::regex("\\bgroel (?=[a-z])"), "$$GROEL ");
    const Outcome outcome = bash(line, {.folder = folder.path().string(), .input = {}, .environment = {}});
    EXPECT_EQ(outcome.exit, 0) << block.commands << outcome;
    for (const std::string& expected : block.output)
      EXPECT_NE(outcome.out.find(expected), std::string::npos) << block.commands << outcome;
  }
  const auto pictures = matches(page, R"(\]\(pictures/([^)]+)\))");
  EXPECT_GE(pictures.size(), 5U);
  for (const std::string& picture : pictures) {
    EXPECT_TRUE(fs::exists(folder / picture)) << picture << " is made by no line of the page";
    EXPECT_TRUE(fs::exists(fs::path(GROEL_SOURCE_DIR) / "docs/pictures" / picture)) << picture;
  }
}

TEST(StartPage, AQuestionIsASectionThatEndsWithAPicture) {
  const std::string page = read_file(fs::path(GROEL_SOURCE_DIR) / "docs/start.md");
  for (const std::string& anchor : matches(page, R"(\]\(#([^)]+)\))")) {
    std::size_t found = 0;
    for (const std::string& heading : matches(page, "\n## ([^\n]+)")) {
      std::string name;
      for (const char c : heading)
        if (c == ' ')
          name += '-';
        else if (std::isalnum(static_cast<unsigned char>(c)) != 0)
          name += static_cast<char>(std::tolower(c));
      found += name == anchor ? 1 : 0;
    }
    EXPECT_EQ(found, 1U) << anchor;
  }
}

}  // namespace
}  // namespace groel::testing
