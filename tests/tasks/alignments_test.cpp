// MSA Transformers: every command takes an alignment, and says what it leaves out.
#include <gmock/gmock.h>

#include "base/error.h"
#include "io/arrays.h"
#include "io/npz.h"
#include "support/compare.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

const std::string kMsa = GROEL_TEST_DATA "/msa-tiny";
const std::string kAlignment = kMsa + "/msa0.a3m";
// The same without insertions.
constexpr const char* kPlainAlignment =
    ">query\nGSVLSKDRMDCLSVPYLLID\n>s1\nGSVLGKVPMLC-YV-YRLPD\n>s2\nGGVL---RRDCLQVPRL-ID\n>s3\n-SP-S-CT-DPLVLPYLQCD\n"
    ">s4\nVW-LCKKRMIVMF-PYLL-D\n>s5\nCSPLSTDRMD-LSVPYLL--\n";

Outcome ran_well(const Words& arguments) {
  Outcome outcome = groel(arguments);
  EXPECT_EQ(outcome.exit, 0) << arguments.front() << outcome;
  return outcome;
}

io::ArrayMap embedded_arrays(const TemporaryFolder& work, const Words& more) {
  ran_well(Words{"embed", "-m", kMsa, "-o", work / "e.npz", "--overwrite", "-i", "per-residue,logits"} + more);
  return io::read_npz(work / "e.npz").arrays;
}

std::span<const float> numbers_of(const io::Array& array) {
  return {reinterpret_cast<const float*>(array.bytes.data()), array.bytes.size() / sizeof(float)};
}

// Rows and columns of a reference array [R, C, W] without <cls>; `rows`: as many as these.
std::vector<float> reference_rows(const std::string& name, std::size_t rows) {
  const io::Array array = io::read_safetensors(kMsa + "/expected.safetensors").arrays.at(name);
  const auto columns = static_cast<std::size_t>(array.shape[1]), width = static_cast<std::size_t>(array.shape[2]);
  std::vector<float> out;
  for (std::size_t r = 0; r < rows; ++r) {
    const auto row = numbers_of(array).subspan((r * columns + 1) * width, (columns - 1) * width);
    out.insert(out.end(), row.begin(), row.end());
  }
  return out;
}

TEST(Alignments, EmbedGivesTheReferencesNumbers) {
  const TemporaryFolder work;
  const io::ArrayMap all = embedded_arrays(work, {kAlignment, "--rows", "all"});
  EXPECT_EQ(all.at("per_residue_3").shape, (std::vector<std::int64_t>{6, 20, 32}));
  EXPECT_EQ(all.at("logits_3").shape, (std::vector<std::int64_t>{6, 20, 33}));
  EXPECT_LT(relative_l2(numbers_of(all.at("per_residue_3")), reference_rows("representations.3.0", 6)), 1e-5);
  EXPECT_LT(relative_l2(numbers_of(all.at("logits_3")), reference_rows("logits.0", 6)), 1e-5);
  const io::ArrayMap query = embedded_arrays(work, {kAlignment});
  EXPECT_EQ(query.at("per_residue_3").shape, (std::vector<std::int64_t>{20, 32}));
  EXPECT_LT(relative_l2(numbers_of(query.at("logits_3")), reference_rows("logits.0", 1)), 1e-5);
}

TEST(Alignments, ResultsDoNotDependOnWhatElseIsThere) {
  const TemporaryFolder work;
  write_file(work / "b.a3m", ">b\nMKTAYIAK\n>c\nMKT-YIAR\n");
  write_file(work / "c.fasta", ">d\nMKTAYIAKQRQISFVKSHFSRQ\n");
  const io::ArrayMap alone = embedded_arrays(work, {kAlignment, "--rows", "all"});
  const io::ArrayMap together = embedded_arrays(work, {work / "b.a3m", work / "c.fasta", kAlignment, "--rows", "all"});
  const auto last = numbers_of(together.at("per_residue_3")).last(6 * 20 * 32);
  EXPECT_TRUE(std::ranges::equal(last, numbers_of(alone.at("per_residue_3"))));
  const auto rows = together.at("rows");
  EXPECT_EQ(reinterpret_cast<const std::int64_t*>(rows.bytes.data())[2], 6);
}

