// groel attention and groel tokens: attention maps as in the reference, and token vectors as in the checkpoint.
#include <gmock/gmock.h>

#include "base/error.h"
#include "io/npz.h"
#include "support/pictures.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

std::vector<float> floats(const io::Array& array) {
  std::vector<float> out(array.bytes.size() / sizeof(float));
  std::memcpy(out.data(), array.bytes.data(), array.bytes.size());
  return out;
}

// A sequence of the golden data, its maps [layers, heads, n, n], and n.
struct Reference {
  Golden golden{"esm2-tiny"};
  std::string sequence = golden.sequences().at(1);
  std::vector<float> maps = golden.values("attentions.1");
  std::size_t n = golden.ids().at(1).size();

  float at(std::size_t layer, std::size_t head, std::size_t i, std::size_t j) const {
    return maps[(((layer - 1) * 4 + head - 1) * n + i) * n + j];
  }
};

TEST(Attention, MapsAreTheReferences) {
  const TemporaryFolder work;
  const Reference reference;
  const Outcome done = groel({"attention", reference.sequence, "-m", kEsm2, "--layers", "all", "--heads", "2,4",
                              "--form", "tokens", "-o", work / "a.npz"});
  ASSERT_EQ(done.exit, 0) << done;
  const io::NpzFile file = io::read_npz(work / "a.npz");
  const auto n = static_cast<std::int64_t>(reference.n);
  ASSERT_EQ(file.arrays.at("attentions").shape, (std::vector<std::int64_t>{6, n, n}));
  const auto values = floats(file.arrays.at("attentions"));
  for (std::size_t map = 0; map < 6; ++map)
    for (std::size_t i = 0; i < reference.n; ++i)
      for (std::size_t j = 0; j < reference.n; ++j)
        EXPECT_NEAR(values[(map * reference.n + i) * reference.n + j],
                    reference.at(map / 2 + 1, map % 2 == 0 ? 2 : 4, i, j), 1e-5);
  EXPECT_EQ(file.texts.at("tokens").front(), "<cls>");
  EXPECT_EQ(file.texts.at("tokens").size(), reference.n);
}

TEST(Attention, TheMeanOverHeadsOfResidues) {
  const Reference reference;
  const Outcome done = groel({"attention", reference.sequence, "-m", kEsm2, "--layers", "2", "-o", "-"});
  ASSERT_EQ(done.exit, 0) << done;
  const auto rows = csv_rows(done.out);
  const std::size_t residues = reference.n - 2;
  ASSERT_EQ(rows.size(), residues * residues + 1);
  EXPECT_EQ(rows[1][1], "mean");
  EXPECT_EQ(rows[1][2], "<mask>1");  // what the sequence begins with
  for (const std::size_t at : {std::size_t{0}, residues + 3}) {
    const std::size_t i = at / residues + 1, j = at % residues + 1;
    float mean = 0;
    for (std::size_t head = 1; head <= 4; ++head) mean += reference.at(2, head, i, j) / 4;
    EXPECT_NEAR(std::stod(rows[at + 1][4]), mean, 1e-5);
  }
}

TEST(Attention, CorrectedMapsAreSymmetricWithRowsOfSumZero) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  const Reference reference;
  ASSERT_EQ(groel({"attention", reference.sequence, "-m", kEsm2, "--heads", "all", "--form", "corrected", "-o",
                   work / "a.npz", "--picture", work / "a.svg"})
                .exit,
            0);
  const auto values = floats(io::read_npz(work / "a.npz").arrays.at("attentions"));
  const std::size_t n = reference.n - 2;
  ASSERT_EQ(values.size(), 4 * n * n);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) {
      sum += values[i * n + j];
      EXPECT_NEAR(values[i * n + j], values[j * n + i], 1e-6);
    }
    EXPECT_NEAR(sum, 0, 1e-5);
  }
  EXPECT_THAT(work.names(), ::testing::Contains("a-l3-h4.svg"));
  EXPECT_THAT(read_file(work / "a-l3-h4.svg"), HasSubstr("layer 3, head 4"));
}

TEST(Attention, WhatIsWrongIsSaid) {
  const auto expect = [](std::vector<std::string> arguments, ErrorKind kind, const std::string& text) {
    arguments.insert(arguments.begin(), {"attention", "-m", kEsm2});
    const Outcome outcome = groel(arguments);
    EXPECT_EQ(outcome.exit, exit_code(kind)) << outcome;
    EXPECT_TRUE(outcome.says(text)) << outcome;
  };
  expect({"MKTAY", "--heads", "5"}, ErrorKind::usage, "heads count from 1 to 4");
  expect({"MKTAY", "--heads", "0"}, ErrorKind::usage, "heads count from 1 to 4");
  expect({"MKTAY", "--heads", "3..2"}, ErrorKind::usage, "backwards");
  expect({"MKTAY", "--layers", "0"}, ErrorKind::usage, "layer 0");
  expect({"MKTAY", "--layers", "4"}, ErrorKind::usage, "there is no layer 4");
  expect({kProteins}, ErrorKind::usage, "--record");
  expect({"MK?"}, ErrorKind::bad_input, "position 3 is '?'");
  expect({"MK!"}, ErrorKind::not_found, "MK!");
  expect({"MK<bad>"}, ErrorKind::bad_input, "<bad>");
  expect({"MKTAY", "-o", "x.h5"}, ErrorKind::usage, ".csv, .tsv or .npz");
}

