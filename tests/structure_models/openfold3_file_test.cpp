// Files of OpenFold3's weights: what is wrong with one is told by its published names, all at once; and what differs
// between its releases.
#include <gtest/gtest.h>

#include "structure_models/openfold3/run.h"
#include "structure_models/openfold3/table.h"
#include "structure_models/structure_network.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/openfold3_file.h"

namespace groel::structure_models {
namespace {

using File = testing::Openfold3File;

class Openfold3Files : public ::testing::Test {
 protected:
  std::string written() {
    const std::string path = folder_ / "of3.safetensors";
    file_.write(path);
    return path;
  }
  std::string complaint() {
    const std::string path = written();
    return testing::error_of([&] { read_openfold3_weights(path); }).what();
  }
  static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  testing::TemporaryFolder folder_;
  File file_;
};

TEST_F(Openfold3Files, EveryArrayOfTheGoldenOneIsInTheTable) {
  const auto read = read_openfold3_file(File::golden());
  EXPECT_EQ(openfold3_table(read.arrays).size(), read.arrays.size());
  EXPECT_EQ(file_.arrays().size(), 763U);  // with the second copy of the diffusion module
  EXPECT_EQ(read.release, Openfold3Release::preview_1);
  EXPECT_EQ(read_openfold3_weights(written()).parameters, read_openfold3_weights(File::golden()).parameters);
}

// As OpenFold3's program 0.3.1 makes them: 4945 arrays, 767 of them in the copy. Of the later releases as many as
// people count in the published files (4936 and 4890, version_tensor among them).
TEST_F(Openfold3Files, TheTableMakesThePublishedNumbers) {
  const auto table = [](const Openfold3Blocks& blocks) { return openfold3_table(blocks, openfold3_sizes()); };
  const auto with_copy = [&](const Openfold3Blocks& blocks) {
    std::size_t out = 0;
    for (const RecordRule& rule : table(blocks)) out += rule.record.starts_with("diffusion_module.") ? 2 : 1;
    return out;
  };
  std::int64_t numbers = 0;
  for (const RecordRule& rule : table({})) numbers += element_count(rule.shape());
  EXPECT_EQ(numbers, 368'297'340);
  EXPECT_EQ(table({}).size(), 4178U);
  EXPECT_EQ(with_copy({}), 4945U);
  EXPECT_EQ(with_copy({.one_atom_norm = true}) + 1, 4936U);
  EXPECT_EQ(with_copy({.one_atom_norm = true, .one_token_norm = true}) + 1, 4890U);
}

TEST_F(Openfold3Files, EverythingWrongIsToldAtOnce) {
  file_.erase("pairformer_stack.blocks.1.pair_stack.tri_mul_in.linear_z.weight");
  file_.rename("aux_heads.pae.layer_norm.", "aux_heads.pae.norm.");
  io::Array& cut = file_.arrays().at("msa_module.blocks.0.outer_product_mean.linear_1.weight");
  cut.shape[0] /= 2;
  cut.bytes = cut.bytes.first(cut.bytes.size() / 2);
  const std::string text = complaint();
  EXPECT_TRUE(says(text, "missing (3)")) << text;
  EXPECT_TRUE(says(text, "pairformer_stack.blocks.1.pair_stack.tri_mul_in.linear_z.weight [12, 12]")) << text;
  EXPECT_TRUE(says(text, "aux_heads.pae.layer_norm.bias [12]")) << text;
  EXPECT_TRUE(says(text, "unexpected (2)")) << text;
  EXPECT_TRUE(says(text, "aux_heads.pae.norm.weight [12]")) << text;
  EXPECT_TRUE(says(text, "linear_1.weight: [2, 10] in the file, [4, 10] expected")) << text;
}

TEST_F(Openfold3Files, TheSecondCopyHasToBeOne) {
  const std::string name = "diffusion_module.linear_s.weight";
  file_.arrays().at("sample_diffusion." + name) =
      file_.arrays().at("diffusion_module.atom_attn_dec.linear_q_in.weight");
  const std::string other = complaint();
  EXPECT_TRUE(says(other, "sample_diffusion." + name + " is not what " + name + " is")) << other;
  // Without it a file is whole, too.
  file_.erase("sample_diffusion.");
  EXPECT_NO_THROW(read_openfold3_weights(written()));
  file_.arrays()["sample_diffusion.more.weight"] = file_.arrays().at(name);
  EXPECT_TRUE(says(complaint(), "unexpected (1)"));
}

TEST_F(Openfold3Files, ReleasesAreToldByTheirNorms) {
  const auto shape = [&] { return read_openfold3_weights(written()).shape; };
  const Openfold3Shape first = shape();
  EXPECT_EQ(first.trunk.templates.pairs, TemplatePairs::by_numbers);
  EXPECT_EQ(first.trunk.pairformer.pairs.ending_bias, nn::folding::EndingBias::transposed);
  file_.share_norms(File::Norms::of_atoms);
  const Openfold3Shape second = shape();
  EXPECT_EQ(second.trunk.templates.pairs, TemplatePairs::within_chains);
  EXPECT_EQ(second.trunk.pairformer.pairs.ending_bias, nn::folding::EndingBias::transposed);
  EXPECT_EQ(second.trunk.alignment.deletions, DeletionScale::to_four);
}

TEST_F(Openfold3Files, OpenBindIsToldByTheNormOfTokens) {
  file_.share_norms(File::Norms::all);
  const Openfold3Weights weights = read_openfold3_weights(written());
  EXPECT_EQ(weights.release, Openfold3Release::openbind);
  EXPECT_EQ(weights.shape.trunk.pairformer.pairs.ending_bias, nn::folding::EndingBias::as_is);
  EXPECT_EQ(weights.shape.trunk.alignment.deletions, DeletionScale::to_one);
}

TEST_F(Openfold3Files, TheAveragedWeightsOfTrainingAreTaken) {
  io::ArrayMap both;
  for (const auto& [name, array] : file_.arrays()) {
    both["ema.params." + name] = array;
    if (!name.starts_with("aux_heads.")) both["module.model." + name] = array;
  }
  file_.arrays() = both;
  EXPECT_EQ(read_openfold3_weights(written()).parameters, read_openfold3_weights(File::golden()).parameters);
}

TEST_F(Openfold3Files, OneFamilyIsNotTakenForAnother) {
  EXPECT_EQ(structure_network_facts(File::golden()).family, "openfold3");
  EXPECT_EQ(structure_network_facts(testing::data("protenix-tiny") / "model.pt").family, "protenix");
  const NetworkFacts facts = structure_network_facts(written());
  EXPECT_EQ(facts.usual.passes, 4);
  EXPECT_EQ(facts.usual.sampler.steps, 200);
  EXPECT_FALSE(facts.usual.sampler.ends_at_zero);
  EXPECT_EQ(facts.tokens, folding::TokenRules::openfold3);
  const std::string text =
      testing::error_of([&] { load_openfold3(testing::data("protenix-tiny") / "model.pt"); }).what();
  EXPECT_TRUE(says(text, "these are no weights of OpenFold3")) << text;
}

TEST_F(Openfold3Files, AFolderMayHoldBothFamilies) {
  file_.write(folder_ / "of3_ft3_v1.safetensors");
  std::filesystem::copy(testing::data("protenix-tiny") / "model.pt", folder_ / "protenix_tiny.pt");
  EXPECT_EQ(structure_network_facts(folder_.path()).family, "openfold3");
  file_.write(folder_ / "openfold3_other.safetensors");
  EXPECT_EQ(structure_network_facts(folder_.path()).family, "protenix");
}

}  // namespace
}  // namespace groel::structure_models
