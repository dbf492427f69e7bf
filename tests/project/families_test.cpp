// Adding a model family takes one file and one line; the rest of the program does not know it by name.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
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

// An output of models is a file that makes it and a line that names it; formats handle what values are said of, and the
// engine goes by recipes.
TEST(Outputs, OneIsAFileAndALine) {
  std::vector<std::string> named, made;
  const std::regex row("^GROEL_OUTPUT\\((\\w+), ");
  for (const std::string& line :
       split_lines(read_text(std::filesystem::path(GROEL_SOURCE_DIR) / "include/groel/outputs.inc")))
    if (std::smatch match; std::regex_search(line, match, row)) named.push_back(match[1]);
  for (const SourceFile& file : source_files({"src/engine/outputs"}))
    if (file.path.ends_with(".cpp")) made.push_back(std::filesystem::path(file.path).stem().string());
  std::sort(named.begin(), named.end());
  std::sort(made.begin(), made.end());
  EXPECT_EQ(named, made);
  EXPECT_EQ(named.size(), 7U) << "a new output comes last in outputs.inc, and is counted here";
  std::set<std::string> rooms{"src/engine/windows.cpp",         // vectors of residues are what others are pooled from
                              "src/formats/result.h",           // the default of an item
                              "src/formats/read_vectors.cpp",   // the mean is what files are read for first
                              "src/formats/read_contacts.cpp",  // contacts are what it reads
                              "src/bio/output.cpp"};            // the table
  // a task asks for what it shows, a predictor for what its head reads
  for (const char* const folder : {"src/engine/outputs", "src/predictors", "src/tasks", "src/api", "include/groel"})
    for (const SourceFile& file : source_files({folder})) rooms.insert(file.path);
  const auto found = lines_with(std::regex("\\bOutput::[a-z]"), rooms);
  EXPECT_TRUE(found.empty()) << "these lines know an output by its name:" << join(found);
}

// Names of tensors belong to families and modules; others go by roles and places.
TEST(Families, NamesOfTensorsAreTheirBusiness) {
  const std::regex names(
      "\"(esm\\.|lm_head|classifier\\.\\w|orm\")|(starts_with|ends_with|find)\\(\"[^\"]*(bias|weight|inv_freq)");
  std::set<std::string> rooms{"src/nn/lm_head.cpp"};  // names a tensor in two messages
  for (const SourceFile& file : source_files({"src/models", "src/esm3", "src/structure_models"}))
    rooms.insert(file.path);
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
  rooms.insert("src/esm3/tokens.cpp");  // the tokenizers of its tracks
  const auto found = lines_with(ends, rooms);
  EXPECT_TRUE(found.empty()) << "these lines know the tokens at the ends of a sequence:" << join(found);
}

}  // namespace
}  // namespace groel::project
