// groel convert: what a checkpoint is in another precision.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "io/arrays.h"
#include "support/golden.h"
#include "tasks/jsonl.h"

namespace groel::testing {
namespace {

TEST(Convert, HalvesTheFileAndKeepsTheFrequencies) {
  const TemporaryFolder work;
  const Outcome done = groel({"convert", "-m", kEsm2, "--to", "bf16", "--out", work / "half", "--json"});
  ASSERT_EQ(done.exit, 0) << done;
  const io::ArrayFile before = io::read_safetensors(kEsm2 + "/model.safetensors");
  const io::ArrayFile after = io::read_safetensors(work / "half/model.safetensors");
  EXPECT_EQ(json::parse(done.out)["tensors"], after.arrays.size());
  for (const auto& [name, array] : after.arrays) {
    const bool frequencies = name.ends_with("inv_freq");
    EXPECT_EQ(array.dtype, frequencies ? DType::f32 : DType::bf16) << name;
    if (frequencies) {
      EXPECT_TRUE(std::ranges::equal(array.bytes, before.arrays.at(name).bytes)) << name;
    }
  }
}

TEST(Convert, ALongProteinStaysWhatItIs) {
  const TemporaryFolder work;
  for (const char* to : {"f32", "bf16", "f16"})
    ASSERT_EQ(groel({"convert", "-m", kEsm2, "--to", to, "--out", work / to}).exit, 0) << to;
  std::string sequence;
  for (int i = 0; i < 60; ++i) sequence += "MKTAYIAKQRQISFVK";
  const std::string input = write_file(work / "in.fasta", ">long\n" + sequence + "\n");
  const auto vector_of = [&](const std::string& model) {
    return values(embed_lines({input, "-m", model, "-i", "per-residue"}).at(0), "per_residue");
  };
  const std::vector<float> original = vector_of(kEsm2);
  EXPECT_EQ(vector_of(work / "f32"), original);
  EXPECT_LT(relative_l2(vector_of(work / "bf16"), original), 2e-2);
  EXPECT_LT(relative_l2(vector_of(work / "f16"), original), 5e-3);
}

TEST(Convert, ReplacesModelsAlone) {
  const TemporaryFolder work;
  std::filesystem::create_directory(work / "mine");
  write_file(work / "mine/thesis.txt", "years");
  const Outcome refused = groel({"convert", "-m", kEsm2, "--out", work / "mine", "--overwrite"});
  EXPECT_EQ(refused.exit, exit_code(ErrorKind::usage)) << refused;
  EXPECT_TRUE(refused.says("is no model")) << refused;
  EXPECT_EQ(read_file(work / "mine/thesis.txt"), "years");
  EXPECT_EQ(groel({"convert", "-m", kEsm2, "--out", work / "model"}).exit, 0);
  const Outcome there = groel({"convert", "-m", kEsm2, "--out", work / "model"});
  EXPECT_TRUE(there.says("--overwrite")) << there;
  EXPECT_EQ(groel({"convert", "-m", kEsm2, "--out", work / "model", "--overwrite"}).exit, 0);
}

}  // namespace
}  // namespace groel::testing
