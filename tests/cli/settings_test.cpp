// The user's settings: what goes before what, whom a mistake in them names, and who is told of them.
#include "tasks/reading/settings.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;
using tasks::parse_settings;

std::string complaint(const std::string& text) {
  try {
    parse_settings(text, "c.toml");
  } catch (const Error& error) {
    return std::string(name(error.kind())) + ": " + error.what();
  }
  return "none";
}

TEST(Settings, AreReadWithTheirLines) {
  const auto settings = parse_settings("# mine\nthreads = 3\nmodel = 'a/b'\nmemory = '2G'\n", "c.toml");
  ASSERT_EQ(settings.size(), 3U);
  EXPECT_EQ(tasks::setting_values(settings), (json{{"model", "a/b"}, {"threads", 3}, {"memory", "2G"}}));
  EXPECT_EQ(settings.back().key, "threads");
  EXPECT_EQ(settings.back().source, "c.toml:2:1");
}

TEST(Settings, MistakesNameFileLineAndWhatIsMeant) {
  EXPECT_EQ(complaint("threads = 3\nmodle = 'x'"),
            "usage: c.toml:2:1: there is no setting 'modle'\n  did you mean 'model'?");
  EXPECT_EQ(
      complaint("colour = 'x'"),
      "usage: c.toml:1:1: there is no setting 'colour'\n  choose from: model, threads, memory, vector_cache, cache");
  EXPECT_EQ(complaint("[run]\nthreads = 3"), "usage: c.toml:2:1: settings are in no tables\n  leave [run] out");
  EXPECT_NE(complaint("threads = 'many'").find("c.toml:1:1: \"many\" is not a number of threads"), std::string::npos);
  EXPECT_NE(complaint("threads = -1").find("is not a number of threads"), std::string::npos);
  EXPECT_NE(complaint("threads = 5000").find("1 to 4096"), std::string::npos);
  EXPECT_NE(complaint("memory = 'lots'").find("c.toml:1:1"), std::string::npos);
  EXPECT_NE(complaint("model = 5").find("'model' takes a text"), std::string::npos);
  EXPECT_TRUE(complaint("model = ").starts_with("bad_input: c.toml:1:")) << complaint("model = ");
}

// Runs the program with a file of settings and more of the environment.
class SettingsFile : public ::testing::Test {
 protected:
  using Environment = std::vector<std::pair<std::string, std::string>>;
  Outcome run(const std::vector<std::string>& arguments, const std::string& file, Environment more = {}) const {
    std::filesystem::create_directories(folder_ / "groel");
    write_file(folder_ / "groel/config.toml", file);
    more.emplace_back("GROEL_CONFIG", folder_ / "groel/config.toml");
    return groel(arguments, {.folder = {}, .input = {}, .environment = std::move(more)});
  }
  json doctor(const std::string& file, Environment more = {}) const {
    const Outcome outcome = run({"doctor", "--json"}, file, std::move(more));
    EXPECT_EQ(outcome.exit, 0) << outcome;
    return json::parse(outcome.out);
  }
  // {"value": …, "source": …} of a key.
  static json of(const json& doctor, const std::string& key) {
    for (const json& one : doctor["settings"]["values"])
      if (one["key"] == key) return one;
    return nullptr;
  }
  TemporaryFolder folder_;
};

