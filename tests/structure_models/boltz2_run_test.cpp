// Runs of Boltz-2's network: repeatable, samples by themselves; and what it is given of a job.
#include "structure_models/boltz2/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "folding/alignment.h"
#include "folding/job_read.h"
#include "support/boltz2_file.h"
#include "support/boltz2_input.h"
#include "support/errors.h"

namespace groel::structure_models {
namespace {

const Boltz2& boltz2_network() {
  static const auto one = load_boltz2(testing::Boltz2File::golden());
  return *one;
}

std::vector<PredictedSample> boltz2_samples(std::uint32_t seed, const std::vector<std::int64_t>& wanted) {
  RunSettings settings = boltz2_run_settings();
  settings.passes = 2;
  settings.sampler.steps = 4;
  const testing::Boltz2Given given(testing::data("boltz2-tiny") / "inputs.safetensors");
  Boltz2Run run(boltz2_network(), given.network_input(), seed, settings);
  run.embed();
  std::vector<PredictedSample> out;
  run.sample(wanted, [&](const PredictedSample& one) { out.push_back(one); });
  return out;
}

TEST(Boltz2Runs, SamplesDoNotDependOnOneAnother) {
  const auto all = boltz2_samples(7, {0, 1, 2}), one = boltz2_samples(7, {1});
  ASSERT_EQ(all.size(), 3U);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].sample, 1);
  EXPECT_EQ(one[0].positions, all[1].positions);
  EXPECT_EQ(one[0].lddt, all[1].lddt);
  EXPECT_EQ(one[0].errors.pae, all[1].errors.pae);
  EXPECT_NE(all[0].positions, all[1].positions);
  for (const float x : all[0].positions) EXPECT_TRUE(std::isfinite(x));
  EXPECT_NE(boltz2_samples(8, {0})[0].positions, all[0].positions);
}

nlohmann::json protein(const nlohmann::json& id, const std::string& sequence) {
  return {{"protein",
           {{"id", id},
            {"sequence", sequence},
            {"unpairedMsa", ""},
            {"pairedMsa", ""},
            {"templates", nlohmann::json::array()}}}};
}

nlohmann::json ligand(const std::string& id, const std::string& component) {
  return {{"ligand", {{"id", id}, {"ccdCodes", nlohmann::json::array({component})}}}};
}

// What a job is for Boltz-2.
struct Boltz2Job {
  explicit Boltz2Job(const nlohmann::json& sequences, const nlohmann::json& bonds = {}) {
    nlohmann::json text{
        {"dialect", "alphafold3"}, {"version", 1}, {"name", "job"}, {"modelSeeds", {1}}, {"sequences", sequences}};
    if (!bonds.is_null()) text["bondedAtomPairs"] = bonds;
    job = folding::parse_jobs(text.dump(), "job.json", ".").front();
    folding::complete_alignments(job, components);
    layout = folding::lay_out(job, components, {.rules = folding::TokenRules::boltz2});
  }
  Boltz2Input input() {
    folding::FeaturizeOptions options;
    options.references.conformers = false;
    return boltz2_input(folding::featurize(layout, components, options, &notes));
  }

  folding::ComponentTable components = folding::ComponentTable::own();
  folding::Job job;
  folding::TokenLayout layout;
  std::vector<std::string> notes;
};

