// Files of Protenix's weights: what is wrong with one is told by its published names, all at once; and what differs
// between its networks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "structure_models/protenix/run.h"
#include "structure_models/protenix/table.h"
#include "structure_models/structure_network.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/protenix_file.h"
#include "support/protenix_input.h"

namespace groel::structure_models {
namespace {

using testing::ProtenixFile;

template <class Body>
std::string message_of(const Body& body) {
  return testing::error_of(body).what();
}

class ProtenixFiles : public ::testing::Test {
 protected:
  std::string written() {
    const std::string path = folder_ / "protenix.safetensors";
    file_.write(path);
    return path;
  }
  std::string complaint() {
    const std::string path = written();
    return message_of([&] { read_protenix_weights(path); });
  }
  static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  testing::TemporaryFolder folder_;
  ProtenixFile file_;
};

TEST_F(ProtenixFiles, EveryArrayOfTheGoldenOneIsInTheTable) {
  const std::vector<RecordRule> table = protenix_table(file_.arrays());
  EXPECT_EQ(table.size(), file_.arrays().size());
  EXPECT_EQ(file_.arrays().size(), 683U);
  EXPECT_EQ(read_protenix_weights(written()).parameters, read_protenix_weights(ProtenixFile::golden()).parameters);
}

// Of the shapes that Protenix publishes; millions of parameters as its documentation has them (134.06 for the mini
// one).
TEST_F(ProtenixFiles, TheTableMakesThePublishedNumbersOfParameters) {
  const auto millions = [](const ProtenixBlocks& blocks, const ProtenixSizes& sizes) {
    std::int64_t out = 0;
    for (const RecordRule& rule : protenix_table(blocks, sizes)) out += element_count(rule.shape());
    return static_cast<double>(out) / 1e6;
  };
  EXPECT_NEAR(millions({}, protenix_sizes()), 368.48, 0.005);
  EXPECT_NEAR(millions({.templates = 0}, protenix_sizes()), 368.09, 0.005);
  ProtenixBlocks blocks = protenix_mini_blocks();
  EXPECT_NEAR(millions(blocks, protenix_sizes()), 134.06, 0.01);
  blocks.trunk /= 2;
  EXPECT_NEAR(millions(blocks, protenix_sizes()), 109.50, 0.005);
  EXPECT_NEAR(millions({}, protenix_2_sizes()), 464.44, 0.005);
}

TEST_F(ProtenixFiles, EverythingWrongIsToldAtOnce) {
  file_.erase("pairformer_stack.blocks.1.tri_mul_in.linear_z.weight");
  file_.rename("diffusion_module.diffusion_conditioning.fourier_embedding.w",
               "diffusion_module.diffusion_conditioning.fourier_embedding.omega");
  io::Array& cut = file_.arrays().at("msa_module.blocks.0.outer_product_mean_msa.linear_1.weight");
  cut.shape[0] /= 2;
  cut.bytes = cut.bytes.first(cut.bytes.size() / 2);
  const std::string text = complaint();
  EXPECT_TRUE(says(text, "missing (2)")) << text;
  EXPECT_TRUE(says(text, "pairformer_stack.blocks.1.tri_mul_in.linear_z.weight [32, 128]")) << text;
  EXPECT_TRUE(says(text, "fourier_embedding.w [256]")) << text;
  EXPECT_TRUE(says(text, "unexpected (1)")) << text;
  EXPECT_TRUE(says(text, "fourier_embedding.omega [256]")) << text;
  EXPECT_TRUE(says(text, "linear_1.weight: [16, 24] in the file, [32, 24] expected")) << text;
}

TEST_F(ProtenixFiles, ABlockThatIsMissingIsMissedWhole) {
  file_.erase("diffusion_module.diffusion_transformer.blocks.1.");
  EXPECT_TRUE(
      says(complaint(), "diffusion_module.diffusion_transformer.blocks.1.attention_pair_bias.linear_a_last.bias"));
}

TEST_F(ProtenixFiles, VariantsThatAreGivenMoreAreRefused) {
  file_.arrays()["input_embedder.linear_esm.weight"] = file_.arrays().at("linear_no_bias_s.weight");
  EXPECT_TRUE(says(complaint(), "ESM-2's vectors"));
  file_.erase("input_embedder.linear_esm.");
  file_.arrays()["constraint_embedder.pocket_z_embedder.weight"] = file_.arrays().at("linear_no_bias_s.weight");
  EXPECT_TRUE(says(complaint(), "constraints"));
}

TEST_F(ProtenixFiles, NetworksWithOneAlignmentBlockTakeFewSteps) {
  const RunSettings whole = structure_network_facts(written()).usual;
  EXPECT_EQ(whole.passes, 10);
  EXPECT_EQ(whole.sampler.steps, 200);
  EXPECT_EQ(whole.alignment_rows, 16384);
  EXPECT_TRUE(whole.sampler.ends_at_zero);
  file_.keep_last_alignment_block();
  const RunSettings mini = structure_network_facts(written()).usual;
  EXPECT_EQ(mini.passes, 4);
  EXPECT_EQ(mini.sampler.steps, 5);
  EXPECT_EQ(mini.sampler.gamma, 0);
  EXPECT_EQ(mini.sampler.step_scale, 1);
  EXPECT_EQ(mini.sampler.noise_scale, whole.sampler.noise_scale);
}

// Without noise and with a step scale of 1 the last step, to level 0, gives what the network denoised.
TEST_F(ProtenixFiles, FewStepsEndAtWhatIsDenoised) {
  file_.keep_last_alignment_block();
  SamplerSettings sampler = structure_network_facts(written()).usual.sampler;
  sampler.samples = 1;
  const testing::ProtenixGiven given(testing::data("protenix-tiny") / "inputs.safetensors");
  testing::ProtenixNoise noise(given);
  Tensor last;
  const Tensor positions = sample_positions(sampler, given.input().atoms(), noise, [&](const Tensor& noisy, float) {
    last = noisy.clone();
    for (std::int64_t i = 0; i < last.count(); ++i) last.mutable_data<float>()[i] *= 0.5F;
    return last;
  });
  for (std::int64_t i = 0; i < positions.count(); ++i)
    EXPECT_NEAR(positions.data<float>()[i], last.data<float>()[i], 1e-5 + 1e-5 * std::abs(last.data<float>()[i]));
}

TEST_F(ProtenixFiles, WithoutTemplateBlocksTemplatesSayNothing) {
  EXPECT_TRUE(structure_network_facts(written()).templates);
  file_.erase("template_embedder.pairformer_stack.");
  const std::string path = written();
  EXPECT_FALSE(structure_network_facts(path).templates);
  const auto network = load_protenix(path);
  const testing::ProtenixGiven given(testing::data("protenix-tiny") / "inputs.safetensors");
  ProtenixInput input = given.input();
  const auto embedded = [&] { return network->embed(input, network->features(input), given.rows(1)).pair.clone(); };
  const Tensor with = embedded();
  input.templates.clear();
  const Tensor without = embedded();
  EXPECT_TRUE(std::ranges::equal(with.values<float>(), without.values<float>()));
}

TEST_F(ProtenixFiles, OtherFilesAreNone) {
  const std::string text = message_of([&] { load_structure_network(testing::data("esm2-tiny") / "esm2_tiny.pt"); });
  EXPECT_TRUE(says(text, "these are no weights of Protenix")) << text;
  EXPECT_FALSE(is_structure_network_at(testing::data("esm2-tiny")));
  EXPECT_FALSE(is_structure_network_at(testing::data("esm2-tiny") / "pytorch_model.bin"));
  EXPECT_FALSE(is_structure_network_at(testing::data("esmfold-tiny")));
  EXPECT_TRUE(is_structure_network_at(testing::data("af3-tiny") / "af3.bin"));
  EXPECT_TRUE(is_structure_network_at(testing::data("protenix-tiny") / "model.pt"));
  const std::string esmfold = message_of([&] { load_structure_network(testing::data("esmfold-tiny")); });
  EXPECT_TRUE(says(esmfold, "this is ESMFold")) << esmfold;
}

}  // namespace
}  // namespace groel::structure_models
