// The four forms of weights in a Hugging Face folder, and folders whose index and shards disagree.
#include "io/checkpoint_files.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/arrays_testing.h"

namespace groel::io {
namespace {

using namespace testing;  // NOLINT

void expect_same(const ArrayMap& a, const ArrayMap& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, array] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    EXPECT_TRUE(same(array, b.at(name))) << name;
  }
}

void take(const std::string& from, const std::filesystem::path& to) { std::filesystem::copy_file(data(from), to); }

TEST(CheckpointFiles, ShardsMakeTheWhole) {
  const ArrayFile whole = read_checkpoint_arrays(data("esm2-tiny"));
  const ArrayFile shards = read_checkpoint_arrays(data("esm2-tiny-sharded"));
  expect_same(whole.arrays, shards.arrays);
  EXPECT_EQ(whole.metadata["format"], "pt");
  EXPECT_EQ(shards.metadata["total_size"], 888856);
}

TEST(CheckpointFiles, PytorchModelBinHoldsTheSameAndTheTiedWeight) {
  const TemporaryFolder folder;
  take("esm2-tiny/pytorch_model.bin", folder / "pytorch_model.bin");
  ArrayFile file = read_checkpoint_arrays(folder.path());
  EXPECT_EQ(file.arrays.at("lm_head.decoder.weight").bytes.data(),
            file.arrays.at("esm.embeddings.word_embeddings.weight").bytes.data());
  file.arrays.erase("lm_head.decoder.weight");
  expect_same(read_safetensors(data("esm2-tiny/model.safetensors")).arrays, file.arrays);
}

TEST(CheckpointFiles, ShardedPytorchFiles) {
  const TemporaryFolder folder;
  take("esm2-tiny/pytorch_model.bin", folder / "pytorch_model-00001-of-00001.bin");
  nlohmann::json index;
  for (const auto& [name, array] : read_safetensors(data("esm2-tiny/model.safetensors")).arrays)
    index["weight_map"][name] = "pytorch_model-00001-of-00001.bin";
  spill(folder / "pytorch_model.bin.index.json", index.dump());
  expect_error(ErrorKind::bad_model, {"pytorch_model-00001-of-00001.bin", "not in the index lm_head.decoder.weight"},
               [&] { read_checkpoint_arrays(folder.path()); });
  index["weight_map"]["lm_head.decoder.weight"] = "pytorch_model-00001-of-00001.bin";
  spill(folder / "pytorch_model.bin.index.json", index.dump());
  EXPECT_EQ(read_checkpoint_arrays(folder.path()).arrays.size(), 63U);
}

TEST(CheckpointFiles, SaysWhatItLookedFor) {
  const TemporaryFolder folder;
  expect_error(ErrorKind::not_found,
               {folder.path().string(),
                "model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json"},
               [&] { read_checkpoint_arrays(folder.path()); });
  expect_error(ErrorKind::not_found, {"no such folder", "absent"}, [&] { read_checkpoint_arrays(folder / "absent"); });
}

TEST(CheckpointFiles, NamesTheMissingShard) {
  const TemporaryFolder folder;
  take("esm2-tiny-sharded/model.safetensors.index.json", folder / "model.safetensors.index.json");
  take("esm2-tiny-sharded/model-00001-of-00002.safetensors", folder / "model-00001-of-00002.safetensors");
  expect_error(ErrorKind::not_found, {"shard model-00002-of-00002.safetensors is missing", "2 files"},
               [&] { read_checkpoint_arrays(folder.path()); });
}

TEST(CheckpointFiles, IndexAndShardsMustAgree) {
  const TemporaryFolder folder;
  for (const char* shard : {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"})
    take(std::string("esm2-tiny-sharded/") + shard, folder / shard);
  const auto index = nlohmann::json::parse(slurp(data("esm2-tiny-sharded/model.safetensors.index.json")));
  const auto expect = [&](const nlohmann::json& changed, const std::vector<std::string>& texts) {
    spill(folder / "model.safetensors.index.json", changed.dump());
    expect_error(ErrorKind::bad_model, texts, [&] { read_checkpoint_arrays(folder.path()); });
  };
  nlohmann::json missing = index;
  missing["weight_map"]["ghost"] = "model-00002-of-00002.safetensors";
  expect(missing, {"model-00002-of-00002.safetensors", "missing ghost"});
  nlohmann::json extra = index;
  extra["weight_map"].erase("lm_head.bias");
  expect(extra, {"not in the index lm_head.bias"});
  nlohmann::json moved = index;
  moved["weight_map"]["lm_head.bias"] = "model-00001-of-00002.safetensors";
  expect(moved, {"model-00001-of-00002.safetensors", "missing lm_head.bias"});
  for (const char* outside : {"../secret.safetensors", "/etc/passwd", "a/b.safetensors", "", ".."}) {
    nlohmann::json escape = index;
    escape["weight_map"]["lm_head.bias"] = outside;
    expect(escape, {"lm_head.bias is given no file of the folder"});
  }
  expect(nlohmann::json::array(), {"no weight_map"});
  spill(folder / "model.safetensors.index.json", "{");
  expect_error(ErrorKind::bad_model, {"not valid JSON"}, [&] { read_checkpoint_arrays(folder.path()); });
}

TEST(CheckpointFiles, AStateDictInsideAnotherObjectIsTakenOutAndSaid) {
  const TemporaryFolder folder;
  take("esm2-tiny/esm2_tiny.pt", folder / "pytorch_model.bin");
  const ArrayFile read = read_checkpoint_arrays(folder.path());
  EXPECT_EQ(read.metadata.at("inside"), "model");
  EXPECT_TRUE(read.arrays.contains("encoder.sentence_encoder.embed_tokens.weight"));
}

}  // namespace
}  // namespace groel::io
