// What a release is made of agrees with the project: the citation's version, the change log, the forge's workflow.
#include <gtest/gtest.h>

#include <regex>

#include "project/source_tree.h"

namespace groel::project {
namespace {

std::string file(const std::string& name) { return read_text(std::string(GROEL_SOURCE_DIR "/") + name); }

std::string version() { return split_lines(file("VERSION")).front(); }

// The value of a key at the beginning of a line of YAML.
std::string value_of(const std::string& yaml, const std::string& key) {
  for (const std::string& line : split_lines(yaml))
    if (line.rfind(key + ": ", 0) == 0) return line.substr(key.size() + 2);
  return {};
}

TEST(Release, TheCitationIsOfThisVersion) {
  const std::string citation = file("CITATION.cff");
  EXPECT_EQ(value_of(citation, "version"), version());
  EXPECT_EQ(value_of(citation, "cff-version"), "1.2.0");
  EXPECT_EQ(value_of(citation, "license"), "Apache-2.0");
}

TEST(Release, TheChangeLogHasThisVersionOrWhatIsNotReleased) {
  const std::string log = file("CHANGELOG.md");
  EXPECT_TRUE(log.find("## [Unreleased]") != std::string::npos ||
              log.find("## [" + version() + "]") != std::string::npos);
}

// A fork's runs do what ours do, by the same script, and no host is named.
TEST(Release, TheWorkflowRunsWhatContinuousIntegrationRuns) {
  const std::string workflow = file(".github/workflows/ci.yml");
  EXPECT_TRUE(std::regex_search(workflow, std::regex("run: .*\\.ci/run\n"))) << workflow;
  EXPECT_FALSE(std::regex_search(workflow, std::regex("://|[a-z]\\.(org|com|io|net)\\b"))) << workflow;
}

// Every section of the container's definition that tools/package.sh runs is there, and what it copies is what it makes.
TEST(Release, TheContainersStepsAreThoseThatAreTested) {
  const std::string definition = file("packaging/groel.def");
  for (const char* section : {"%files", "%post", "%test", "%runscript"})
    EXPECT_NE(definition.find(std::string("\n") + section + "\n"), std::string::npos) << section;
  EXPECT_NE(definition.find("groel.tar.gz /opt/groel.tar.gz"), std::string::npos);
}

TEST(Release, ThePackagingKnowsWhatIsLinkedStatically) {
  const std::string notices = file("packaging/copyright");
  for (const char* part : {"HDF5", "Highway", "fmt", "CLI11", "pybind11", "toml++", "Eigen", "gemmi", "PEGTL",
                           "Apache-ECharts", "3Dmol.js"})
    EXPECT_NE(notices.find(std::string("\nFiles: ") + part + "\n"), std::string::npos) << part;
}

}  // namespace
}  // namespace groel::project
