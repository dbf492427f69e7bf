// Checks that no two types have the same name.
#include "project/types.h"

#include <gtest/gtest.h>

namespace groel::project {
namespace {

// Names that two types share, and why.
const std::map<std::string, std::string> kShared{
    {"Model", "the public groel::Model is a loaded models::Model, as those see it who use the library"},
    {"Session", "the public groel::Session is an engine::Session, as those see it who use the library"},
    {"EmbedOptions",
     "the public ones say what a program asks of a model; those of the task are the flags of `groel embed`"},
    {"Array", "the public groel::Array sees what the library holds; io::Array what a file does"},
};

std::vector<std::string> problems_of(const std::string& first, const std::string& second) {
  return check_types(types_of({{"src/a.h", split_lines(first)}, {"src/b.h", split_lines(second)}}),
                     {{"Shared", "on purpose"}});
}

TEST(Types, ANameGivenTwiceIsNamed) {
  EXPECT_EQ(problems_of("class Sink {\n", "struct Sink : Base {\n"), std::vector<std::string>{"Sink: src/a.h src/b.h"});
  EXPECT_EQ(problems_of("enum class Mode { a };\n", "class Mode final : public B {\n").size(), 1U);
}

TEST(Types, DeclarationsMembersAndSharedNamesPass) {
  EXPECT_TRUE(problems_of("class Sink {\n", "class Sink;\n").empty());
  EXPECT_TRUE(problems_of("class Sink {\n", "struct Other {\n  struct Sink {\n").empty());
  EXPECT_TRUE(problems_of("class Sink {\n", "struct Sink::Impl {\n").empty());
  EXPECT_TRUE(problems_of("class Shared {\n", "class Shared {\n").empty());
}

TEST(Project, NoTwoTypesHaveOneName) {
  const auto types = types_of(source_files({"src", "cli", "include"}));
  const auto problems = check_types(types, kShared);
  EXPECT_TRUE(problems.empty()) << "rename one of them:" << join(problems);
  for (const auto& [name, reason] : kShared) EXPECT_GT(types.at(name).size(), 1U) << name << " is no exception";
}

}  // namespace
}  // namespace groel::project
