// Files of MiniFold: the published and the plain form, what does not fit, and what is no MiniFold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/torch_writer.h"
#include "structure_models/esmfold/checkpoint.h"
#include "structure_models/sequence_network.h"
#include "structure_models/structure_network.h"
#include "support/errors.h"
#include "support/minifold_tiny.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using ::testing::HasSubstr;
using testing::minifold_arrays;
using testing::minifold_folder;
using testing::minifold_tiny;

class MinifoldFiles : public ::testing::Test {
 protected:
  void copy(const char* name) const { fs::copy_file(minifold_folder() / name, folder_ / name); }
  // A folder of the plain form.
  fs::path changed(const std::function<void(models::RawCheckpoint&)>& change) const {
    models::RawCheckpoint raw = minifold_arrays();
    change(raw);
    testing::write_minifold_folder(folder_ / "plain", raw);
    return folder_ / "plain";
  }
  testing::TemporaryFolder folder_;
};

bool folds_alike(const Minifold& model) {
  const std::vector<std::int32_t> types{10, 11, 20, 0, 7, 8};
  return std::ranges::equal(model.fold(types).structure.atoms.values<float>(),
                            minifold_tiny().fold(types).structure.atoms.values<float>());
}

TEST_F(MinifoldFiles, AFileAFolderAndThePlainFormAreTheSameModel) {
  for (const fs::path& path :
       {minifold_folder(), minifold_folder() / "minifold_tiny.ckpt", changed([](models::RawCheckpoint&) {})}) {
    EXPECT_TRUE(is_minifold_at(path)) << path;
    EXPECT_TRUE(is_sequence_network_at(path)) << path;
    EXPECT_FALSE(is_esmfold_at(path)) << path;
    EXPECT_FALSE(is_structure_network_at(path)) << path;
    EXPECT_TRUE(folds_alike(*load_minifold(path).model)) << path;
  }
  EXPECT_FALSE(is_minifold_at(minifold_folder() / "esm2_t2_tiny.pt"));
  EXPECT_FALSE(is_minifold_at(testing::data("esmfold-tiny")));
  EXPECT_FALSE(is_minifold_at(testing::data("openfold3-tiny")));
  EXPECT_FALSE(is_minifold_at("no-such-file.ckpt"));
}

TEST_F(MinifoldFiles, WhatWasReadIsSaid) {
  const LoadedMinifold loaded = load_minifold(minifold_folder());
  EXPECT_THAT(loaded.layout, HasSubstr("checkpoint of Lightning, with 19 tensors of its language model trained along"));
  EXPECT_THAT(loaded.layout, HasSubstr("esm2_t2_tiny.pt"));
  EXPECT_EQ(loaded.ignored, (std::vector<std::string>{"boundaries", "mid_points"}));
  const MinifoldShape& shape = loaded.model->shape();
  EXPECT_EQ(shape.blocks, 2);
  EXPECT_EQ(shape.structure_blocks, 2);
  EXPECT_EQ(shape.heads, 3);
  EXPECT_EQ(shape.distance_bins, 7);
  EXPECT_EQ(shape.position_bins, 4);
  EXPECT_EQ(shape.confidence_bins, 50);
}

