// Batches: packing, crops, masks and positions.
#include "train/mlm_data.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "bio/esm_tokenizer.h"
#include "support/files.h"

namespace groel::train {
namespace {

using testing::TemporaryFolder;

const bio::EsmTokenizer kMaskTokenizer = bio::EsmTokenizer::esm();

class Notes final : public Sink {
 public:
  void note(std::string_view text) override { notes.emplace_back(text); }
  void warning(std::string_view text) override { warnings.emplace_back(text); }
  std::vector<std::string> notes, warnings;
};

Corpus corpus_of(const std::string& text, const LengthFilter& filter = {}) {
  const TemporaryFolder folder;
  Notes notes;
  return Corpus::read({groel::testing::write_file(folder / "x.fasta", text)}, kMaskTokenizer, filter, notes);
}

std::vector<std::int64_t> all(const Corpus& corpus) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < corpus.size(); ++i) out.push_back(i);
  return out;
}

// What was there before masking.
std::vector<std::int32_t> originals(const TrainBatch& batch) {
  const auto tokens = batch.input.tokens.values<std::int32_t>();
  const auto targets = batch.targets.values<std::int32_t>();
  std::vector<std::int32_t> out;
  for (std::size_t t = 0; t < tokens.size(); ++t) out.push_back(targets[t] == kNoTarget ? tokens[t] : targets[t]);
  return out;
}

std::vector<TrainBatch> epoch_of(MlmData& data) {
  std::vector<TrainBatch> out;
  while (auto batch = data.next()) out.push_back(std::move(*batch));
  return out;
}

TEST(Corpus, KeepsWhatItCanRead) {
  const TemporaryFolder folder;
  Notes notes;
  const std::string path =
      groel::testing::write_file(folder / "x.fasta", ">a\nMKV\n>b\nM1K\n>c\nmkvl\n>d\nM\n>e\nMKVLAA\n");
  const Corpus corpus = Corpus::read({path}, kMaskTokenizer, {2, 4}, notes);
  ASSERT_EQ(corpus.size(), 2);
  EXPECT_EQ(corpus.residues(), 7);
  EXPECT_EQ(corpus.longest(), 4);
  EXPECT_EQ(std::vector<std::uint16_t>(corpus[1].begin(), corpus[1].end()), (std::vector<std::uint16_t>{20, 15, 7, 4}));
  ASSERT_EQ(notes.warnings.size(), 1U);
  EXPECT_NE(notes.warnings[0].find("1 record cannot be learned from"), std::string::npos) << notes.warnings[0];
  EXPECT_NE(notes.warnings[0].find("'b'"), std::string::npos) << notes.warnings[0];
  EXPECT_EQ(notes.notes, (std::vector<std::string>{"4 lower-case letters read as upper case",
                                                   "2 sequences are outside the length filter"}));
}

TEST(Corpus, NothingLeftIsAnError) { EXPECT_THROW(corpus_of(">a\nMKV\n", {4, 0}), Error); }

TEST(Corpus, SplitTakesTheFractionAndRepeats) {
  const Corpus corpus = corpus_of(groel::testing::many_proteins(50));
  const Split split = split_corpus(corpus, 0.11, 1);
  EXPECT_EQ(split.held_out.size(), 6U);
  EXPECT_EQ(split.train.size(), 44U);
  std::set<std::int64_t> both(split.train.begin(), split.train.end());
  both.insert(split.held_out.begin(), split.held_out.end());
  EXPECT_EQ(both.size(), 50U);
  EXPECT_EQ(split_corpus(corpus, 0.11, 1).held_out, split.held_out);
  EXPECT_NE(split_corpus(corpus, 0.11, 2).held_out, split.held_out);
  EXPECT_THROW(split_corpus(corpus, 1.0, 1), Error);
  EXPECT_THROW(split_corpus(corpus_of(">a\nMKV\n"), 0.5, 1), Error);
}

