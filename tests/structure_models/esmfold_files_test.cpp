// Files of ESMFold: both published forms, what does not fit, chains of sequences, and written structures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "checkpoints/native_file.h"
#include "checkpoints/tensors.h"
#include "io/torch_writer.h"
#include "models/fair_esm.h"
#include "structure_models/esmfold/find_esmfold.h"
#include "support/errors.h"
#include "support/esmfold_tiny.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::esmfold_folder;
using testing::esmfold_tiny;
using ::testing::HasSubstr;

class EsmfoldFiles : public ::testing::Test {
 protected:
  fs::path changed(const std::function<void(io::ArrayMap&)>& change) const {
    testing::write_changed_esmfold(folder_.path(), change);
    return folder_.path();
  }
  testing::TemporaryFolder folder_;
};

TEST_F(EsmfoldFiles, OneErrorListsAllThatDoesNotFit) {
  const fs::path folder = changed([](io::ArrayMap& arrays) {
    arrays["trunk.blocks.1.tri_mul_in.linear_q.weight"] = arrays.at("trunk.blocks.1.tri_mul_in.linear_z.weight");
    arrays.erase("trunk.blocks.1.tri_mul_in.linear_z.weight");
    arrays.erase("esm.encoder.layer.1.output.dense.bias");
    arrays["ptm_head.weight"].shape = {32, 32};
    arrays["trunk.blocks.0.seq_attention.proj.weight"].shape = {48, 64};
  });
  const Error error = error_of([&] { load_esmfold(folder); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_model);
  const std::string said = error.what();
  for (const char* part : {"missing (5)", "pairs.multiply_incoming.out.weight", "esm.encoder.layer.1.output.dense.bias",
                           "unexpected (2)", "linear_q", "mis-shaped (1)", "ptm_head.weight"})
    EXPECT_THAT(said, HasSubstr(part));
}

TEST_F(EsmfoldFiles, SettingsThatAreMissingOrOddAreNamed) {
  changed([](io::ArrayMap&) {});
  const nlohmann::json good = read_json(esmfold_folder() / "config.json");
  const auto said = [&](const char* place, const nlohmann::json& value) {
    nlohmann::json config = good;
    config[nlohmann::json::json_pointer(place)] = value;
    testing::write_file(folder_ / "config.json", config.dump());
    return std::string(error_of([&] { load_esmfold(folder_.path()); }).what());
  };
  EXPECT_THAT(said("/esmfold_config", nullptr), HasSubstr("'esmfold_config' is missing"));
  EXPECT_THAT(said("/esmfold_config/trunk/num_blocks", "two"),
              HasSubstr("esmfold_config.trunk: 'num_blocks' is not an"));
  EXPECT_THAT(said("/esmfold_config/trunk/sequence_head_width", 7), HasSubstr("does not divide"));
  EXPECT_THAT(said("/esmfold_config/use_esm_attn_map", true), HasSubstr("attention maps"));
  EXPECT_THAT(said("/esmfold_config/trunk/structure_module/num_angles", 5), HasSubstr("7 torsion angles"));
}

TEST_F(EsmfoldFiles, AnotherVocabularyThanTheWeightsIsNoticed) {
  changed([](io::ArrayMap&) {});
  std::string vocabulary = testing::read_file(folder_ / "vocab.txt");
  vocabulary.replace(vocabulary.find("\nL\nA\n"), 5, "\nA\nL\n");
  testing::write_file(folder_ / "vocab.txt", vocabulary);
  EXPECT_THAT(error_of([&] { load_esmfold(folder_.path()); }).what(), HasSubstr("af2_to_esm gives residue A"));
}

io::ArrayView view_of(const io::Array& array) { return {array.dtype, array.shape, array.bytes}; }

// The same model as fair-esm has it: esmfold_tiny.pt without, and esm2_tiny.pt with the language model.
void write_fair_esm(const fs::path& folder) {
  const io::ArrayMap arrays = io::read_safetensors(esmfold_folder() / "model.safetensors").arrays;
  const nlohmann::json config = read_json(esmfold_folder() / "config.json");
  const nlohmann::json& trunk = config["esmfold_config"]["trunk"];
  models::RawCheckpoint language{config, {}};
  language.config["architectures"] = {"EsmForMaskedLM"};
  io::TorchDict own;
  for (const auto& [name, array] : arrays)
    if (name.starts_with("esm."))
      language.arrays[name] = array;
    else
      own.items.push_back({name, view_of(array)});
  const std::int64_t width = config["hidden_size"];
  std::vector<NamedTensor> head;
  for (const auto& [name, shape] : {std::pair<std::string, Shape>{"dense.weight", {width, width}},
                                    {"dense.bias", {width}},
                                    {"layer_norm.weight", {width}},
                                    {"layer_norm.bias", {width}},
                                    {"bias", {33}}})
    language.arrays["lm_head." + name] = checkpoints::array_of(Tensor::zeros(shape));
  models::express_fair_esm(language);
  std::vector<NamedTensor> tensors;
  for (const auto& [name, array] : language.arrays) tensors.push_back({name, checkpoints::borrowed(array)});
  checkpoints::write_native(folder / "esm2_tiny.pt", {language.config, tensors});
  io::TorchDict module{{{"no_blocks", trunk["structure_module"]["num_blocks"]}}};
  io::TorchDict settings{{{"max_recycles", trunk["max_recycles"]}, {"structure_module", module}}};
  io::write_torch(folder / "esmfold_tiny.pt",
                  {{{"cfg", io::TorchDict{{{"model", io::TorchDict{{{"trunk", settings}}}}}}}, {"model", own}}});
}

TEST_F(EsmfoldFiles, FairEsmsFormIsTheSameModel) {
  write_fair_esm(folder_.path());
  EXPECT_TRUE(is_esmfold_at(folder_.path()));
  EXPECT_TRUE(is_esmfold_at(folder_ / "esmfold_tiny.pt"));
  EXPECT_FALSE(is_esmfold_at(folder_ / "esm2_tiny.pt"));
  const EsmfoldInput input = esmfold_sequence("ILSRGTEMV").input;
  const EsmfoldOutput expected = esmfold_tiny().fold(input);
  for (const fs::path& path : {folder_.path(), fs::path(folder_ / "esmfold_tiny.pt")}) {
    const LoadedEsmfold loaded = load_esmfold(path);
    EXPECT_TRUE(std::ranges::equal(loaded.model->fold(input).z.values<float>(), expected.z.values<float>()));
  }
  fs::remove(folder_ / "esm2_tiny.pt");
  const Error error = error_of([&] { load_esmfold(folder_.path()); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.what(), HasSubstr("esm2_t36_3B_UR50D.pt"));
}

TEST_F(EsmfoldFiles, ADamagedFileIsTold) {
  changed([](io::ArrayMap&) {});
  fs::resize_file(folder_ / "model.safetensors", 100'000);
  EXPECT_EQ(error_of([&] { load_esmfold(folder_.path()); }).kind(), ErrorKind::bad_model);
}

TEST_F(EsmfoldFiles, OtherModelsAreRefusedByName) {
  EXPECT_EQ(error_of([] { find_esmfold(testing::data("esm2-tiny").string()); }).kind(), ErrorKind::unsupported);
  EXPECT_EQ(error_of([] { find_esmfold("no-such-model"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(find_esmfold(esmfold_folder().string()).path, esmfold_folder());
}

TEST(EsmfoldSequences, ChainsAreJoinedByGlycines) {
  const EsmfoldSequence joined = esmfold_sequence("AC:dB", {.linker = 3, .offset = 100});
  EXPECT_EQ(joined.letters, "ACGGGDX");
  EXPECT_EQ(joined.chain, (std::vector<std::int32_t>{0, 0, -1, -1, -1, 1, 1}));
  EXPECT_EQ(joined.input.residue_index, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 105, 106}));
  EXPECT_EQ(joined.chains, 2);
  EXPECT_EQ(joined.residues(), 4);
  EXPECT_EQ(joined.unknown, 1);
  EXPECT_EQ(joined.lower_case, 1);
  EXPECT_EQ(esmfold_sequence("ACD*").letters, "ACD");
}

TEST(EsmfoldSequences, WhatIsNoSequenceIsTold) {
  EXPECT_THAT(error_of([] { esmfold_sequence("AC::D"); }).what(), HasSubstr("chain 2 has no residues"));
  EXPECT_THAT(error_of([] { esmfold_sequence("AC:D1"); }).what(), HasSubstr("'1' at position 5"));
  EXPECT_THAT(error_of([] { esmfold_sequence(""); }).what(), HasSubstr("no residues"));
}

TEST(EsmfoldStructures, AreChainsWithTheirConfidence) {
  const EsmfoldSequence sequence = esmfold_sequence("MKWX:GAVL");
  const EsmfoldOutput out = esmfold_tiny().fold(sequence.input);
  const std::string pdb = sequence_pdb(sequence, out.structure(), "ESMFold v1");
  const io::AtomStructure read = io::parse_atoms(pdb, "x.pdb");
  ASSERT_EQ(read.chains.size(), 2U);
  EXPECT_EQ(read.chains[0].residues.size(), 3U);  // an unknown residue has no atoms
  EXPECT_EQ(read.chains[1].residues.size(), 4U);
  const io::AtomResidue& valine = read.chains[1].residues[2];
  EXPECT_EQ(valine.letter, 'V');
  const std::size_t row = 4 + 25 + 2;
  EXPECT_NEAR(valine.b_factor, 100 * out.plddt.values<float>()[row * 37 + 1], 0.006);
  EXPECT_NEAR(valine.atoms[1][0], out.rounds.back().atoms.values<float>()[(row * 14 + 1) * 3], 0.0006);
  EXPECT_THAT(pdb, HasSubstr("PLDDT"));
  EXPECT_EQ(io::parse_atoms(sequence_mmcif(sequence, out.structure(), "ESMFold v1", "x"), "x.cif").chains.size(), 2U);
  EXPECT_EQ(pairs_without_linkers(sequence, out.pae).size(), 64U);
  const double mean = mean_plddt(sequence, out.structure());
  EXPECT_GT(mean, 0);
  EXPECT_LT(mean, 100);
}

}  // namespace
}  // namespace groel::structure_models
