// A model family is one file and one line: what the rest of the program does not know of it.
#include <gtest/gtest.h>

#include <regex>

#include "project/source_tree.h"

namespace groel::project {
namespace {

// Lines of src that match, outside of the files named.
std::vector<std::string> lines_with(const std::regex& pattern, const std::set<std::string>& but) {
  std::vector<std::string> found;
  for (const SourceFile& file : source_files({"src", "cli", "include"})) {
    if (but.contains(file.path)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (std::regex_search(file.lines[i], pattern))
        found.push_back(file.path + ":" + std::to_string(i + 1) + ": " + file.lines[i]);
  }
  return found;
}

// The last family to come: its file, its line, its rows in the manifest of published checkpoints, and its vocabulary.
TEST(Families, OneIsAFileAndALine) {
  const std::set<std::string> rooms{"src/models/esmc.cpp", "src/models/families.inc", "src/models/published.cpp",
                                    "src/models/published.h", "src/bio/esm_tokenizer.h"};
  const auto found = lines_with(std::regex("[Ee]smc_|ESM ?C\\b|\"esmc\""), rooms);
  EXPECT_TRUE(found.empty()) << "these files know a family by its name:" << join(found);
}

// Names of tensors belong to families and modules; others go by roles and places.
TEST(Families, NamesOfTensorsAreTheirBusiness) {
  const std::regex names(
      "\"(esm\\.|lm_head|classifier\\.\\w|orm\")|(starts_with|ends_with|find)\\(\"[^\"]*(bias|weight|inv_freq)");
  std::set<std::string> rooms{"src/nn/lm_head.cpp"};  // names a tensor in two messages
  for (const SourceFile& file : source_files({"src/models"})) rooms.insert(file.path);
  const auto found = lines_with(names, rooms);
  EXPECT_TRUE(found.empty()) << "these lines go by the names of tensors:" << join(found);
}

// How many tokens a sequence has beside its residues', and where, is known to tokenizers alone.
TEST(Tokens, OnlyTokenizersKnowTheEnds) {
  const std::regex ends(
      "<cls>|<eos>|[.>](cls|eos)\\(\\)|kEnds|(ids|tokens)\\w*\\)?\\.subspan\\(1\\b|size\\([01]\\) [-+] 2\\b"
      "|(tokens?|residues?|ids|lengths?|longest|max_residues|positions)(_?\\(\\)|_|\\.size\\(\\)|\\[\\w+\\])?\\)? [-+] "
      "2\\b");
  for (const char* line : {"tokens - 2", "ids.size() - 2", "residues() + 2", "maps.size(1) - 2",
                           "std::span(encoded.ids).subspan(1, count)", "input.residues[i] + 2", "length + 2"})
    EXPECT_TRUE(std::regex_search(line, ends)) << line;
  std::set<std::string> rooms;
  for (const SourceFile& file : source_files({"src/bio"})) rooms.insert(file.path);
  const auto found = lines_with(ends, rooms);
  EXPECT_TRUE(found.empty()) << "these lines know the tokens at the ends of a sequence:" << join(found);
}

}  // namespace
}  // namespace groel::project
