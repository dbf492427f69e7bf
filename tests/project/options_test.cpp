// Checks that tasks read options as fields, never by name, and that the library below them knows no flags.
#include <gtest/gtest.h>

#include <regex>

#include "project/source_tree.h"

namespace groel::project {
namespace {

using Problems = std::vector<std::string>;

bool is_comment(const std::string& line) {
  const auto begin = line.find_first_not_of(' ');
  return begin != std::string::npos && line.compare(begin, 2, "//") == 0;
}

Problems lines_with(const std::vector<SourceFile>& files, const std::regex& pattern) {
  Problems out;
  for (const SourceFile& file : files)
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (!is_comment(file.lines[i]) && std::regex_search(file.lines[i], pattern))
        out.push_back(file.path + ":" + std::to_string(i + 1) + ": " + file.lines[i]);
  return out;
}

// By a name in quotes, from whatever is called options or merged or given.
Problems asked_by_name(const std::vector<SourceFile>& files) {
  return lines_with(files, std::regex(R"re((ptions_?|merged|given(\(\))?)(\.|->)\w+\(\s*")re"));
}

// Whoever is handed all options may ask by name; these go through the table, or fill a struct.
Problems handed_all(std::vector<SourceFile> files) {
  const std::set<std::string> known{"src/tasks/task.h",
                                    "src/tasks/registry.cpp",
                                    "src/tasks/reading/named_models.h",
                                    "src/tasks/reading/named_models.cpp",
                                    "src/tasks/reading/outputs.h",
                                    "src/tasks/reading/outputs.cpp",
                                    "src/tasks/probe/options.h",
                                    "src/tasks/probe/options.cpp",
                                    "src/tasks/train/plan.h",
                                    "src/tasks/train/plan.cpp",
                                    "src/tasks/workers/run.h",
                                    "src/tasks/workers/run.cpp",
                                    "src/tasks/workers/train.h",
                                    "src/tasks/workers/train.cpp"};
  std::erase_if(files, [&](const SourceFile& file) { return known.contains(file.path); });
  return lines_with(files, std::regex(R"re(\bOptions&)re"));
}

// "--word" in a string, unless it is that of a command which is quoted whole.
Problems flags_named(std::vector<SourceFile> files) {
  // The last two have those of the programs that they run.
  const std::set<std::string> binding{"src/base/options.cpp", "src/base/options.h", "src/base/option_binder.h",
                                      "src/folding/hmmer.cpp", "src/folding/mmseqs.cpp"};
  std::erase_if(files, [&](const SourceFile& file) {
    return binding.contains(file.path) || file.path.starts_with("src/tasks/");
  });
  Problems out = lines_with(files, std::regex(R"re("([^"]*[ (`])?--[a-z][^"]*")re"));
  const std::regex command(R"re(groel |\./run |hf download )re");
  std::erase_if(out, [&](const std::string& line) { return std::regex_search(line, command); });
  return out;
}

Problems asked(const std::string& line) { return asked_by_name({{"src/tasks/x.cpp", {line}}}); }
Problems named(const std::string& line) { return flags_named({{"src/train/x.cpp", {line}}}); }

TEST(Options, ThatAreAskedForByNameAreFound) {
  for (const char* bad : {R"(options.text("model"))", R"(options_.has("top"))", R"(options.given().contains("crop"))"})
    EXPECT_EQ(asked(bad).size(), 1U) << bad;
  for (const char* good : {"options.model", R"(columns.named(name, "--id-column"))", R"(// options.text("model"))"})
    EXPECT_EQ(asked(good), Problems{}) << good;
  EXPECT_EQ(handed_all({{"src/tasks/x.cpp", {"int run(const Options& options)"}}}).size(), 1U);
  EXPECT_EQ(handed_all({{"src/tasks/x.cpp", {"int run(const FoldOptions& options)"}}}), Problems{});
}

TEST(Options, FlagsInTheLibraryAreFound) {
  for (const char* bad : {R"({"too long", "--max-tokens", {}})", R"({"too long", {}, "use --long truncate"})"})
    EXPECT_EQ(named(bad).size(), 1U) << bad;
  for (const char* good : {R"({"too long", "`max_tokens`", {}})", R"("`groel train --merge` makes one")", "--left;"})
    EXPECT_EQ(named(good), Problems{}) << good;
}

TEST(Project, TasksAskForNoOptionByName) {
  const auto files = source_files({"src/tasks"});
  EXPECT_EQ(asked_by_name(files), Problems{}) << join(asked_by_name(files));
  EXPECT_EQ(handed_all(files), Problems{}) << join(handed_all(files));
}

TEST(Project, TheLibraryNamesFieldsAndNoFlags) {
  const Problems found = flags_named(source_files({"src"}));
  EXPECT_EQ(found, Problems{}) << join(found);
}

}  // namespace
}  // namespace groel::project
