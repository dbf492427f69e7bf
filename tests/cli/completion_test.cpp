// Completion and manual pages: every command and option is in them, shells accept the scripts, and completing works.
#include <algorithm>
#include <sstream>

#include "support/program.h"
#include "tasks/task.h"

namespace groel::testing {
namespace {

// Commands, those that are no task among them.
std::vector<std::string> commands() {
  std::vector<std::string> out{"help", "version", "completion", "man"};
  for (const tasks::Task& task : tasks::tasks()) out.emplace_back(task.name);
  return out;
}

std::vector<std::string> page_names() {
  std::vector<std::string> out{"groel"};
  for (const tasks::Task& task : tasks::tasks()) out.push_back(fmt::format("groel-{}", task.name));
  return out;
}

std::string printed(const std::vector<std::string>& arguments) {
  const Outcome outcome = groel(arguments);
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_EQ(outcome.err, "");
  return outcome.out;
}

bool has_program(const std::string& name) { return bash("command -v " + name).exit == 0; }

class Completion : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* shell : {"bash", "zsh", "fish"}) write_file(folder_ / shell, printed({"completion", shell}));
  }
  std::string script(const std::string& shell) const { return read_file(folder_ / shell); }
  Outcome run(const std::string& line) const {
    return bash(line, {.folder = folder_.path().string(), .input = {}, .environment = {}});
  }

  // What bash offers for a line, cut into words as bash cuts it.
  std::vector<std::string> offered(const std::vector<std::string>& words) const {
    std::string line = "source ./bash; COMP_WORDS=(";
    for (const std::string& word : words) line += "'" + word + "' ";
    line += fmt::format("); COMP_CWORD={}; _groel && printf '%s\\n' \"${{COMPREPLY[@]}}\"", words.size() - 1);
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.exit, 0) << outcome;
    EXPECT_EQ(outcome.err, "") << outcome;
    std::vector<std::string> out;
    std::istringstream lines(outcome.out);
    for (std::string one; std::getline(lines, one);)
      if (!one.empty()) out.push_back(one);
    std::sort(out.begin(), out.end());  // files come in the folder's order
    return out;
  }
  TemporaryFolder folder_;
};

bool has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TEST_F(Completion, ScriptsHaveEveryCommandAndOption) {
  for (const tasks::Task& task : tasks::tasks())
    for (const OptionSpec& option : task.options) {
      if (option.type == OptionType::paths) continue;
      const std::string bash_pattern = fmt::format("{}/*) REPLY='none", task.name);
      const std::string text = script("bash");
      const std::size_t at = text.find(bash_pattern);
      ASSERT_NE(at, std::string::npos) << task.name;
      const std::string line = text.substr(at, text.find('\n', at) - at) + " ";
      EXPECT_TRUE(line.find(" --" + option.name + " ") != std::string::npos) << task.name << " --" << option.name;
      EXPECT_NE(script("zsh").find("--" + option.name), std::string::npos) << option.name;
      EXPECT_NE(script("fish").find(fmt::format("-l {} ", option.name)), std::string::npos) << option.name;
    }
  for (const std::string& command : commands())
    for (const char* shell : {"bash", "zsh", "fish"})
      EXPECT_NE(script(shell).find(command), std::string::npos) << shell << ' ' << command;
}

TEST_F(Completion, ShellsAcceptTheScripts) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    if (!has_program(shell)) continue;
    const Outcome outcome = run(fmt::format("{0} -n ./{0}", shell));
    EXPECT_EQ(outcome.exit, 0) << outcome;
    EXPECT_EQ(outcome.err, "") << shell;
  }
  EXPECT_EQ(run("set -eu; source ./bash; complete -p groel").out, "complete -F _groel groel\n");
}

TEST_F(Completion, BashCompletesCommandsVerbsAndOptions) {
  EXPECT_EQ(offered({"groel", "emb"}), Words{"embed"});
  EXPECT_EQ(offered({"groel", "help", "emb"}), Words{"embed"});
  EXPECT_EQ(offered({"groel", "completion", "z"}), Words{"zsh"});
  EXPECT_EQ(offered({"groel", "train", "res"}), Words{"residues"});
  EXPECT_EQ(offered({"groel", "help", "train", "cla"}), Words{"classify"});
  EXPECT_EQ(offered({"groel", "embed", "x.fasta", "--overw"}), Words{"--overwrite"});
  EXPECT_EQ(offered({"groel", "--ver"}), Words{"--version"});
  EXPECT_EQ(offered({"groel", "-q", "embed", "--dt"}), Words{"--dtype"});
  EXPECT_EQ(offered({"groel", "embed", "-t", "4", "--dt"}), Words{"--dtype"});
  // What goes with one verb is not offered with another.
  EXPECT_TRUE(has(offered({"groel", "search", "query", "--"}), "--ids"));
  EXPECT_FALSE(has(offered({"groel", "search", "index", "--"}), "--ids"));
}

