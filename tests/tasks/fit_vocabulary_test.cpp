// groel fit-vocabulary: a tokenizer that training and listing take, and what is refused.
#include "tasks/reading.h"

namespace groel::testing {
namespace {

TEST(FitVocabulary, ATokenizerThatANewModelTakes) {
  const TemporaryFolder work;
  const std::string folder = work / "vocabulary";
  const Outcome fitted = groel({"fit-vocabulary", kProteins, "--size", "300", "-o", folder, "--json"});
  ASSERT_EQ(fitted.exit, 0) << fitted;
  const json said = json::parse(fitted.out);
  EXPECT_EQ(said["tokens"], 300);
  EXPECT_EQ(said["merges"], 43);
  EXPECT_EQ(said["left_out"], 0);
  EXPECT_GT(said["characters_per_token"], 1.05);
  ASSERT_EQ(groel({"train", "clm", "--family", "gpt2", "--layers", "1", "--width", "16", "--heads", "2", "--tokenizer",
                   folder, "--data", kProteins, "--steps", "1", "--output", work / "model"})
                .exit,
            0);
  const Outcome tokens = groel({"tokens", "-m", work / "model", kProteins, "--json"});
  ASSERT_EQ(tokens.exit, 0) << tokens;
}

TEST(FitVocabulary, SaysWhatIsLeftOutAndWhereProteinsGiveNoMore) {
  const TemporaryFolder work;
  const std::string file = write_file(work / "a.fasta", ">a\nMKMKMK\n>b\nMK1\n");
  const Outcome fitted = groel({"fit-vocabulary", file, "--size", "400", "-o", work / "v"});
  EXPECT_EQ(fitted.exit, 1) << fitted;
  EXPECT_TRUE(fitted.says("1 record cannot be learned from; the first: ")) << fitted;
  EXPECT_TRUE(fitted.says("are all that these proteins give")) << fitted;
}

TEST(FitVocabulary, ReplacesNothingButATokenizer) {
  const TemporaryFolder work;
  const std::string folder = work / "v";
  const std::vector<std::string> words{"fit-vocabulary", kProteins, "--size", "260", "-o", folder};
  EXPECT_EQ(groel(words).exit, 0);
  EXPECT_EQ(groel(words).exit, 2);
  std::vector<std::string> again = words;
  again.emplace_back("--overwrite");
  EXPECT_EQ(groel(again).exit, 0);
  write_file(folder + "/notes.txt", "mine");
  const Outcome refused = groel(again);
  EXPECT_EQ(refused.exit, 2) << refused;
  EXPECT_TRUE(refused.says("holds more than a tokenizer")) << refused;
  for (const Words& wrong : {Words{"--size", "100"}, Words{"--min-count", "0"}, Words{"--line", "-1"}})
    EXPECT_EQ(groel(Words{"fit-vocabulary", kProteins, "-o", work / "w"} + wrong).exit, 2) << wrong[0];
}

}  // namespace
}  // namespace groel::testing