TEST(MlmData, PacksWithoutPaddingAndVisitsEachOnce) {
  const Corpus corpus = corpus_of(groel::testing::many_proteins(60));
  MlmData data(corpus, all(corpus), kMaskTokenizer, {.seed = 3, .batch_tokens = 400});
  std::multiset<std::vector<std::int32_t>> expected, got;
  for (std::int64_t i = 0; i < corpus.size(); ++i) expected.emplace(corpus[i].begin(), corpus[i].end());
  const auto batches = epoch_of(data);
  EXPECT_EQ(static_cast<std::int64_t>(batches.size()), data.batches_in_epoch(0));
  for (const TrainBatch& batch : batches) {
    EXPECT_LE(batch.input.token_count(), 400);
    const auto tokens = originals(batch);
    const auto ends = batch.input.cu_seqlens.values<std::int32_t>();
    for (std::size_t b = 0; b + 1 < ends.size(); ++b) {
      EXPECT_EQ(tokens[static_cast<std::size_t>(ends[b])], *kMaskTokenizer.special().begin);
      EXPECT_EQ(tokens[static_cast<std::size_t>(ends[b + 1]) - 1], *kMaskTokenizer.special().end);
      got.emplace(tokens.begin() + ends[b] + 1, tokens.begin() + ends[b + 1] - 1);
    }
    std::int64_t targets = 0;
    for (const std::int32_t target : batch.targets.values<std::int32_t>()) targets += target != kNoTarget ? 1 : 0;
    EXPECT_EQ(targets, batch.target_count);
  }
  EXPECT_EQ(got, expected);
  EXPECT_EQ(data.position(), (DataPosition{1, 0}));
}

TEST(MlmData, EpochsDifferAndPositionsRepeat) {
  const Corpus corpus = corpus_of(groel::testing::many_proteins(60));
  const MlmDataOptions options{.seed = 3, .batch_tokens = 400};
  MlmData data(corpus, all(corpus), kMaskTokenizer, options);
  const auto first = epoch_of(data);
  const auto second = epoch_of(data);
  EXPECT_NE(originals(first[0]), originals(second[0]));
  MlmData again(corpus, all(corpus), kMaskTokenizer, options);
  again.seek({1, 0});
  again.next();
  const DataPosition middle = again.position();
  again.next();
  again.seek(middle);
  const TrainBatch batch = *again.next();
  EXPECT_TRUE(
      std::ranges::equal(batch.input.tokens.values<std::int32_t>(), second[1].input.tokens.values<std::int32_t>()));
  EXPECT_TRUE(std::ranges::equal(batch.targets.values<std::int32_t>(), second[1].targets.values<std::int32_t>()));
  EXPECT_EQ(batch.key, second[1].key);
  EXPECT_NE(batch.key, second[0].key);
}

// (seed, epoch, sequence, position) alone decide: other batches and other orders hide the same residues.
TEST(MlmData, MasksDoNotDependOnBatches) {
  const Corpus corpus = corpus_of(groel::testing::many_proteins(40));
  const auto targets_of = [&](std::int64_t batch_tokens, Order order) {
    MlmData data(corpus, all(corpus), kMaskTokenizer, {.seed = 3, .batch_tokens = batch_tokens, .order = order});
    std::map<std::vector<std::int32_t>, std::vector<std::int32_t>> out;
    for (const TrainBatch& batch : epoch_of(data)) {
      const auto tokens = originals(batch);
      const auto targets = batch.targets.values<std::int32_t>();
      const auto ends = batch.input.cu_seqlens.values<std::int32_t>();
      for (std::size_t b = 0; b + 1 < ends.size(); ++b)
        out[{tokens.begin() + ends[b], tokens.begin() + ends[b + 1]}] = {targets.begin() + ends[b],
                                                                         targets.begin() + ends[b + 1]};
    }
    return out;
  };
  EXPECT_EQ(targets_of(200, Order::shuffled), targets_of(3000, Order::as_written));
}

