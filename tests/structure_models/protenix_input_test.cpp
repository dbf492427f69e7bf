// One complex as AlphaFold 3 and as Protenix are given it: the one becomes the other.
#include <gtest/gtest.h>

#include "structure_models/protenix/protenix.h"
#include "support/af3_network.h"
#include "support/golden.h"
#include "support/protenix_input.h"

namespace groel::structure_models {
namespace {

class ProtenixInputs : public ::testing::Test {
 protected:
  ProtenixInputs() {
    const testing::Golden one("af3-tiny");
    const io::ArrayFile inputs = io::read_safetensors(one.folder / "inputs.safetensors");
    for (const auto& run : one.inputs.at("runs"))
      if (run.at("name") == "main") source_ = testing::NetworkInputs(inputs, run).input();
  }

  Alphafold3Input source_;
  testing::ProtenixGiven given_{testing::data("protenix-tiny") / "inputs.safetensors"};
};

TEST_F(ProtenixInputs, ComeOfAlphaFold3s) {
  const ProtenixInput ours = protenix_input(source_), theirs = given_.input();
  EXPECT_EQ(ours.restype, theirs.restype);
  EXPECT_EQ(ours.residue_index, theirs.residue_index);
  EXPECT_EQ(ours.token_index, theirs.token_index);
  EXPECT_EQ(ours.asym_id, theirs.asym_id);
  EXPECT_EQ(ours.entity_id, theirs.entity_id);
  EXPECT_EQ(ours.sym_id, theirs.sym_id);
  EXPECT_EQ(ours.msa, theirs.msa);
  EXPECT_EQ(ours.profile, theirs.profile);
  EXPECT_EQ(ours.deletion_mean, theirs.deletion_mean);
  EXPECT_EQ(ours.atom_token, theirs.atom_token);
  EXPECT_EQ(ours.atom_slot, theirs.atom_slot);
  EXPECT_EQ(ours.representative, theirs.representative);
  EXPECT_EQ(ours.ref_pos, theirs.ref_pos);
  EXPECT_EQ(ours.ref_element, theirs.ref_element);
  EXPECT_EQ(ours.ref_name_chars, theirs.ref_name_chars);
  EXPECT_EQ(ours.ref_space_uid, theirs.ref_space_uid);
  EXPECT_EQ(ours.bonds, theirs.bonds);
}

// Templates above all, which Protenix is given as features of pairs and we make of positions.
TEST_F(ProtenixInputs, GiveTheGoldenTrunk) {
  const testing::Golden golden("protenix-tiny");
  const auto network = load_protenix(golden.folder / "model.pt");
  const ProtenixInput input = protenix_input(source_);
  const NetworkFeatures features = network->features(input);
  const NetworkEmbeddings embeddings = network->embed(input, features, given_.rows(3));
  EXPECT_LT(testing::relative_l2(embeddings.pair.values<float>(), golden.values("z")), 2e-5);
}

TEST_F(ProtenixInputs, UnknownNucleotidesAreOfTheirChainsKind) {
  source_.aatype[13] = 30;
  EXPECT_EQ(protenix_input(source_).restype[13], 25);
  source_.aatype[12] = 27;
  EXPECT_EQ(protenix_input(source_).restype[12], 27);
  EXPECT_EQ(protenix_input(source_).restype[13], 30);
}

}  // namespace
}  // namespace groel::structure_models