TEST_F(MinifoldFiles, OneErrorListsAllThatDoesNotFit) {
  const fs::path folder = changed([](models::RawCheckpoint& raw) {
    io::ArrayMap& arrays = raw.arrays;
    arrays["fold.miniformer.blocks.1.triangular.xx_w"] = arrays.at("fold.miniformer.blocks.1.triangular.po_w");
    arrays.erase("fold.miniformer.blocks.1.triangular.po_w");
    arrays.erase("esm.encoder.layer.1.output.dense.bias");
    arrays["fold.fc_out.0.weight"].shape = {8, 32};
    arrays.erase("structure_module.bb_update.weight");
  });
  const Error error = error_of([&] { load_minifold(folder); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_model);
  const std::string said = error.what();
  for (const char* part :
       {"missing (3)", "blocks.1.triangles.out.weight", "esm.encoder.layer.1.output.dense.bias",
        "structure_module.bb_update.weight", "unexpected (1)", "xx_w", "mis-shaped (1)", "fold.fc_out.0.weight"})
    EXPECT_THAT(said, HasSubstr(part));
}

TEST_F(MinifoldFiles, SettingsThatAreMissingOrOddAreNamed) {
  const fs::path folder = changed([](models::RawCheckpoint&) {});
  const nlohmann::json good = minifold_arrays().config;
  const auto said = [&](const char* place, const nlohmann::json& value) {
    nlohmann::json config = good;
    config[nlohmann::json::json_pointer(place)] = value;
    testing::write_file(folder / "config.json", config.dump());
    return std::string(error_of([&] { load_minifold(folder); }).what());
  };
  EXPECT_THAT(said("/minifold_config/num_blocks", "two"), HasSubstr("minifold_config: 'num_blocks' is not an integer"));
  EXPECT_THAT(said("/minifold_config/pair_dim", 18), HasSubstr("4 quarters of the channels of pairs do not divide 18"));
  EXPECT_THAT(said("/minifold_config/num_structure_heads", 5), HasSubstr("do not divide 18"));
  EXPECT_THAT(said("/minifold_config/num_blocks", 3), HasSubstr("missing"));
  EXPECT_THAT(said("/hidden_size", nullptr), HasSubstr("'hidden_size' is missing"));
}

TEST_F(MinifoldFiles, ATruncatedFileIsTold) {
  copy("minifold_tiny.ckpt");
  copy("esm2_t2_tiny.pt");
  fs::resize_file(folder_ / "minifold_tiny.ckpt", 40'000);
  EXPECT_EQ(error_of([&] { load_minifold(folder_ / "minifold_tiny.ckpt"); }).kind(), ErrorKind::bad_model);
}

TEST_F(MinifoldFiles, TheLanguageModelIsLookedForByItsName) {
  copy("minifold_tiny.ckpt");
  const Error error = error_of([&] { load_minifold(folder_.path()); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.what(), HasSubstr("esm2_t2_tiny.pt is neither beside it"));
  EXPECT_THAT(error.what(), HasSubstr("groel pull facebook/esm2_t2_tiny"));
  fs::create_directory(folder_ / "esm2_t2_tiny");
  fs::copy(testing::data("esm2-tiny"), folder_ / "esm2_t2_tiny", fs::copy_options::recursive);
  // One of another size: all that does not fit is listed.
  const Error other = error_of([&] { load_minifold(folder_.path()); });
  EXPECT_EQ(other.kind(), ErrorKind::bad_model);
  EXPECT_THAT(other.what(), HasSubstr("fc_s.0.weight"));
}

TEST_F(MinifoldFiles, SeveralInAFolderAreTold) {
  copy("minifold_tiny.ckpt");
  fs::copy_file(minifold_folder() / "minifold_tiny.ckpt", folder_ / "other.ckpt");
  EXPECT_THAT(error_of([&] { load_minifold(folder_.path()); }).what(), HasSubstr("2 files of MiniFold"));
}

TEST_F(MinifoldFiles, AFirstStageOfTrainingHasNoStructure) {
  models::RawCheckpoint raw = minifold_arrays();
  io::TorchDict state;
  for (const auto& [name, array] : raw.arrays)
    if (!name.starts_with("structure_module.") && !name.starts_with("esm."))
      state.items.push_back({"model." + name, io::ArrayView{array.dtype, array.shape, array.bytes}});
  io::write_torch(folder_ / "stage1.ckpt", {{{"state_dict", state}}});
  copy("esm2_t2_tiny.pt");
  const Error error = error_of([&] { load_minifold(folder_ / "stage1.ckpt"); });
  EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  EXPECT_THAT(error.what(), HasSubstr("without a structure module"));
}

TEST_F(MinifoldFiles, AStateDictAloneIsReadByItsShapes) {
  // Without what training was told, the language model that is the only one beside it is taken.
  const models::RawCheckpoint raw = minifold_arrays();
  std::map<std::string, io::ArrayView> state;
  for (const auto& [name, array] : raw.arrays)
    if (!name.starts_with("esm.")) state["model." + name] = {array.dtype, array.shape, array.bytes};
  io::write_safetensors(folder_ / "weights.safetensors", state);
  copy("esm2_t2_tiny.pt");
  const LoadedMinifold loaded = load_minifold(folder_ / "weights.safetensors");
  EXPECT_THAT(loaded.layout, HasSubstr("state dict, with 0 tensors"));
  EXPECT_EQ(loaded.model->shape().blocks, 2);
  EXPECT_EQ(loaded.model->shape().heads, 3);
}

TEST_F(MinifoldFiles, OtherNetworksAreToldWhatTheyAre) {
  EXPECT_EQ(error_of([] { load_sequence_network(testing::data("esm2-tiny")); }).kind(), ErrorKind::unsupported);
  const Error jobs = error_of([] { structure_network_facts(minifold_folder()); });
  EXPECT_EQ(jobs.kind(), ErrorKind::unsupported);
  EXPECT_THAT(jobs.what(), HasSubstr("this is MiniFold, which folds sequences"));
}

TEST(MinifoldNetwork, FoldsSingleChainsAlone) {
  const auto network = load_sequence_network(minifold_folder());
  EXPECT_EQ(network->facts().family, "minifold");
  EXPECT_EQ(network->tokens(100), 100);
  network->require(esmfold_sequence("MKT"));
  EXPECT_THAT(error_of([&] { network->require(esmfold_sequence("MKT:GAV")); }).what(),
              HasSubstr("2 chains: MiniFold folds single chains"));
}

}  // namespace
}  // namespace groel::structure_models
