// Annotations of single residues to tokens, by a list that was made up.
#include "esm3/residue_vocabulary.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/files.h"

namespace groel::esm3 {
namespace {

using groel::testing::TemporaryFolder;
using groel::testing::write_file;

// "Binding site" counts 30 in two lines, "Active site" and "Zinc site" 20 each.
constexpr const char* kList =
    "label,label_clean,count\nZinc site,Zinc site,20\n\"ATP, binding site\",Binding site,10\nActive site (by "
    "similarity),Active site,20\nbinding,Binding site,20\n";

std::vector<std::int32_t> first_three(const std::vector<std::int32_t>& tokens, std::size_t at) {
  return {tokens.begin() + static_cast<std::ptrdiff_t>(16 * at),
          tokens.begin() + static_cast<std::ptrdiff_t>(16 * at + 3)};
}

TEST(ResidueVocabulary, NumbersLabelsByTheirCounts) {
  const TemporaryFolder folder;
  write_file(folder.path() / "r.csv", kList);
  const ResidueVocabulary vocabulary(folder.path() / "r.csv");
  const std::vector<FunctionAnnotation> annotations{
      {"Zinc site", 2, 3}, {"ATP, binding site", 3, 3}, {"Active site", 4, 4}, {"Binding site", 3, 3}};
  const auto tokens = vocabulary.encode(annotations, 4);
  ASSERT_EQ(tokens.size(), 16U * 6);
  EXPECT_EQ(first_three(tokens, 0), (std::vector<std::int32_t>{0, 0, 0}));
  EXPECT_EQ(first_three(tokens, 1), (std::vector<std::int32_t>{3, 0, 0}));
  EXPECT_EQ(first_three(tokens, 2),
            (std::vector<std::int32_t>{6, 0, 0}));  // after "Active site", whose count is the same
  EXPECT_EQ(first_three(tokens, 3), (std::vector<std::int32_t>{4, 6, 0}));
  EXPECT_EQ(first_three(tokens, 4), (std::vector<std::int32_t>{5, 0, 0}));
  EXPECT_EQ(first_three(tokens, 5), (std::vector<std::int32_t>{0, 0, 0}));
  EXPECT_TRUE(vocabulary.has("binding"));
  EXPECT_FALSE(vocabulary.has("kinase"));
}

TEST(ResidueVocabulary, SaysWhatDoesNotFit) {
  const TemporaryFolder folder;
  write_file(folder.path() / "r.csv", kList);
  write_file(folder.path() / "columns.csv", "label,count\na,1\n");
  write_file(folder.path() / "count.csv", "label,label_clean,count\na,a,many\n");
  std::string many = "label,label_clean,count\n";
  for (int i = 0; i < 20; ++i) many += fmt::format("l{0},l{0},1\n", i);
  write_file(folder.path() / "many.csv", many);
  EXPECT_THROW(ResidueVocabulary(folder.path() / "columns.csv"), Error);
  EXPECT_THROW(ResidueVocabulary(folder.path() / "count.csv"), Error);
  const ResidueVocabulary vocabulary(folder.path() / "r.csv"), of_many(folder.path() / "many.csv");
  const std::vector<FunctionAnnotation> unknown{{"kinase", 1, 1}}, outside{{"binding", 4, 5}};
  EXPECT_THROW(vocabulary.encode(unknown, 4), Error);
  EXPECT_THROW(vocabulary.encode(outside, 4), Error);
  std::vector<FunctionAnnotation> all;
  for (int i = 0; i < 17; ++i) all.push_back({fmt::format("l{}", i), 2, 2});
  EXPECT_THROW(of_many.encode(all, 4), Error);
  all.pop_back();
  EXPECT_EQ(of_many.encode(all, 4)[16 * 2 + 15], 4 + 19);
}

}  // namespace
}  // namespace groel::esm3
