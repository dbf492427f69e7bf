// Training data over tokenizers that are not like ESM's: without ends, and with two residues per token.
#include <gtest/gtest.h>

#include "support/files.h"
#include "support/other_tokenizers.h"
#include "train/labelled_data.h"
#include "train/mlm_data.h"

namespace groel::train {
namespace {

using testing::BareTokenizer;
using testing::PairTokenizer;
using Ids = std::vector<std::int32_t>;

class QuietSink final : public Sink {
 public:
  void note(std::string_view) override {}
  void warning(std::string_view) override {}
};

Corpus corpus_of(const std::string& text, const bio::Tokenizer& tokenizer, const LengthFilter& filter = {}) {
  const testing::TemporaryFolder folder;
  QuietSink sink;
  return Corpus::read({testing::write_file(folder / "x.fasta", text)}, tokenizer, filter, sink);
}

Ids ints(const Tensor& tensor) {
  const auto values = tensor.values<std::int32_t>();
  return {values.begin(), values.end()};
}

LabelledRows token_rows(const std::vector<std::pair<std::string, std::string>>& rows) {
  LabelledRows out;
  out.columns = {"label"};
  for (const auto& [sequence, label] : rows) {
    out.rows.emplace_back();
    out.rows.back().sequence = sequence;
    out.rows.back().labels = {label};
    out.rows.back().where = sequence;
  }
  return out;
}

TEST(WithoutEnds, BatchesArePackedToTheLastToken) {
  const BareTokenizer bare;
  const Corpus corpus = corpus_of(">a\nACDE\n>b\nFGHIKL\n>c\nM\n", bare);
  MlmData data(corpus, all_of(corpus), bare, {.batch_tokens = 10, .max_residues = 6, .order = Order::as_written});
  const auto batch = data.next();
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->sequences, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(ints(batch->input.cu_seqlens), (Ids{0, 4, 10}));
  EXPECT_EQ(ints(batch->input.residues.begin), (Ids{0, 4}));
  EXPECT_EQ(ints(batch->input.residues.end), (Ids{4, 10}));
  EXPECT_EQ(data.most_tokens(), 10);
  EXPECT_EQ(data.next()->input.token_count(), 1);
}

TEST(WithoutEnds, CropsAreResiduesAndEveryOneCanBeATarget) {
  const BareTokenizer bare;
  const Corpus corpus = corpus_of(">a\nACDEFGHIKL\n", bare);
  MlmData data(
      corpus, {0}, bare,
      {.max_residues = 4, .crop = CropStyle::centre, .masking = {.style = MaskingStyle::hidden, .fraction = 1}});
  const auto batch = data.next();
  ASSERT_TRUE(batch);
  EXPECT_EQ(ints(batch->targets), (Ids{3, 4, 5, 6}));
  EXPECT_EQ(ints(batch->input.tokens), Ids(4, bare.mask()));
  EXPECT_THROW(MlmData(corpus, {0}, bare, {.batch_tokens = 0}), Error);
  EXPECT_NO_THROW(MlmData(corpus, {0}, bare, {.batch_tokens = 1}));
}

TEST(TwoPerToken, ACorpusIsFilteredByResiduesAndKeptAsTokens) {
  const PairTokenizer pairs;
  const Corpus corpus = corpus_of(">a\nACDEF\n>b\nAC\n", pairs, {.shortest = 3});
  ASSERT_EQ(corpus.size(), 1);
  EXPECT_EQ(corpus.length(0), 3);
}

TEST(TwoPerToken, LabelsOfSequencesAreLearnedAndOfResiduesRefused) {
  const PairTokenizer pairs;
  const LabelledRows rows = token_rows({{"ACDEF", "x"}, {"KL", "y"}});
  const models::Classification classes{.labels = {"x", "y"}};
  const LabelledSet set = encode_labels(rows, classes, "", pairs);
  LabelledData data(set, classes, pairs, {.order = Order::as_written});
  const auto batch = data.next();
  ASSERT_TRUE(batch);
  EXPECT_EQ(ints(batch->input.cu_seqlens), (Ids{0, 4, 6}));
  EXPECT_EQ(ints(batch->input.residues.begin), (Ids{1, 5}));
  EXPECT_EQ(batch->input.tokens.values<std::int32_t>()[4], 0);
  EXPECT_EQ(ints(batch->targets), (Ids{0, 1}));
  const models::Classification of_residues{.label_of = models::LabelOf::token, .labels = {"x", "y"}};
  try {
    encode_labels(rows, of_residues, "", pairs);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  }
  EXPECT_THROW(Masking({}, pairs), Error) << "it has no mask";
}

}  // namespace
}  // namespace groel::train
