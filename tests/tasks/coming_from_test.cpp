// docs/coming-from.md: every groel line runs as written, on small models under the names that people have.
#include <regex>
#include <sstream>

#include "base/options.h"
#include "io/arrays.h"
#include "support/program.h"
#include "tasks/task.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

const std::string kPage = std::string(GROEL_SOURCE_DIR) + "/docs/coming-from.md";

// The shell blocks of the page, in order.
std::vector<std::string> blocks_of(const std::string& page) {
  std::vector<std::string> out;
  std::istringstream lines(page);
  bool shell = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      shell = line == "```sh";
      if (shell) out.emplace_back();
    } else if (shell) {
      out.back() += line + '\n';
    }
  }
  return out;
}

void link(const TemporaryFolder& work, const std::string& name, const std::string& to) {
  fs::create_directories(fs::path(work / name).parent_path());
  fs::create_symlink(std::string(GROEL_TEST_DATA) + "/" + to, work / name);
}

TEST(ComingFrom, EveryLineRunsAsWritten) {
  const TemporaryFolder work;
  fs::create_symlink(std::string(GROEL_SOURCE_DIR) + "/examples", work / "examples");
  link(work, "esm2_t33_650M_UR50D.pt", "esm2-tiny/esm2_tiny.pt");
  link(work, "esm2_t33_650M_UR50D-contact-regression.pt", "esm2-tiny/esm2_tiny-contact-regression.pt");
  link(work, "facebook/esm2_t33_650M_UR50D", "esm2-tiny");
  for (const char* const seed : {"1", "2"})  // esm1b-tiny reads 254 residues, the protein that is scored has 286
    link(work, std::string("esm1v_t33_650M_UR90S_") + seed + ".pt", "esm2-tiny/esm2_tiny.pt");
  link(work, "weights/esmc_300m_2024_12_v0.pth", "esmc-tiny/esmc_tiny.pth");
  link(work, "weights/config.json", "esmc-tiny/config.json");
  const std::vector<std::string> blocks = blocks_of(read_file(kPage));
  ASSERT_GE(blocks.size(), 9U);
  for (const std::string& block : blocks) {
    const std::string line = "set -e\n" + std::regex_replace(block, std::regex("\\bgroel (?=[a-z])"), "$$GROEL ");
    const Outcome outcome = bash(line, {.folder = work.path().string(), .input = {}, .environment = {}});
    EXPECT_EQ(outcome.exit, 0) << block << outcome;
  }
  const io::TorchFile file = io::read_torch([&] {
    for (const auto& entry : fs::directory_iterator(work / "extracted"))
      if (entry.path().extension() == ".pt") return entry.path();
    return fs::path();
  }());
  for (const char* const key : {"label", "representations", "mean_representations", "bos_representations", "contacts"})
    EXPECT_TRUE(file.root.contains(key)) << key;
}

// Flags and commands that the page's tables name.
TEST(ComingFrom, NamesCommandsAndFlagsThatExist) {
  const std::string page = read_file(kPage);
  std::set<std::string> flags, commands;
  for (const tasks::Task& task : tasks::tasks()) {
    commands.insert(std::string(task.name));
    for (const OptionSpec& option : task.options) {
      flags.insert(option.name);
      flags.insert(option.aliases.begin(), option.aliases.end());
    }
  }
  const std::regex named("`groel ([a-z-]+)");
  for (std::sregex_iterator at(page.begin(), page.end(), named), end; at != end; ++at)
    EXPECT_TRUE(commands.contains((*at)[1])) << at->str();
  const std::regex flag("`(?:groel [a-z -]*)?--([a-z][a-z_-]+)");
  for (std::sregex_iterator at(page.begin(), page.end(), flag), end; at != end; ++at)
    EXPECT_TRUE(flags.contains((*at)[1])) << at->str();
}

}  // namespace
}  // namespace groel::testing
