// groel fit-contacts: heads learned from structures, and those that learned nothing.
#include <gmock/gmock.h>

#include "base/error.h"
#include "support/pdb.h"
#include "tasks/headless.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

TEST(FitContacts, GivesAModelItsHead) {
  const TemporaryFolder work;
  const std::string model = headless(work);
  const json fitted = groel_json({"fit-contacts", kCrambin, kInsulin, "-m", model, "--min-length", "25",
                                  "--inverse-strength", "10", "--valid", kUbiquitin, "-o", work / "fit"});
  EXPECT_EQ(fitted["chains"], 2);  // insulin's A is too short
  EXPECT_EQ(fitted["weights"], 12);
  EXPECT_EQ(fitted["pairs"], 40 * 41 / 2 + 24 * 25 / 2);
  EXPECT_EQ(fitted["valid_chains"], 1);
  const io::ArrayFile whole = io::read_safetensors(work / "fit/model.safetensors");
  const io::ArrayFile before = io::read_safetensors(model + "/model.safetensors");
  EXPECT_EQ(whole.arrays.at("esm.contact_head.regression.weight").shape, (std::vector<std::int64_t>{1, 12}));
  EXPECT_EQ(whole.arrays.at("esm.contact_head.regression.bias").shape, (std::vector<std::int64_t>{1}));
  for (const auto& [name, array] : before.arrays)
    EXPECT_TRUE(std::ranges::equal(array.bytes, whole.arrays.at(name).bytes)) << name;
  // What the command said of held-out ubiquitin is what `groel contacts` finds with the model it wrote.
  const json found = groel_json({"contacts", "-m", work / "fit", "-s", kUbiquitin})["records"][0]["precision"];
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_NEAR(found[i]["precision"].get<double>(), fitted["valid_precision"][i]["precision"].get<double>(), 1e-12)
        << i;
}

TEST(FitContacts, EqualCallsGiveEqualFiles) {
  const TemporaryFolder work;
  for (const char* threads : {"1", "2"}) {
    const Outcome done =
        groel({"fit-contacts", kCrambin, "-m", kEsm2, "-t", threads, "--inverse-strength", "10", "-o", work / threads});
    EXPECT_EQ(done.exit, 0) << done;
    EXPECT_THAT(done.out, HasSubstr("820 pairs of residues"));
  }
  EXPECT_EQ(read_file(work / "1/model.safetensors"), read_file(work / "2/model.safetensors"));
}

TEST(FitContacts, WhatIsWrongIsSaid) {
  const TemporaryFolder work;
  const Outcome none = groel({"fit-contacts", kInsulin, "-m", kEsm2, "--min-length", "100", "-o", work / "x"});
  EXPECT_EQ(none.exit, exit_code(ErrorKind::bad_input)) << none;
  EXPECT_TRUE(none.says("no chain"));
  std::filesystem::create_directory(work / "there");
  write_file(work / "there/thesis.txt", "years");
  write_file(work / "there/notes.txt", "mine");
  const Outcome there = groel({"fit-contacts", kCrambin, "-m", kEsm2, "-o", work / "there", "--overwrite"});
  EXPECT_EQ(there.exit, exit_code(ErrorKind::usage)) << there;
  EXPECT_TRUE(there.says("is no model"));
  std::vector<PdbAtom> rod;  // longer than what esm1b-tiny reads
  for (int i = 0; i < 300; ++i) rod.push_back({"ALA", "A", i + 1, 3.8 * i});
  const Outcome long_one = groel({"fit-contacts", kCrambin, "-m", GROEL_TEST_DATA "/esm1b-tiny", "--valid",
                                  write_file(work / "rod.pdb", pdb(rod)), "-o", work / "x"});
  EXPECT_EQ(long_one.exit, exit_code(ErrorKind::bad_input)) << long_one;
  EXPECT_TRUE(long_one.says("rod.pdb:A: longer than the model's")) << long_one;
  EXPECT_FALSE(std::filesystem::exists(work / "x")) << "before anything is fitted";
  // Of a folder what is no structure is left out; a file that is named has to be one.
  std::filesystem::create_directory(work / "mixed");
  std::filesystem::copy(kCrambin, work / "mixed/a.cif");
  write_file(work / "mixed/ligand.cif", "data_ATP\n_chem_comp.id ATP\n");
  const Outcome mixed =
      groel({"fit-contacts", work / "mixed", "-m", kEsm2, "--inverse-strength", "10", "-o", work / "fit"});
  EXPECT_EQ(mixed.exit, 0) << mixed;
  EXPECT_TRUE(mixed.says("ligand.cif: no residue of a protein")) << mixed;
  EXPECT_EQ(groel({"fit-contacts", kCrambin, work / "mixed/ligand.cif", "-m", kEsm2, "-o", work / "y"}).exit,
            exit_code(ErrorKind::bad_input));
  const Outcome large = groel({"fit-contacts", kCrambin, "-m", kEsm2, "-o", work / "x", "--memory", "10K"});
  EXPECT_EQ(large.exit, exit_code(ErrorKind::memory)) << large;
}

TEST(FitContacts, AHeadThatLearnedNothingIsNotWritten) {
  const TemporaryFolder work;
  const Outcome none = groel({"fit-contacts", kCrambin, "-m", kEsm2, "--inverse-strength", "1e-9", "-o", work / "x"});
  EXPECT_EQ(none.exit, exit_code(ErrorKind::bad_input)) << none;
  EXPECT_TRUE(none.says("nothing was learned: all 12 weights are 0")) << none;
  EXPECT_FALSE(std::filesystem::exists(work / "x"));
  // The strength it names is enough, and a little less is not.
  const std::size_t from = none.err.find("from ") + 5;
  const double named = std::stod(none.err.substr(from));
  const auto fit = [&](double strength) {
    return groel({"fit-contacts", kCrambin, "-m", kEsm2, "--inverse-strength", fmt::format("{}", strength),
                  "--overwrite", "-o", work / "x"});
  };
  EXPECT_EQ(fit(named * 0.8).exit, exit_code(ErrorKind::bad_input));
  const Outcome enough = fit(named);
  EXPECT_EQ(enough.exit, 0) << enough;
  std::vector<PdbAtom> rod;
  for (int i = 0; i < 40; ++i) rod.push_back({"ALA", "A", i + 1, 3.8 * i});
  const Outcome flat = groel({"fit-contacts", write_file(work / "rod.pdb", pdb(rod)), "-m", kEsm2, "-o", work / "y"});
  EXPECT_EQ(flat.exit, exit_code(ErrorKind::bad_input)) << flat;
  EXPECT_TRUE(flat.says("none of the 595 pairs of residues touches")) << flat;
}

}  // namespace
}  // namespace groel::testing
