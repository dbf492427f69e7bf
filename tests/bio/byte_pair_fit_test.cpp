// Learning byte pairs: Hugging Face's merges, the counts, and where it ends.
#include "bio/byte_pair_fit.h"

#include <gtest/gtest.h>

#include <sstream>

#include "bio/byte_bpe.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/golden.h"

namespace groel::bio {
namespace {

// The proteins of repeats.fasta as lines of 60 residues.
std::string repeats() {
  std::istringstream file(testing::read_file(testing::data("byte-pair-fit/repeats.fasta")));
  std::string out, sequence;
  const auto flush = [&] {
    for (std::size_t at = 0; at < sequence.size(); at += 60) out += sequence.substr(at, 60) + "\n";
    sequence.clear();
  };
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('>'))
      flush();
    else
      sequence += line;
  }
  flush();
  return out;
}

TEST(BytePairFit, FindsTheMergesOfHuggingFacesTrainer) {
  std::istringstream reference(testing::read_file(testing::data("byte-pair-fit/merges.txt")));
  std::vector<std::string> expected;
  for (std::string line; std::getline(reference, line);) expected.push_back(line);
  ASSERT_EQ(expected.size(), 700U);
  BytePairFit fit;
  fit.add(repeats());
  const FittedPairs found = fit.fit({.size = 257 + 700, .least = 1});
  ASSERT_EQ(found.files.merges.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_EQ(found.files.merges[i].first + " " + found.files.merges[i].second, expected[i]) << "merge " << i;
  EXPECT_EQ(found.files.tokens.size(), 957U);
}

TEST(BytePairFit, TokensAreAsManyAsTheTokenizerMakesOfTheTexts) {
  const std::string text = repeats();
  BytePairFit fit;
  fit.add(text);
  const FittedPairs found = fit.fit({.size = 500});
  const ByteBpe tokenizer(found.files);
  EXPECT_EQ(found.bytes, static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(found.tokens, static_cast<std::int64_t>(tokenizer.encode_as_transformers(text).size()));
  EXPECT_LT(found.tokens, found.bytes * 3 / 4);
}

TEST(BytePairFit, CountsOverlappingPairsOnceTheyAreMerged) {
  BytePairFit fit;
  for (int i = 0; i < 3; ++i) fit.add("AAAAA");
  const FittedPairs found = fit.fit({.size = 300});
  // AA AA A; then the pair that is left at the smaller ids: "AA A" has A's id, which is smaller than that of AA.
  const std::vector<MergedPair> expected{{"A", "A"}, {"AA", "A"}, {"AA", "AAA"}};
  EXPECT_EQ(found.files.merges, expected);
  EXPECT_EQ(found.tokens, 3);
  EXPECT_EQ(fit.pieces(), 3);
  EXPECT_EQ(fit.different_pieces(), 1);
}

TEST(BytePairFit, EndsWhereNoPairIsSeenOftenEnough) {
  BytePairFit fit;
  fit.add("MKV\nMKL\nWW");
  EXPECT_EQ(fit.fit({.size = 300, .least = 2}).files.merges, (std::vector<MergedPair>{{"M", "K"}}));
  EXPECT_TRUE(fit.fit({.size = 300, .least = 3}).files.merges.empty());
  EXPECT_TRUE(fit.fit({.size = 257, .least = 1}).files.merges.empty());
}

TEST(BytePairFit, RefusesSizesThatCannotBe) {
  const BytePairFit fit;
  for (const std::int64_t size : {256, (1 << 20) + 1}) {
    const Error error = testing::error_of([&] { fit.fit({.size = size}); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("from 257"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace groel::bio