TEST(Boltz2Inputs, ModifiedResiduesAreOneToken) {
  nlohmann::json chain = protein("A", "MSGS");
  chain["protein"]["modifications"] = {{{"ptmType", "MSE"}, {"ptmPosition", 1}},
                                       {{"ptmType", "SEP"}, {"ptmPosition", 2}}};
  Boltz2Job job(nlohmann::json::array({chain}));
  const Boltz2Input input = job.input();
  ASSERT_EQ(input.tokens, 4);
  EXPECT_EQ(input.restype, (std::vector<std::int32_t>{14, 22, 9, 17}));  // methionine, unknown, glycine, serine
  EXPECT_EQ(input.modified, (std::vector<std::uint8_t>{0, 1, 0, 0}));
  std::vector<int> atoms(4);
  for (const std::int32_t token : input.atom_token) ++atoms[static_cast<std::size_t>(token)];
  EXPECT_EQ(atoms, (std::vector<int>{8, 10, 4, 6}));  // no OXT, and SEP is without what leaves it
  // The alignment begins with the same letters.
  EXPECT_EQ((std::vector<std::int8_t>(input.msa.begin(), input.msa.begin() + 4)),
            (std::vector<std::int8_t>{14, 22, 9, 17}));
  // A modified residue is placed by its first atom, has no frame, and is bonded to itself.
  EXPECT_EQ(input.representative[1], 8);
  EXPECT_EQ(input.frames[1], (std::array<std::int32_t, 3>{8, 8, 8}));
  EXPECT_EQ(input.frames[0], (std::array<std::int32_t, 3>{0, 1, 2}));
  EXPECT_EQ(input.representative[0], 4);  // CB
  ASSERT_EQ(input.bonds.size(), 1U);
  EXPECT_EQ(input.bonds[0].from, 1);
  EXPECT_EQ(input.bonds[0].to, 1);
}

TEST(Boltz2Inputs, BondsHaveTypes) {
  using nlohmann::json;
  const json bonds = json::array({json::array({json::array({"A", 2, "SG"}), json::array({"C", 1, "ZN"})})});
  Boltz2Job job(nlohmann::json::array({protein("A", "MCA"), ligand("B", "DMS"), ligand("C", "ZN")}), bonds);
  const Boltz2Input input = job.input();
  ASSERT_EQ(input.tokens, 3 + 4 + 1);
  std::map<std::int32_t, int> types;
  for (const Boltz2Bond& bond : input.bonds) ++types[bond.type];
  EXPECT_EQ(types, (std::map<std::int32_t, int>{{2, 2}, {3, 1}, {6, 1}}));  // S=O, two S-C, and that of the job
  EXPECT_EQ(input.molecule.back(), Boltz2Molecule::ligand);
  EXPECT_EQ(input.restype.back(), 22);
}

TEST(Boltz2Inputs, NucleotidesAreNumberedByTheirKind) {
  nlohmann::json rna{{"rna", {{"id", "R"}, {"sequence", "ACGU"}, {"unpairedMsa", ">q\nACGU\n>r\nAC-U\n"}}}};
  const nlohmann::json dna{{"dna", {{"id", "S"}, {"sequence", "ACGT"}}}};
  Boltz2Job job(nlohmann::json::array({rna, dna}));
  const Boltz2Input input = job.input();
  EXPECT_EQ(input.restype, (std::vector<std::int32_t>{23, 25, 24, 26, 28, 30, 29, 31}));
  EXPECT_EQ(input.molecule.front(), Boltz2Molecule::rna);
  EXPECT_EQ(input.molecule.back(), Boltz2Molecule::dna);
  EXPECT_EQ(input.rows, 1);  // alignments of RNA are not read, and that is said
  EXPECT_TRUE(std::ranges::any_of(job.notes, [](const std::string& note) {
    return note.find("the alignment of chain R is left out") != std::string::npos;
  }));
  // 22 atoms of A without OP3; placed by C4.
  EXPECT_EQ(input.representative[0], 21);
  EXPECT_EQ(input.frames[0], (std::array<std::int32_t, 3>{11, 7, 5}));  // C1', C3', C4'
}

TEST(Boltz2Inputs, TooLargeAModifiedResidueIsRefused) {
  nlohmann::json chain = protein("A", "MKG");
  chain["protein"]["modifications"] = {{{"ptmType", "HEM"}, {"ptmPosition", 2}}};
  const std::string text = testing::error_of([&] { Boltz2Job job(nlohmann::json::array({chain})); }).what();
  EXPECT_NE(text.find("residue 2 is HEM, of 43 atoms"), std::string::npos) << text;
}

