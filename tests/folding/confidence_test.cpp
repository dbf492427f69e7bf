// Confidence from arrays, by hand-made cases.
#include <gtest/gtest.h>

#include <cmath>

#include "folding/clash.h"
#include "folding/confidence_bounds.h"
#include "folding/confidence_heads.h"
#include "folding/confidence_summary.h"
#include "folding/disorder.h"
#include "folding/prediction.h"
#include "layouts.h"
#include "support/errors.h"

namespace groel::folding {
namespace {

using testing::add_chain;
using testing::add_residue;
using testing::backbone;
using testing::on_a_line;
using testing::small_layout;

// Logits of a row that is certain of one bin.
void add_certain(std::vector<float>& to, std::size_t bins, std::size_t bin) {
  const std::size_t begin = to.size();
  to.resize(begin + bins, -1000.0F);
  to[begin + bin] = 1000.0F;
}

TEST(ConfidenceHeads, ACertainBinIsItsCentre) {
  std::vector<float> lddt, errors, distances;
  add_certain(lddt, kLddtBins, 0);
  add_certain(lddt, kLddtBins, 49);
  add_certain(errors, kErrorBins, 0);
  add_certain(errors, kErrorBins, 63);
  add_certain(distances, kDistanceBins, 18);  // ends at 7.9375 Å
  add_certain(distances, kDistanceBins, 19);
  EXPECT_EQ(expected_lddt(lddt), (std::vector<float>{1, 99}));
  EXPECT_EQ(expected_error(errors), (std::vector<float>{0.25F, 31.75F}));
  EXPECT_EQ(contact_probabilities(distances), (std::vector<float>{1, 0}));
}

TEST(ConfidenceHeads, EqualLogitsAreTheMeanOfAllBins) {
  EXPECT_FLOAT_EQ(expected_lddt(std::vector<float>(50, 3.0F))[0], 50);
  EXPECT_FLOAT_EQ(expected_error(std::vector<float>(64, -2.0F))[0], 16);
  EXPECT_FLOAT_EQ(contact_probabilities(std::vector<float>(64, 0.0F))[0], 19.0F / 64);
}

TEST(ConfidenceHeads, HalvesAreAddedToTheirTranspose) {
  EXPECT_EQ(plus_transpose(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}, 2),
            (std::vector<float>{2, 4, 8, 10, 8, 10, 14, 16}));
}

TEST(ConfidenceHeads, TmTermsGoByTheTokensOfAllAndOfThePair) {
  // 30 tokens of one chain, 30 of another; one row, certain of 4.25 Å.
  std::vector<std::int32_t> chains(60, 0);
  std::fill(chains.begin() + 30, chains.end(), 1);
  std::vector<float> logits;
  for (int j = 0; j < 60; ++j) add_certain(logits, kErrorBins, 8);
  AlignedErrors errors;
  add_aligned_errors(logits, 0, chains, errors);
  const auto term = [](std::int64_t tokens) { return 1 / (1 + std::pow(4.25 / tm_distance(tokens), 2)); };
  EXPECT_FLOAT_EQ(errors.pae[0], 4.25F);
  EXPECT_NEAR(errors.tm_global[0], term(60), 1e-6);
  EXPECT_NEAR(errors.tm_interface[0], term(30), 1e-6);
  EXPECT_NEAR(errors.tm_interface[59], term(60), 1e-6);
  EXPECT_NEAR(tm_distance(5), tm_distance(19), 0);  // no smaller ones
  EXPECT_NEAR(tm_distance(19), 1.24 * std::cbrt(4.0) - 1.8, 1e-12);
}

// Chains of 2, 1 and 1 tokens; the last has no frame.
struct Tokens {
  std::vector<std::int32_t> chains{0, 0, 1, 2};
  std::vector<std::uint8_t> frames{1, 1, 1, 0};
  std::vector<float> pae{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0};
  std::vector<float> tm{0.8F, 0.6F, 0.2F, 0.1F, 0.5F, 0.9F, 0.4F, 0.1F, 0.1F, 0.1F, 0.7F, 0.3F, 1, 1, 1, 1};
  TokenConfidence view() const { return {chains, frames, pae, tm, tm}; }
};

TEST(ConfidenceSummary, IsThatOfTheBestRows) {
  ConfidenceSummary found;
  add_token_scores(Tokens().view(), 3, found);
  EXPECT_NEAR(found.ptm, 1.9 / 4, 1e-6);  // the second row
  EXPECT_NEAR(found.iptm, 0.25, 1e-6);    // of the second row: 0.4 and 0.1
  EXPECT_NEAR(found.chain_ptm[0], 0.7, 1e-6);
  EXPECT_NEAR(found.chain_ptm[1], 0.7, 1e-6);
  EXPECT_TRUE(std::isnan(found.chain_ptm[2]));
  EXPECT_NEAR(found.chain_pair_iptm[1], 0.4, 1e-6);
  EXPECT_NEAR(found.chain_pair_iptm[3], 0.4, 1e-6);
  EXPECT_NEAR(found.chain_pair_iptm[2], 0.1, 1e-6);  // rows of A alone
  EXPECT_NEAR(found.chain_iptm[0], 0.25, 1e-6);
  EXPECT_NEAR(found.chain_iptm[2], 0.2, 1e-6);
  EXPECT_EQ(found.chain_pair_pae_min[0], 1);
  EXPECT_EQ(found.chain_pair_pae_min[2], 4);
  EXPECT_EQ(found.chain_pair_pae_min[3], 9);
  EXPECT_TRUE(std::isnan(found.chain_pair_pae_min[6]));
}

TEST(ConfidenceSummary, OneChainHasNoInterface) {
  Tokens tokens;
  tokens.chains.assign(4, 0);
  ConfidenceSummary found;
  add_token_scores(tokens.view(), 1, found);
  EXPECT_TRUE(std::isnan(found.iptm));
  EXPECT_TRUE(std::isnan(found.chain_iptm[0]));
  found.fraction_disordered = 0.5;
  EXPECT_NEAR(ranking_score(found), found.ptm + 0.25, 1e-12);
  found.has_clash = true;
  found.iptm = 0.5;
  EXPECT_NEAR(ranking_score(found), 0.4 + 0.2 * found.ptm + 0.25 - 100, 1e-12);
}

TEST(ConfidenceSummary, WithoutAnyFrameNothingIsDefined) {
  Tokens tokens;
  tokens.frames.assign(4, 0);
  ConfidenceSummary found;
  add_token_scores(tokens.view(), 3, found);
  EXPECT_TRUE(std::isnan(found.ptm) && std::isnan(found.iptm) && std::isnan(found.chain_iptm[0]));
}

TEST(Clash, IsMoreThanHalfOfAChain) {
  const AtomLayout layout = small_layout();
  std::vector<float> positions = on_a_line(layout.atoms.size(), 3);
  EXPECT_FALSE(has_clash(layout, positions));
  // Chain B onto the first residue of chain A: all four of its atoms, four of the eight of A.
  const auto move = [&](std::size_t atom, std::size_t onto) { positions[3 * atom] = positions[3 * onto] + 1.0F; };
  move(8, 0);
  move(9, 1);
  EXPECT_FALSE(has_clash(layout, positions));  // half
  move(10, 2);
  EXPECT_TRUE(has_clash(layout, positions));
}

TEST(Clash, OfProtenixIsCountedByPairsOfAtomsAndChains) {
  const AtomLayout layout = small_layout();
  std::vector<float> positions = on_a_line(layout.atoms.size(), 3);
  EXPECT_FALSE(chains_overlap(layout, positions));
  const auto move = [&](std::size_t atom, std::size_t onto) { positions[3 * atom] = positions[3 * onto] + 1.0F; };
  move(8, 0);
  move(9, 1);
  EXPECT_FALSE(chains_overlap(layout, positions));  // two pairs, half of B's four atoms
  move(9, 0);
  move(1, 0);  // 1 and 0 both lie within 1.1 Å of 8 and 9: four pairs of two atoms each
  EXPECT_TRUE(chains_overlap(layout, positions));
  EXPECT_FALSE(has_clash(layout, positions));
  // A's residues in one place, and the ligand in B, are none.
  positions = on_a_line(layout.atoms.size(), 3);
  for (std::size_t a = 0; a < 8; ++a) positions[3 * a] = 0;
  for (std::size_t a = 12; a < 14; ++a) positions[3 * a] = 8 * 3;
  EXPECT_FALSE(chains_overlap(layout, positions));
}

TEST(Clash, NeighboursInTheChainAndLigandsDoNotCount) {
  const AtomLayout layout = small_layout();
  std::vector<float> positions = on_a_line(layout.atoms.size(), 3);
  for (std::size_t a = 0; a < 8; ++a) positions[3 * a] = 0;        // both residues of A in one place
  for (std::size_t a = 12; a < 14; ++a) positions[3 * a] = 8 * 3;  // the ligand in B
  EXPECT_FALSE(has_clash(layout, positions));
}

TEST(Disorder, StretchedChainsAreFreeAndIncompleteResiduesDoNotCount) {
  AtomLayout layout;
  add_chain(layout, "A", ChainType::protein);
  for (int i = 0; i < 3; ++i) add_residue(layout, "GLY", backbone());
  add_residue(layout, "ACE", {"C", "O", "CH3"});
  const std::vector<float> positions = on_a_line(layout.atoms.size(), 4);
  const ChainAccessibility found = chain_accessibility(layout, layout.chains[0], positions);
  ASSERT_EQ(found.areas.size(), 3U);
  for (const double part : found.windowed) EXPECT_EQ(part, 1);  // above the largest area counts as that
  EXPECT_EQ(fraction_disordered(layout, positions), 1);
}

TEST(Disorder, EndsAreMirrored) {
  // One residue in five is buried in a heap of atoms; the window is longer than the chain.
  AtomLayout layout;
  add_chain(layout, "A", ChainType::protein);
  for (int i = 0; i < 5; ++i) add_residue(layout, i == 2 ? "GLY" : "ALA", backbone());
  std::vector<float> positions = on_a_line(layout.atoms.size(), 30);
  for (std::size_t a = 8; a < 12; ++a) positions[3 * a] = 240 + 0.5F * static_cast<float>(a - 8);
  const ChainAccessibility found = chain_accessibility(layout, layout.chains[0], positions);
  // The period is 0 1 2 3 4 3 2 1: of 25 in a row from -12 on, residue 2 has 7 places when it is in the middle.
  const double part = std::min(found.areas[2] / 84.0, 1.0);
  EXPECT_NEAR(found.windowed[2], (7 * part + 18) / 25, 1e-12);
  EXPECT_NEAR(found.windowed[0], (6 * part + 19) / 25, 1e-12);
}

TEST(Disorder, OfNoProteinIsNone) {
  AtomLayout layout;
  add_chain(layout, "L", ChainType::ligand);
  add_residue(layout, "XYZ", {"C1"});
  EXPECT_EQ(fraction_disordered(layout, on_a_line(1, 1)), 0);
}

TEST(Prediction, PositionsThatAreNoNumbersAreRefusedByName) {
  const AtomLayout layout = small_layout();
  std::vector<float> positions = on_a_line(layout.atoms.size(), 3);
  positions[3 * 9 + 1] = NAN;
  const Error error = testing::error_of([&] { require_finite(layout, positions); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_model);
  EXPECT_EQ(error.parts().what, "the model gave no position for the atom CA of GLY 1 in chain B");
}

TEST(ConfidenceBounds, HoldEveryDistributionWithTheMean) {
  const TmRange range(100);
  const double d0 = tm_distance(100);
  const auto term = [&](double error) { return 1 / (1 + error * error / d0 / d0); };
  EXPECT_LE(range.of(0.3).low, term(0.25));  // hardly a choice near the ends
  EXPECT_NEAR(range.of(0.3).low, range.of(0.3).high, 0.02);
  // 15.8 Å: certain, or one of the ends.
  const double share = (15.8 - 0.25) / 31.5;
  EXPECT_LE(range.of(15.8).low, term(15.75));
  EXPECT_GE(range.of(15.8).high, (1 - share) * term(0.25) + share * term(31.75));
  EXPECT_LE(range.of(15.8).high, 0.6);
}

}  // namespace
}  // namespace groel::folding