TEST(Alignments, WhatIsLeftOutIsSaid) {
  const TemporaryFolder work;
  const Words base{"embed", kAlignment, "-m", kMsa, "-o", work / "e.npz", "--overwrite"};
  const Outcome whole = ran_well(base);
  EXPECT_TRUE(whole.says("an alignment of 6 rows and 20 columns; all rows are read")) << whole;
  EXPECT_TRUE(whole.says("insertions dropped")) << whole;
  const Outcome some = ran_well(base + Words{"--max-rows", "3", "--choose-rows", "first"});
  EXPECT_TRUE(some.says("3 rows read, 3 left out (--max-rows 3, --choose-rows first)")) << some;
  const Outcome alike = ran_well(base + Words{"--min-identity", "0.6"});
  EXPECT_TRUE(alike.says("left out by identity")) << alike;
  EXPECT_EQ(groel(base + Words{"--max-rows", "0"}).exit, exit_code(ErrorKind::usage));
  EXPECT_EQ(groel(base + Words{"--min-identity", "2"}).exit, exit_code(ErrorKind::usage));
}

TEST(Alignments, AlignedFastaByAFlag) {
  const TemporaryFolder work;
  write_file(work / "a.fasta", kPlainAlignment);
  const io::ArrayMap a3m = embedded_arrays(work, {kAlignment}),
                     fasta = embedded_arrays(work, {work / "a.fasta", "--aligned"});
  EXPECT_TRUE(std::ranges::equal(a3m.at("logits_3").bytes, fasta.at("logits_3").bytes));
  EXPECT_EQ(embedded_arrays(work, {work / "a.fasta"}).at("lengths").shape.front(), 6);
}

TEST(Alignments, OtherModelsReadTheRowsAsRecords) {
  const TemporaryFolder work;
  const Outcome plain = ran_well({"embed", kAlignment, "-m", kEsm2, "-o", work / "e.npz"});
  EXPECT_TRUE(plain.says("6 records")) << plain;
  EXPECT_EQ(groel({"embed", kAlignment, "-m", kEsm2, "-o", work / "f.npz", "--aligned"}).exit,
            exit_code(ErrorKind::unsupported));
  EXPECT_EQ(groel({"embed", kAlignment, "-m", kEsm2, "-o", work / "f.npz", "--rows", "all"}).exit,
            exit_code(ErrorKind::unsupported));
}

TEST(Alignments, ContactsAreThoseOfTheReference) {
  const TemporaryFolder work;
  ran_well({"contacts", kAlignment, "-m", kMsa, "-o", work / "c.npz"});
  const io::Array ours = io::read_npz(work / "c.npz").arrays.at("contacts_3");
  const io::Array there = io::read_safetensors(kMsa + "/expected.safetensors").arrays.at("contacts.0");
  EXPECT_LT(relative_l2(numbers_of(ours), numbers_of(there)), 1e-5);
}

// Marginals of the query's residues, masked in the query alone, follow from embed's logits.
TEST(Alignments, MasksAreTheQuerysAlone) {
  const TemporaryFolder work;
  std::string masked = kPlainAlignment;
  masked.replace(masked.find("GSVLS") + 4, 1, "<mask>");  // residue 5, S
  write_file(work / "masked.a3m", masked);
  const auto logits = embedded_arrays(work, {work / "masked.a3m"}).at("logits_3");
  const auto row = numbers_of(logits).subspan(4 * 33, 33);
  const double wanted = double{row[token_index('A')]} - row[token_index('S')];
  const json scored = json::parse(ran_well({"score", kAlignment, "-m", kMsa, "--variants", "S5A", "--json"}).out);
  EXPECT_NEAR(scored["variants"][0]["scores"]["score"].get<double>(), wanted, 1e-5);
  const json filled = json::parse(ran_well({"fill-mask", kAlignment, "-m", kMsa, "--position", "5", "--json", "--top-k",
                                            "0", "--vocabulary", "all"})
                                      .out);
  const std::vector<double> p = softmax({row.begin(), row.end()});
  double seen = -1;
  for (const json& one : filled["positions"][0]["predictions"])
    if (one["token"] == "A") seen = one["probability"].get<double>();
  EXPECT_NEAR(seen, p[token_index('A')], 1e-6);
}