TEST(Tokens, TheTableIsThatOfTheCheckpoint) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  ASSERT_EQ(groel({"tokens", "-m", kEsm2, "-o", work / "t.npz", "--picture", work / "t.svg"}).exit, 0);
  const io::ArrayFile whole = io::read_safetensors(kEsm2 + "/model.safetensors");
  const io::NpzFile file = io::read_npz(work / "t.npz");
  EXPECT_EQ(floats(file.arrays.at("embeddings")), floats(whole.arrays.at("esm.embeddings.word_embeddings.weight")));
  EXPECT_EQ(file.texts.at("tokens").at(5), "A");
  EXPECT_THAT(read_file(work / "t.svg"), HasSubstr("Token embeddings"));
}

TEST(Tokens, CsvOfTheResidues) {
  const Outcome done = groel({"tokens", "-m", kEsm2, "--vocabulary", "residues", "-o", "-"});
  const auto rows = csv_rows(done.out);
  ASSERT_EQ(rows.size(), 21U);
  EXPECT_EQ(rows[0].size(), 66U);
  EXPECT_EQ(rows[1][0], "5");
  EXPECT_EQ(rows[1][1], "A");
  EXPECT_EQ(rows[20][1], "Y");
  const auto table =
      floats(io::read_safetensors(kEsm2 + "/model.safetensors").arrays.at("esm.embeddings.word_embeddings.weight"));
  EXPECT_EQ(std::stof(rows[1][2]), table[5 * 64]);
  const Outcome shown = groel({"tokens", "-m", kEsm2});
  EXPECT_THAT(shown.out, HasSubstr("nearest"));
  EXPECT_THAT(shown.out, HasSubstr("<mask>"));
}

TEST(Tokens, OneHot) {
  const Outcome done = groel({"tokens", "ACY", "-m", kEsm2, "--vocabulary", "residues"});
  EXPECT_EQ(done.out,
            "position,token,A,C,D,E,F,G,H,I,K,L,M,N,P,Q,R,S,T,V,W,Y\n"
            "1,A,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"
            "2,C,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"
            "3,Y,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1\n")
      << done;
  const Outcome odd = groel({"tokens", "AXY", "-m", kEsm2, "--vocabulary", "residues"});
  EXPECT_EQ(odd.exit, exit_code(ErrorKind::bad_input)) << odd;
  EXPECT_TRUE(odd.says("position 2 is 'X'")) << odd;
  const json all = groel_json({"tokens", "AXY"});
  EXPECT_EQ(all["columns"].size(), 33U);
  EXPECT_EQ(all["residues"][1]["token"], "X");
  EXPECT_EQ(all["residues"][1]["vector"][24], 1.0);
}

// Of a model whose tokens hold several residues: together they hold each of them once.
TEST(Tokens, OfSequencesWhereResiduesShareThem) {
  const std::string gpt2 = data("gpt2-tiny").string(), protein = "MKTAYIAKQRADEVAGFLAIGD";
  const Outcome done = groel({"tokens", protein, "-m", gpt2});
  const auto rows = csv_rows(done.out);
  ASSERT_GT(rows.size(), 6U) << done;
  EXPECT_EQ(rows[0], (std::vector<std::string>{"protein", "place", "id", "token", "first_residue", "last_residue"}));
  EXPECT_EQ(rows[1], (std::vector<std::string>{"sequence", "1", "0", "<|endoftext|>", "", ""}));
  EXPECT_EQ(rows[2], (std::vector<std::string>{"sequence", "2", "199", "\xC4\x8A", "", ""}));
  std::string read;
  for (std::size_t i = 3; i + 2 < rows.size(); ++i) {
    EXPECT_EQ(rows[i][4], std::to_string(read.size() + 1));
    read += rows[i][3];
    EXPECT_EQ(rows[i][5], std::to_string(read.size()));
  }
  EXPECT_EQ(read, protein);
  EXPECT_LT(rows.size(), protein.size()) << "some hold several";
  const json listed = groel_json({"tokens", protein, "-m", gpt2});
  EXPECT_EQ(listed["sequences"][0]["residues"], protein.size());
  EXPECT_EQ(listed["sequences"][0]["tokens"][2]["residues"], (json{1, std::stoi(rows[3][5])}));
  EXPECT_EQ(listed["sequences"][0]["tokens"][0]["residues"], json());
  const Outcome drawn = groel({"tokens", protein, "-m", gpt2, "--picture", "x.svg"});
  EXPECT_EQ(drawn.exit, exit_code(ErrorKind::unsupported)) << drawn;
  EXPECT_TRUE(drawn.says("several residues share a token")) << drawn;
}

}  // namespace
}  // namespace groel::testing
