// Checks that #includes go down the layers of src/layers.txt, never up; and that this check can fail.
#include "project/layers.h"

#include <gtest/gtest.h>

namespace groel::project {
namespace {

using Problems = std::vector<std::string>;

const LayerTable kTable = parse_layers("# a comment: with a colon\nbase:\nops:  base\nmodels: base ops\n");

Problems check(const std::string& path, const std::string& text) {
  return check_includes(kTable, {{path, split_lines(text)}});
}

TEST(Layers, TableIsRead) {
  EXPECT_EQ(kTable, (LayerTable{{"base", {}}, {"ops", {"base"}}, {"models", {"base", "ops"}}}));
}

TEST(Layers, DownwardAndSidewaysIncludesPass) {
  EXPECT_EQ(
      check("src/models/esm2.cpp", "#include \"models/esm2.h\"\n#include <hwy/highway.h>\n#include \"ops/norm.h\"\n"),
      Problems{});
}

TEST(Layers, UpwardIncludeIsNamedByFileAndLine) {
  EXPECT_EQ(check("src/ops/norm.cpp", "// x\n#include \"base/error.h\"\n  #  include \"models/esm2.h\"\n"),
            Problems{"src/ops/norm.cpp:3: 'ops' may not include 'models' (\"models/esm2.h\")"});
}

TEST(Layers, IncludeOfAnUnknownLayerIsNamed) {
  EXPECT_EQ(check("src/ops/norm.cpp", "#include \"zoo/lion.h\"\n"),
            Problems{"src/ops/norm.cpp:1: \"zoo/lion.h\": 'zoo' is no layer of layers.txt"});
}

TEST(Layers, FileInAnUnknownLayerIsNamed) {
  EXPECT_EQ(check("src/zoo/lion.cpp", "#include \"base/error.h\"\n"),
            Problems{"src/zoo/lion.cpp:1: 'zoo' is no layer of layers.txt"});
}

TEST(Layers, IncludeWithoutALayerIsNamed) {
  EXPECT_EQ(check("src/ops/norm.cpp", "#include \"norm.h\"\n"),
            Problems{"src/ops/norm.cpp:1: \"norm.h\" does not say its layer (\"layer/file.h\")"});
}

TEST(Layers, ShellsMayIncludeEveryLayerAndTheirOwnFiles) {
  EXPECT_EQ(check("cli/main.cpp", "#include \"commands.h\"\n#include \"models/esm2.h\"\n"), Problems{});
  EXPECT_EQ(check("cli/main.cpp", "#include \"zoo/lion.h\"\n").size(), 1U);
}

TEST(Layers, CycleIsNamed) {
  EXPECT_EQ(check_table(parse_layers("a: b\nb: c\nc: b\n")), Problems{"cycle in layers.txt: b -> c -> b"});
  EXPECT_EQ(check_table(parse_layers("a: a\n")), Problems{"cycle in layers.txt: a -> a"});
  EXPECT_EQ(check_table(parse_layers("a:\nb: a\nc: a b\n")), Problems{});
}

TEST(Layers, NameWithoutARowIsNamed) {
  EXPECT_EQ(check_table(parse_layers("a: b\n")), Problems{"layers.txt: 'a' names 'b', which has no row"});
}

TEST(Project, LayerTableIsSound) {
  const LayerTable table = parse_layers(read_text(GROEL_SOURCE_DIR "/src/layers.txt"));
  EXPECT_GE(table.size(), 10U);
  const Problems problems = check_table(table);
  EXPECT_TRUE(problems.empty()) << join(problems);
}

TEST(Project, IncludesGoDownTheLayers) {
  const LayerTable table = parse_layers(read_text(GROEL_SOURCE_DIR "/src/layers.txt"));
  const std::vector<SourceFile> files = source_files({"src", "cli", "include"});
  EXPECT_GE(files.size(), 20U);
  const Problems problems = check_includes(table, files);
  EXPECT_TRUE(problems.empty()) << join(problems);
}

}  // namespace
}  // namespace groel::project