TEST(Alignments, OtherCommandsTakeThem) {
  const TemporaryFolder work;
  ran_well({"attention", kAlignment, "-m", kMsa, "-o", work / "maps.npz", "--form", "tokens"});
  ran_well({"embed", kAlignment, "-m", kMsa, "-i", "attentions,mean,cls,max", "--layers", "all", "-o", work / "a.npz"});
  ran_well({"perplexity", kAlignment, "-m", kMsa});
  ran_well({"logits", kAlignment, "-m", kMsa, "-o", work / "logits.h5"});
  EXPECT_EQ(groel({"score", kAlignment, "-m", kMsa, "--variants", "S5A", "--window", "8"}).exit,
            exit_code(ErrorKind::unsupported));
}

struct BadAlignment {
  const char* text;
  const char* says;
};

TEST(Alignments, BadOnesAreNamed) {
  const TemporaryFolder work;
  const std::string wide(1024, 'A');
  const std::string too_wide = ">q\n" + wide + "\n>r\n" + wide + "\n";
  for (const BadAlignment& bad :
       {BadAlignment{">q\nMKTA\n>r\nMKT\n", "bad.a3m:3 (r)"},
        BadAlignment{">q\nMKTA\n>r\nMKT\n", "row 2 of the alignment has 3 columns, but the query has 4"},
        BadAlignment{">q\nMKTA\n>r\nmkta\n", "row 2 of the alignment has no columns"},
        BadAlignment{">q\nMKTA\n>r\nMK7A\n", "row 2 of the alignment: position 3 is '7'"},
        BadAlignment{too_wide.c_str(), "1024 columns, but this model reads at most 1023"}}) {
    write_file(work / "bad.a3m", bad.text);
    const Outcome outcome = groel({"embed", work / "bad.a3m", "-m", kMsa, "-o", work / "e.npz", "--overwrite"});
    EXPECT_EQ(outcome.exit, 1) << outcome;
    EXPECT_TRUE(outcome.says(bad.says)) << bad.says << outcome;
  }
  write_file(work / "empty.a3m", "");
  const Outcome empty = groel({"embed", work / "empty.a3m", "-m", kMsa, "-o", work / "e.npz", "--overwrite"});
  EXPECT_EQ(empty.exit, exit_code(ErrorKind::bad_input)) << empty;
  EXPECT_TRUE(empty.says("empty.a3m")) << empty;
}

TEST(Alignments, GapsOfTheQueryAreSaidAndNeverCutOut) {
  const TemporaryFolder work;
  write_file(work / "g.a3m", ">q\nMK-AYI\n>r\nMKTAYV\n");
  const Words base{"embed", work / "g.a3m", "-m", kMsa, "-o", work / "e.npz", "--overwrite"};
  EXPECT_TRUE(ran_well(base).says("1 gap in the query of an alignment: each is a position of the results"));
  const Outcome refused = groel(base + Words{"--gaps", "drop"});
  EXPECT_NE(refused.exit, 0) << refused;
  EXPECT_TRUE(refused.says("--gaps drop takes no columns out")) << refused;
  EXPECT_FALSE(ran_well({"embed", kAlignment, "-m", kMsa, "-o", work / "f.npz", "--gaps", "drop"}).says("gap in"));
}

TEST(Alignments, TooManyRowsAreNamed) {
  const TemporaryFolder work;
  std::string rows;
  for (int r = 0; r < 1100; ++r) rows += fmt::format(">s{}\nMK\n", r);
  write_file(work / "deep.a3m", rows);
  const Outcome deep = groel(
      {"embed", work / "deep.a3m", "-m", kMsa, "-o", work / "e.npz", "--max-rows", "1100", "--choose-rows", "first"});
  EXPECT_EQ(deep.exit, 1) << deep;
  EXPECT_TRUE(deep.says("1100 rows, but this model reads at most 1024")) << deep;
  EXPECT_TRUE(deep.says("--max-rows 1024")) << deep;
}

}  // namespace
}  // namespace groel::testing