TEST(MlmData, CropsLongSequences) {
  std::string sequence;
  for (int i = 0; i < 100; ++i) sequence += "ACDEFGHIKL"[i % 10];
  const Corpus corpus = corpus_of(">long\n" + sequence + "\n");
  const auto piece = [&](CropStyle crop, std::int64_t epoch, std::int64_t batch_tokens) {
    MlmData data(corpus, {0}, kMaskTokenizer, {.batch_tokens = batch_tokens, .max_residues = 20, .crop = crop});
    data.seek({epoch, 0});
    return originals(*data.next());
  };
  const auto centre = piece(CropStyle::centre, 0, 100);
  ASSERT_EQ(centre.size(), 22U);
  EXPECT_EQ(centre.front(), *kMaskTokenizer.special().begin);
  EXPECT_EQ(centre.back(), *kMaskTokenizer.special().end);
  EXPECT_EQ(centre[1], corpus[0][40]);
  EXPECT_EQ(piece(CropStyle::centre, 0, 12).size(), 12U);
  std::set<std::int32_t> starts;
  for (std::int64_t epoch = 0; epoch < 30; ++epoch) starts.insert(piece(CropStyle::random, epoch, 100)[1]);
  EXPECT_GE(starts.size(), 7U);
  EXPECT_EQ(piece(CropStyle::random, 5, 100), piece(CropStyle::random, 5, 100));
  try {
    MlmData(corpus, {0}, kMaskTokenizer, {.max_residues = 20, .crop = CropStyle::none});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_NE(std::string(error.what()).find("long"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("100 residues are more than `max_length` allows (20)"), std::string::npos)
        << error.what();
  }
}

struct Shares {
  double targets = 0, masked = 0, replaced = 0, kept = 0;
  std::set<std::int32_t> replacements;
};

Shares shares_of(const MaskingOptions& options) {
  const Masking masking(options, kMaskTokenizer);
  Shares shares;
  constexpr std::int64_t kCount = 200'000;
  std::vector<std::int32_t> ids(kCount, kMaskTokenizer.id("A")), targets(kCount);
  shares.targets = static_cast<double>(masking.apply({0, 0, 0}, kCount, ids.data(), targets.data()));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (targets[i] == kNoTarget) continue;
    if (ids[i] == kMaskTokenizer.mask())
      ++shares.masked;
    else if (ids[i] == kMaskTokenizer.id("A"))
      ++shares.kept;
    else
      shares.replacements.insert(ids[i]), ++shares.replaced;
  }
  for (double* share : {&shares.masked, &shares.replaced, &shares.kept}) *share /= shares.targets;
  shares.targets /= kCount;
  return shares;
}

TEST(Masking, SharesAreThoseOfBert) {
  const Shares own = shares_of({.style = MaskingStyle::residues});
  EXPECT_NEAR(own.targets, 0.15, 0.003);
  EXPECT_NEAR(own.masked, 0.8, 0.01);
  EXPECT_NEAR(own.replaced, 0.1, 0.01);
  EXPECT_NEAR(own.kept, 0.1, 0.01);
  EXPECT_EQ(own.replacements.size(), 19U) << "another residue";
  for (const std::int32_t id : own.replacements)
    EXPECT_NE(std::string("CDEFGHIKLMNPQRSTVWY").find(kMaskTokenizer.token(id)), std::string::npos);
}

TEST(Masking, ReferenceDrawsFromTheWholeVocabulary) {
  const Shares reference = shares_of({.style = MaskingStyle::reference, .fraction = 0.3});
  EXPECT_NEAR(reference.targets, 0.3, 0.005);
  EXPECT_EQ(reference.replacements.size(), 31U) << "all but A and <mask>, which count as kept and masked";
}

TEST(Masking, HiddenMasksAllTargetsAndAtLeastOne) {
  const Shares hidden = shares_of({.style = MaskingStyle::hidden});
  EXPECT_EQ(hidden.masked, 1.0);
  const Masking masking({.style = MaskingStyle::hidden, .fraction = 1e-9}, kMaskTokenizer);
  std::vector<std::int32_t> ids{5, 5, 5}, targets(3);
  EXPECT_EQ(masking.apply({0, 0, 0}, 3, ids.data(), targets.data()), 1);
}

TEST(Masking, SpecialTokensAreNoTargets) {
  const Masking masking({.fraction = 1}, kMaskTokenizer);
  std::vector<std::int32_t> ids{0, 1, 2, 3, 32, 24}, targets(6);
  EXPECT_EQ(masking.apply({0, 0, 0}, 6, ids.data(), targets.data()), 1);
  EXPECT_EQ(targets, (std::vector<std::int32_t>{-100, -100, -100, -100, -100, 24}));
  EXPECT_THROW(Masking({.fraction = 0}, kMaskTokenizer), Error);
  EXPECT_THROW(Masking({.fraction = 1.1}, kMaskTokenizer), Error);
}

}  // namespace
}  // namespace groel::train
