// Adding a task takes one file and one line; each task provides all that its help needs, and its examples run.
#include "tasks/task.h"

#include <algorithm>
#include <regex>
#include <set>

#include "models/family.h"
#include "report/scripts.h"
#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

// Source files of a folder that define what the pattern says.
std::size_t files_with(const std::string& folder, const std::regex& definition) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(std::string(GROEL_SOURCE_DIR) + "/src/" + folder))
    files += entry.path().extension() == ".cpp" && std::regex_search(read_file(entry.path()), definition) ? 1 : 0;
  return files;
}

// A definition whose line in the table was forgotten would be no entry.
TEST(Registry, EveryFileThatDescribesAnEntryHasOne) {
  EXPECT_EQ(files_with("models", std::regex("\nFamily \\w+\\(\\) \\{")), models::families().size());
  EXPECT_EQ(files_with("tasks", std::regex("\nTask \\w+\\(\\) \\{")), tasks::tasks().size());
}

TEST(Registry, ATaskIsOneFile) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(std::string(GROEL_SOURCE_DIR) + "/src/tasks"))
    files += entry.path().extension() == ".cpp" && entry.path().stem() != "registry" ? 1 : 0;
  EXPECT_EQ(files, tasks::tasks().size());
  for (const tasks::Task& task : tasks::tasks()) {
    std::string name(task.name);
    std::replace(name.begin(), name.end(), '-', '_');
    EXPECT_TRUE(fs::exists(fmt::format("{}/src/tasks/{}.cpp", GROEL_SOURCE_DIR, name))) << task.name;
  }
}

TEST(Registry, EveryTaskExplainsItself) {
  std::set<std::string_view> names;
  for (const tasks::Task& task : tasks::tasks()) {
    EXPECT_TRUE(names.insert(task.name).second) << task.name << " occurs twice";
    EXPECT_FALSE(task.summary.empty()) << task.name;
    EXPECT_FALSE(task.description.empty()) << task.name;
    EXPECT_FALSE(task.examples.empty()) << task.name;
    EXPECT_NE(task.run, nullptr) << task.name;
    std::set<std::string> options;
    for (const OptionSpec& option : task.options) {
      EXPECT_TRUE(options.insert(option.name).second) << task.name << ": --" << option.name << " occurs twice";
      EXPECT_FALSE(option.help.empty()) << task.name << ": --" << option.name;
    }
  }
}

TEST(Registry, EveryTaskIsInTheReadme) {
  const std::string readme = read_file(fs::path(GROEL_SOURCE_DIR) / "README.md");
  for (const tasks::Task& task : tasks::tasks())
    EXPECT_NE(readme.find(fmt::format("| `groel {}", task.name)), std::string::npos) << task.name;
}

// In a folder that has the project's examples, as a user at the project's root sees them.
TEST(Examples, RunAsWritten) {
  // One measures whole-size models for minutes; the others ask the hub or serve until they are ended, and are run in
  // pull_test.cpp and serve_test.cpp.
  const std::set<std::string_view> left_out{"bench", "pull", "serve"};
  // Weights that do not come along; fold_sequences_test.cpp, fold_minifold_test.cpp, fold_network_test.cpp,
  // fold_protenix_test.cpp, fold_openfold3_test.cpp and fold_boltz2_test.cpp run tiny ones.
  const auto needs_weights = [](std::string_view command) {
    for (const std::string_view name : {"esmfold", "minifold", "protenix", "openfold3", "boltz2", "--model-dir"})
      if (command.find(name) != std::string_view::npos) return true;
    return false;
  };
  for (const tasks::Task& task : tasks::tasks()) {
    if (left_out.contains(task.name)) continue;
    for (const tasks::Example& example : task.examples) {
      if (needs_weights(example.command)) continue;
      if (task.name == "open" && !report::has_app()) continue;  // a build without the page says so
      const TemporaryFolder folder;
      fs::create_symlink(std::string(GROEL_SOURCE_DIR) + "/examples", folder / "examples");
      fs::create_symlink(std::string(GROEL_SOURCE_DIR) + "/tests", folder / "tests");  // a model of ESM3
      const std::string line = std::regex_replace(std::string(example.command), std::regex("\\bgroel "), "$$GROEL ");
      const Outcome outcome = bash(line, {.folder = folder.path().string(), .input = {}, .environment = {}});
      EXPECT_EQ(outcome.exit, 0) << example.command << '\n' << outcome;
      EXPECT_TRUE(!outcome.out.empty() || folder.names().size() >= 3U) << example.command << " gave nothing";
    }
  }
}

}  // namespace
}  // namespace groel::testing
