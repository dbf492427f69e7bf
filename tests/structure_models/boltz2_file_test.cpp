// Files of Boltz-2's weights: what is wrong with one is told by its published names, all at once.
#include <gtest/gtest.h>

#include "structure_models/boltz2/run.h"
#include "structure_models/boltz2/table.h"
#include "structure_models/boltz2/weights.h"
#include "structure_models/structure_network.h"
#include "support/boltz2_file.h"
#include "support/errors.h"
#include "support/files.h"

namespace groel::structure_models {
namespace {

class Boltz2Files : public ::testing::Test {
 protected:
  std::string written() {
    const std::string path = folder_ / "boltz2.safetensors";
    file_.write(path);
    return path;
  }
  std::string complaint() {
    const std::string path = written();
    return testing::error_of([&] { read_boltz2_weights(path); }).what();
  }
  static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  testing::TemporaryFolder folder_;
  testing::Boltz2File file_;
};

TEST_F(Boltz2Files, EveryArrayOfTheGoldenOneIsInTheTable) {
  const io::ArrayMap read = read_boltz2_file(testing::Boltz2File::golden());
  EXPECT_EQ(boltz2_table(read).size(), read.size());
  EXPECT_EQ(read.size(), 465U);
}

// As the modules of Boltz's program make them with its own settings: numbers as PyTorch counts them, gates once.
TEST_F(Boltz2Files, TheTableMakesThePublishedNumbers) {
  std::int64_t numbers = 0;
  for (const RecordRule& rule : boltz2_table({}, boltz2_sizes()))
    if (is_boltz2_parameter(rule.record)) numbers += element_count(rule.shape());
  EXPECT_EQ(numbers, 506'724'992);
}

TEST_F(Boltz2Files, EverythingWrongIsToldAtOnce) {
  file_.erase("pairformer_module.layers.0.tri_mul_in.p_out.weight");
  file_.rename("confidence_module.z_norm.", "confidence_module.norm_z.");
  io::Array& cut = file_.arrays().at("msa_module.layers.0.pair_weighted_averaging.proj_m.weight");
  cut.shape[0] /= 2;
  cut.bytes = cut.bytes.first(cut.bytes.size() / 2);
  const std::string text = complaint();
  EXPECT_TRUE(says(text, "missing (3)")) << text;
  EXPECT_TRUE(says(text, "pairformer_module.layers.0.tri_mul_in.p_out.weight [6, 6]")) << text;
  EXPECT_TRUE(says(text, "confidence_module.z_norm.bias [6]")) << text;
  EXPECT_TRUE(says(text, "unexpected (2)")) << text;
  EXPECT_TRUE(says(text, "confidence_module.norm_z.weight [6]")) << text;
  EXPECT_TRUE(says(text, "proj_m.weight: [5, 6] in the file, [10, 6] expected")) << text;
}

TEST_F(Boltz2Files, TheSecondGateHasToBeTheFirst) {
  const std::string gate = "structure_module.score_model.token_transformer.layers.0.output_projection";
  file_.arrays().at(gate + ".0.weight") = file_.arrays().at(gate + "_linear.weight");
  EXPECT_NO_THROW(read_boltz2_weights(written()));
  file_.arrays().at(gate + ".0.weight") =
      file_.arrays().at("structure_module.score_model.token_transformer.layers.1.output_projection.0.weight");
  const std::string text = complaint();
  EXPECT_TRUE(says(text, gate + ".0.weight is not what " + gate + "_linear.weight is")) << text;
}

TEST_F(Boltz2Files, TheHeadOfFactorsMayBeMissing) {
  file_.erase("bfactor_module.");
  EXPECT_NO_THROW(load_boltz2(written()));
}

// The state dict alone is read, as Boltz's program reads it; hyper-parameters are no code that is run.
TEST_F(Boltz2Files, ACheckpointOfLightningIsRead) {
  const std::string path = folder_ / "boltz2_conf.ckpt";
  file_.write_checkpoint(path);
  const Boltz2Weights weights = read_boltz2_weights(path), plain = read_boltz2_weights(testing::Boltz2File::golden());
  EXPECT_EQ(weights.parameters, plain.parameters);
  EXPECT_EQ(plain.parameters, 32914);  // as PyTorch counts them
  ASSERT_EQ(weights.arrays.size(), plain.arrays.size());
  for (const auto& [name, array] : plain.arrays)
    EXPECT_TRUE(std::ranges::equal(weights.arrays.at(name).bytes, array.bytes)) << name;
  EXPECT_EQ(structure_network_facts(folder_.path()).family, "boltz2");
}

TEST_F(Boltz2Files, OneFamilyIsNotTakenForAnother) {
  const NetworkFacts facts = structure_network_facts(written());
  EXPECT_EQ(facts.family, "boltz2");
  EXPECT_EQ(facts.usual.passes, 4);
  EXPECT_EQ(facts.usual.sampler.steps, 200);
  EXPECT_EQ(facts.usual.sampler.sigma_min, 0.0001);
  EXPECT_EQ(facts.tokens, folding::TokenRules::boltz2);
  EXPECT_EQ(structure_network_facts(testing::data("openfold3-tiny") / "model.pt").family, "openfold3");
  EXPECT_EQ(structure_network_facts(testing::data("protenix-tiny") / "model.pt").family, "protenix");
  const std::string text = testing::error_of([&] { load_boltz2(testing::data("protenix-tiny") / "model.pt"); }).what();
  EXPECT_TRUE(says(text, "these are no weights of Boltz-2")) << text;
}

}  // namespace
}  // namespace groel::structure_models
