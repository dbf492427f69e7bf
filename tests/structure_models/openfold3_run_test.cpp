// Runs of OpenFold3's network: repeatable, samples by themselves, rows that passes take; and what it is given of a job.
#include "structure_models/openfold3/run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "support/af3_network.h"
#include "support/golden.h"

namespace groel::structure_models {
namespace {

const Openfold3& openfold3_network() {
  static const auto one = load_openfold3(testing::data("openfold3-tiny") / "model.pt");
  return *one;
}

// A complex as AlphaFold 3 is given it: protein, nucleotides and single atoms; without OP3, which it is not given.
Alphafold3Input some_complex() {
  const testing::Golden one("af3-tiny");
  const io::ArrayFile inputs = io::read_safetensors(one.folder / "inputs.safetensors");
  for (const auto& run : one.inputs.at("runs"))
    if (run.at("name") == "main") {
      Alphafold3Input out = testing::NetworkInputs(inputs, run).input();
      for (std::size_t t = 0; t < out.aatype.size(); ++t)
        if (out.aatype[t] > 21) out.atom_mask[t * 24] = out.ref_mask[t * 24] = 0;
      return out;
    }
  return {};
}

std::vector<PredictedSample> openfold3_samples(std::uint32_t seed, const std::vector<std::int64_t>& wanted) {
  RunSettings settings = openfold3_run_settings();
  settings.passes = 2;
  settings.sampler.steps = 4;
  Openfold3Run run(openfold3_network(), some_complex(), seed, settings);
  run.embed();
  std::vector<PredictedSample> out;
  run.sample(wanted, [&](const PredictedSample& one) { out.push_back(one); });
  return out;
}

TEST(Openfold3Runs, SamplesDoNotDependOnOneAnother) {
  const auto all = openfold3_samples(7, {0, 1, 2}), one = openfold3_samples(7, {1});
  ASSERT_EQ(all.size(), 3U);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].sample, 1);
  EXPECT_EQ(one[0].positions, all[1].positions);
  EXPECT_EQ(one[0].lddt, all[1].lddt);
  EXPECT_EQ(one[0].errors.pae, all[1].errors.pae);
  EXPECT_NE(all[0].positions, all[1].positions);
  for (const float x : all[0].positions) EXPECT_TRUE(std::isfinite(x));
  EXPECT_NE(openfold3_samples(8, {0})[0].positions, all[0].positions);
}

TEST(Openfold3Runs, RowsAreShuffledWhereThereAreMore) {
  const JaxKey key(3);
  EXPECT_EQ(openfold3_rows(key, 4, 1024), (std::vector<std::int32_t>{0, 1, 2, 3}));
  std::vector<std::int32_t> all = openfold3_rows(key, 40, 40);
  EXPECT_FALSE(std::ranges::is_sorted(all));
  std::ranges::sort(all);
  std::vector<std::int32_t> whole(40);
  std::iota(whole.begin(), whole.end(), 0);
  EXPECT_EQ(all, whole);
  EXPECT_EQ(openfold3_rows(key, 40, 7).size(), 7U);
}

class Openfold3Inputs : public ::testing::Test {
 protected:
  Alphafold3Input source_ = some_complex();
};

TEST_F(Openfold3Inputs, AtomsAreCountedInTheirTokens) {
  const Openfold3Input ours = openfold3_input(source_);
  ASSERT_EQ(ours.output_slot.size(), ours.atom_token.size());
  std::vector<std::int32_t> seen(static_cast<std::size_t>(ours.tokens));
  for (std::size_t a = 0; a < ours.atom_slot.size(); ++a)
    EXPECT_EQ(ours.atom_slot[a], seen[static_cast<std::size_t>(ours.atom_token[a])]++);
  EXPECT_EQ(ours.asym_id, source_.asym_id);  // from 1
  for (std::size_t t = 0; t < ours.atomized.size(); ++t) {
    EXPECT_EQ(ours.atomized[t], seen[t] == 1 ? 1 : 0);
    if (ours.atomized[t] != 0) {
      EXPECT_EQ(ours.restype[t], 20);
    }
  }
  const ProtenixInput theirs = protenix_input(source_);
  for (std::size_t a = 0; a < ours.ref_element.size(); ++a)
    EXPECT_EQ(ours.ref_element[a], theirs.ref_element[a] > 0 ? theirs.ref_element[a] - 1 : 118);
}

TEST_F(Openfold3Inputs, OnlyProteinsAndRnaHaveAlignments) {
  // DNA of what was RNA.
  for (std::int32_t& letter : source_.aatype)
    if (letter >= 22 && letter < 26) letter += 4;
  const Openfold3Input ours = openfold3_input(source_);
  std::size_t without = 0;
  for (std::size_t i = 0; i < ours.atomized.size(); ++i) {
    const bool aligned = source_.ligand[i] == 0 && (source_.aatype[i] < 21);
    if (aligned) continue;
    ++without;
    for (std::int64_t row = 0; row < ours.rows; ++row) {
      const std::size_t cell = static_cast<std::size_t>(row * ours.tokens) + i;
      EXPECT_EQ(ours.msa_mask[cell], 0);
      EXPECT_EQ(ours.msa[cell], kProtenixGap);
      EXPECT_EQ(ours.deletions[cell], 0);
    }
    EXPECT_EQ(std::accumulate(ours.profile.begin() + static_cast<std::ptrdiff_t>(i * 32),
                              ours.profile.begin() + static_cast<std::ptrdiff_t>((i + 1) * 32), 0.0F),
              0);
    EXPECT_EQ(ours.deletion_mean[i], 0);
  }
  EXPECT_GT(without, 0U);
}

TEST_F(Openfold3Inputs, RowsBelowAChainsLastAreNotThere) {
  const std::int32_t chain = source_.asym_id[0];
  const auto n = static_cast<std::size_t>(source_.tokens);
  for (std::size_t row = 2; row < static_cast<std::size_t>(source_.rows); ++row)
    for (std::size_t i = 0; i < n; ++i)
      if (source_.asym_id[i] == chain) source_.msa[row * n + i] = 21;  // gaps
  const Openfold3Input ours = openfold3_input(source_);
  for (std::size_t row = 0; row < static_cast<std::size_t>(ours.rows); ++row)
    EXPECT_EQ(ours.msa_mask[row * n], row < 2 ? 1 : 0) << row;
}

TEST_F(Openfold3Inputs, BondsOfStandardResiduesAreToldOf) {
  std::size_t standard = 0, single = 0;
  const Openfold3Input before = openfold3_input(source_);
  while (before.atomized[standard] != 0) ++standard;
  while (before.atomized[single] == 0) ++single;
  source_.bonds.emplace_back(static_cast<std::int32_t>(standard), static_cast<std::int32_t>(single));
  std::int64_t dropped_before = 0, dropped = 0;
  openfold3_input(source_, &dropped_before);
  const Openfold3Run run(openfold3_network(), source_, 1, openfold3_run_settings());
  openfold3_input(source_, &dropped);
  EXPECT_GE(dropped, 1);
  ASSERT_EQ(run.notes().size(), 1U);
  EXPECT_NE(run.notes()[0].find("bond"), std::string::npos);
}

}  // namespace
}  // namespace groel::structure_models