TEST_F(Completion, BashCompletesValues) {
  EXPECT_EQ(offered({"groel", "embed", "--dtype", "f32x"}), Words{"f32x3"});
  EXPECT_EQ(offered({"groel", "embed", "--dtype", "=", "b"}), Words{"bf16"});
  EXPECT_EQ(offered({"groel", "embed", "--dtype", "="}), (Words{"bf16", "f32", "f32x3", "int8"}));
  EXPECT_EQ(offered({"groel", "embed", "-i", "mean,per-r"}), Words{"mean,per-residue"});
  EXPECT_EQ(offered({"groel", "embed", "-m", "groel-5"}), Words{"groel-5m"});
  EXPECT_EQ(offered({"groel", "embed", "--threads", ""}), Words{});
}

TEST_F(Completion, BashCompletesFilesWithBlanks) {
  write_file(folder_ / "my proteins.fasta", ">a\nMA\n");
  std::filesystem::create_directory(folder_ / "my folder");
  EXPECT_EQ(offered({"groel", "embed", "my"}), (Words{"my folder", "my proteins.fasta"}));
  EXPECT_EQ(offered({"groel", "convert", "-o", "my"}), Words{"my folder"});
}

TEST_F(Completion, FishCompletes) {
  if (!has_program("fish")) GTEST_SKIP() << "no fish here";
  const auto fish = [&](const std::string& line) {
    return run(fmt::format("HOME=$PWD fish --no-config -c 'source ./fish; complete -C \"{}\"' | cut -f 1", line)).out;
  };
  EXPECT_EQ(fish("groel emb"), "embed\n");
  EXPECT_EQ(fish("groel embed --dtyp"), "--dtype\n");
  EXPECT_EQ(fish("groel embed --dtype f32x"), "f32x3\n");
  EXPECT_EQ(fish("groel train resi"), "residues\n");
}

TEST(CompletionErrors, NameTheShells) {
  for (const Words& arguments : {Words{"completion"}, Words{"completion", "tcsh"}}) {
    const Outcome outcome = groel(arguments);
    EXPECT_EQ(outcome.exit, 2);
    EXPECT_TRUE(outcome.says("bash, zsh, fish")) << outcome;
  }
}

std::string unescaped(std::string page) {
  for (std::size_t at = 0; (at = page.find("\\-", at)) != std::string::npos;) page.replace(at, 2, "-");
  return page;
}

TEST(ManPage, HasEveryOptionWithItsHelp) {
  const std::string all = unescaped(printed({"man"}));
  for (const tasks::Task& task : tasks::tasks()) {
    const std::string page = unescaped(printed({"man", std::string(task.name)}));
    EXPECT_NE(all.find(fmt::format("\\fB{}\\fR", task.name)), std::string::npos) << task.name;
    EXPECT_NE(page.find(fmt::format("groel-{} - ", task.name)), std::string::npos) << page.substr(0, 300);
    for (const OptionSpec& option : task.options)
      if (option.type != OptionType::paths) {
        EXPECT_NE(page.find(fmt::format("--{}\\fR", option.name)), std::string::npos)
            << task.name << " --" << option.name;
        EXPECT_NE(page.find(option.help.substr(0, 20)), std::string::npos) << task.name << " --" << option.name;
      }
    for (const tasks::Example& example : task.examples)
      EXPECT_NE(page.find(example.command), std::string::npos) << example.command;
  }
  EXPECT_EQ(groel({"man", "embd"}).exit, 2);
}

TEST(ManPage, NamesAreListed) {
  std::string expected;
  for (const std::string& name : page_names()) expected += name + "\n";
  EXPECT_EQ(printed({"man", "--list"}), expected);
  EXPECT_TRUE(expected.starts_with("groel\ngroel-embed\n")) << expected;
}

TEST(ManPage, IsCleanRoff) {
  const TemporaryFolder folder;
  const Process::Setup here{.folder = folder.path().string(), .input = {}, .environment = {{"LC_ALL", "C.UTF-8"}}};
  for (const std::string& name : page_names()) write_file(folder / (name + ".1"), printed({"man", name}));
  if (has_program("man")) {  // slow: three pages; tools/package.sh has it read all
    const Outcome outcome =
        bash("man --warnings -E UTF-8 -l -Tutf8 -Z groel.1 groel-embed.1 groel-train.1 >/dev/null", here);
    EXPECT_EQ(outcome.exit, 0) << outcome;
    EXPECT_EQ(outcome.err, "");
  }
  if (has_program("mandoc")) {
    // Pages have no date, so that the same sources give the same pages.
    const Outcome outcome = bash("mandoc -Tlint -W warning *.1 | grep -v 'missing date' || true", here);
    EXPECT_EQ(outcome.out + outcome.err, "");
  }
}

}  // namespace
}  // namespace groel::testing