// Rows, and which of them are paired, as construct_paired_msa of Boltz's program gives them (832486d).
TEST(Boltz2Inputs, AlignmentsArePairedAsBoltzPairsThem) {
  const auto a3m = [](const std::vector<std::pair<std::string, std::string>>& rows) {
    std::string out;
    for (const auto& [letters, species] : rows)
      out += (species.empty() ? std::string(">row\n") : ">tr|A0A000|A0A000_" + species + "\n") + letters + "\n";
    return out;
  };
  nlohmann::json first = protein(nlohmann::json::array({"A", "C"}), "MKVLWA"), second = protein("B", "GSTYP");
  first["protein"]["pairedMsa"] = a3m({{"MKVLWA", ""},
                                       {"MKILWA", "MOUSE"},
                                       {"MRVLWA", "HUMAN"},
                                       {"MRVIWA", "HUMAN"},
                                       {"MKVL-A", "ECOLI"},
                                       {"MKTLWA", ""}});
  first["protein"]["unpairedMsa"] =
      a3m({{"MKVLWA", ""}, {"MKBLWU", ""}, {"aaMK--WA", ""}, {"MRVLWA", ""}, {"MZZLWA", ""}});
  second["protein"]["pairedMsa"] =
      a3m({{"GSTYP", ""}, {"GATYP", "HUMAN"}, {"GSTFP", "YEAST"}, {"GS-YP", "MOUSE"}, {"GCTYP", "YEAST"}});
  second["protein"]["unpairedMsa"] = a3m({{"GSTYP", ""}, {"G-TYP", ""}});
  Boltz2Job job(nlohmann::json::array({first, second, ligand("D", "EOH")}));
  const Boltz2Input input = job.input();
  const std::vector<std::pair<std::string, std::string>> expected{
      {"MKVLWAGSTYPMKVLWAXXX", "11111111111111111111"}, {"MKILWAGS-YPMKILWA---", "11111111111111111000"},
      {"MRVLWAGATYPMRVLWA---", "11111111111111111000"}, {"MRVIWAGATYPMRVIWA---", "11111111111111111000"},
      {"MKVL-AGATYPMKVL-A---", "11111100000111111000"}, {"MKILWAGSTFPMKILWA---", "00000011111000000000"},
      {"MRVLWAGCTYPMRVLWA---", "00000011111000000000"}, {"MRVIWAGSTFPMRVIWA---", "00000000000000000000"},
      {"MKVL-AGS-YPMKVL-A---", "00000000000000000000"}, {"MKTLWAGCTYPMKTLWA---", "00000000000000000000"},
      {"MKXLWXG-TYPMKXLWX---", "00000000000000000000"}, {"MK--WA-----MK--WA---", "00000000000000000000"},
      {"MXXLWA-----MXXLWA---", "00000000000000000000"}};
  // Chains come in the order A, B, C, D.
  ASSERT_EQ(input.rows, std::ssize(expected));
  const std::string letters = "?-ARNDCQEGHILKMFPSTWYVX";
  for (std::size_t row = 0; row < expected.size(); ++row) {
    std::string own, paired;
    for (std::size_t i = 0; i < static_cast<std::size_t>(input.tokens); ++i) {
      const std::size_t cell = row * static_cast<std::size_t>(input.tokens) + i;
      own += letters[static_cast<std::size_t>(input.msa[cell])];
      paired += input.paired[cell] != 0 ? '1' : '0';
    }
    EXPECT_EQ(own, expected[row].first) << row;
    EXPECT_EQ(paired, expected[row].second) << row;
  }
  // Boltz's program loses how much is deleted.
  for (const float deletions : input.deletions) EXPECT_EQ(deletions, 0);
}

}  // namespace
}  // namespace groel::structure_models