TEST_F(SettingsFile, FlagBeforeEnvironmentBeforeFileBeforeDefault) {
  const auto threads = [&](const std::vector<std::string>& flags, const std::string& file, const Environment& more) {
    std::vector<std::string> arguments{"doctor", "--json"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return json::parse(run(arguments, file, more).out)["threads"].get<int>();
  };
  EXPECT_EQ(threads({"-t", "2"}, "threads = 4", {{"GROEL_THREADS", "3"}}), 2);
  EXPECT_EQ(threads({}, "threads = 4", {{"GROEL_THREADS", "3"}}), 3);
  EXPECT_EQ(threads({}, "threads = 4", {}), 4);
  EXPECT_EQ(threads({}, "threads = 4", {{"GROEL_THREADS", ""}}), 4);  // an empty variable says nothing
  EXPECT_EQ(threads({}, "", {}), threads({"-t", "0"}, "", {}));
}

TEST_F(SettingsFile, DoctorShowsWhatIsSetAndByWhom) {
  const json r = doctor("threads = 4\ncache = '/nowhere/hub'\n", {{"GROEL_MODEL", "some/model"}});
  const std::string file = folder_ / "groel/config.toml";
  EXPECT_EQ(r["settings"]["file"], file);
  EXPECT_EQ(r["settings"]["file_exists"], true);
  EXPECT_EQ(of(r, "threads"), (json{{"key", "threads"}, {"value", 4}, {"source", file + ":1:1"}}));
  EXPECT_EQ(of(r, "model"), (json{{"key", "model"}, {"value", "some/model"}, {"source", "GROEL_MODEL"}}));
  EXPECT_EQ(of(r, "memory")["source"], nullptr);
  EXPECT_EQ(of(r, "cache"), (json{{"key", "cache"}, {"value", "/nowhere/hub"}, {"source", file + ":2:1"}}));
  EXPECT_EQ(of(doctor("cache = '/a'", {{"HF_HUB_CACHE", "/b"}}), "cache")["value"], "/b");
  EXPECT_EQ(of(doctor("cache = '/a'", {{"HF_HOME", "/c"}}), "cache")["value"], "/c/hub");
  const Outcome text = run({"doctor"}, "threads = 4\n");
  EXPECT_NE(text.out.find("(set by " + file + ":1:1)"), std::string::npos) << text.out;
}

TEST_F(SettingsFile, TheModelIsUsedAndSaid) {
  const std::vector<std::string> embed{"embed", kProteins, "-f", "jsonl", "-o", "-"};
  const Outcome with = run(embed, "model = '" + kEsm2 + "'");
  EXPECT_EQ(with.exit, 0) << with;
  EXPECT_TRUE(with.says("as your settings say")) << with;
  std::vector<std::string> named = embed;
  named.insert(named.end(), {"-m", kEsm2});
  const Outcome given = run(named, "model = 'nothing/here'");
  EXPECT_EQ(given.exit, 0) << given;
  EXPECT_FALSE(given.says("settings")) << given;
  EXPECT_EQ(given.out, with.out);
  const Outcome missing = run(embed, "threads = 1\nmodel = './not-there'\n");
  EXPECT_EQ(missing.exit, 3) << missing;
  EXPECT_TRUE(missing.says("it is the model of ")) << missing;
  EXPECT_TRUE(missing.says("config.toml:2:1")) << missing;
}

TEST_F(SettingsFile, MistakesEndTheCommandAndNoPage) {
  const Outcome wrong = run({"models"}, "modle = 'x'");
  EXPECT_EQ(wrong.exit, 2) << wrong;
  EXPECT_TRUE(wrong.says("config.toml:1:1: there is no setting 'modle'")) << wrong;
  EXPECT_EQ(run({"help", "embed"}, "modle = 'x'").exit, 0);
  EXPECT_EQ(run({"--version"}, "modle = 'x'").exit, 0);
  const Outcome variable = run({"models"}, "", {{"GROEL_THREADS", "many"}});
  EXPECT_EQ(variable.exit, 2);
  EXPECT_TRUE(variable.says("GROEL_THREADS: \"many\" is not a number of threads")) << variable;
}

TEST_F(SettingsFile, IsFoundWhereTheStandardSays) {
  write_file(folder_ / "x", "");
  std::filesystem::create_directories(folder_ / "groel");
  std::filesystem::create_directories(folder_ / ".config/groel");
  write_file(folder_ / "groel/config.toml", "threads = 5\n");
  write_file(folder_ / ".config/groel/config.toml", "threads = 6\n");
  const auto threads = [&](const std::string& setting) {
    const Outcome outcome =
        bash("unset GROEL_CONFIG XDG_CONFIG_HOME; " + setting + " \"$GROEL\" doctor --json",
             {.folder = folder_.path().string(), .input = {}, .environment = {{"HOME", folder_.path().string()}}});
    EXPECT_EQ(outcome.exit, 0) << outcome;
    return json::parse(outcome.out)["threads"].get<int>();
  };
  EXPECT_EQ(threads("XDG_CONFIG_HOME=$HOME"), 5);
  EXPECT_EQ(threads("XDG_CONFIG_HOME=."), 6);  // a relative one is passed over
  EXPECT_EQ(threads(""), 6);
  const Outcome named =
      groel({"doctor"}, {.folder = {}, .input = {}, .environment = {{"GROEL_CONFIG", "/not/there.toml"}}});
  EXPECT_EQ(named.exit, 3) << named;
}

TEST(Version, AsJsonSaysWhatTheBuildIs) {
  const Outcome outcome = groel({"--version", "--json"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const json r = json::parse(outcome.out);
  EXPECT_EQ(r["version"].get<std::string>() + "\n", read_file(std::string(GROEL_SOURCE_DIR) + "/VERSION"));
  EXPECT_TRUE(r["commit"].is_null() || r["commit"].get<std::string>().size() == 40) << r["commit"];
  EXPECT_TRUE(r["modified"].is_boolean());
  EXPECT_TRUE(r["compiler"].get<std::string>().starts_with("GCC ") ||
              r["compiler"].get<std::string>().starts_with("Clang "));
  EXPECT_NE(r["flags"].get<std::string>().find("-ffp-contract=off"), std::string::npos) << r["flags"];
  for (const char* library :
       {"onednn", "hdf5", "zlib", "zstd", "openssl", "libpng", "fmt", "highway", "eigen", "cli11"})
    EXPECT_NE(r["libraries"].value(library, "").find('.'), std::string::npos) << library << r["libraries"];
  const json& sets = r["instruction_sets"];
  EXPECT_EQ(sets["compiled"][0], "baseline");
  EXPECT_EQ(sets["run_here"][0], "baseline");
  EXPECT_TRUE(r["pictures"].is_boolean());
  EXPECT_TRUE(std::filesystem::exists(r["data_folder"].get<std::string>() + "/models")) << r["data_folder"];
  EXPECT_EQ(groel({"version", "--json"}).out, outcome.out);
}

}  // namespace
}  // namespace groel::testing
