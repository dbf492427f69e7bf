// groel convert: what a layout cannot hold, and names that do not go with it, are errors that say what to do.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text_file.h"
#include "tasks/headless.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

void expect_refused(const std::vector<std::string>& arguments, ErrorKind kind, const std::vector<std::string>& says) {
  std::vector<std::string> all{"convert"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const Outcome outcome = groel(all);
  EXPECT_EQ(outcome.exit, exit_code(kind)) << outcome;
  for (const std::string& text : says) EXPECT_TRUE(outcome.says(text)) << text << outcome;
}

// esm2-tiny with another configuration.
std::string with_config(const TemporaryFolder& work, const json& changes) {
  const std::string folder = work / "changed";
  fs::remove_all(folder);
  fs::copy(kEsm2, folder);
  json config = read_json(folder + "/config.json");
  config.merge_patch(changes);
  write_file(folder + "/config.json", config.dump());
  return folder;
}

TEST(ConvertRefuses, WhatAFileOfTheModelsOwnCodeCannotHold) {
  const TemporaryFolder work;
  const std::string out = work / "esm2_x.pt";
  const std::string remedy = "--layout hugging-face";
  const std::string why = "a file of the model's own code cannot hold it";
  expect_refused({"-m", data("esm2-cls-tiny").string(), "-o", out}, ErrorKind::unsupported, {why, remedy});
  expect_refused({"-m", with_config(work, {{"layer_norm_eps", 1e-6}}), "-o", out}, ErrorKind::unsupported,
                 {why, "layer_norm_eps", remedy});
  EXPECT_FALSE(fs::exists(out));
}

TEST(ConvertRefuses, ATableThatIsNotTied) {
  const TemporaryFolder work;
  const std::string folder = with_config(work, {{"tie_word_embeddings", false}});
  const io::ArrayFile whole = io::read_safetensors(folder + "/model.safetensors");
  const std::vector<float> other(33 * 64, 0.25F);
  std::map<std::string, io::ArrayView> arrays;
  for (const auto& [name, array] : whole.arrays) arrays[name] = {array.dtype, array.shape, array.bytes};
  arrays["lm_head.decoder.weight"] = {DType::f32, {33, 64}, std::as_bytes(std::span(other))};
  fs::remove(folder + "/model.safetensors");
  io::write_safetensors(folder + "/model.safetensors", arrays);
  expect_refused({"-m", folder, "-o", work / "esm2_x.pt"}, ErrorKind::unsupported,
                 {"its output table is not its embedding table", "--layout hugging-face"});
}

TEST(ConvertRefuses, NamesThatDoNotGoWithTheLayout) {
  const TemporaryFolder work;
  for (const char* const name : {"x.safetensors", "x.bin", "x.gguf"})
    expect_refused({"-m", kEsm2, "-o", work / name}, ErrorKind::usage, {"this layout is a folder", "name a folder"});
  expect_refused({"-m", kEsm2, "--layout", "hugging-face", "-o", work / "x.pt"}, ErrorKind::usage, {"name a folder"});
  expect_refused({"-m", kEsm2, "-o", work / "x.pth"}, ErrorKind::usage, {"end in .pt"});
  expect_refused({"-m", data("esmc-tiny").string(), "-o", work / "x.pt"}, ErrorKind::usage, {"end in .pth"});
  expect_refused({"-m", kEsm2, "--layout", "native", "-o", work / "x"}, ErrorKind::usage, {"end in .pt"});
  expect_refused({"-m", kEsm2, "-o", work / "x.pt", "--shard-size", "1M"}, ErrorKind::usage,
                 {"--shard-size", "one file"});
  expect_refused({"-m", kEsm2, "-o", work / "x", "--shard-size", "0"}, ErrorKind::usage, {"--shard-size"});
  expect_refused({"-m", kEsm2, "-o", work / "missing/esm2.pt"}, ErrorKind::not_found, {"missing"});
  EXPECT_TRUE(work.names().empty());
}

TEST(ConvertRefuses, WholeNumbersInLayoutsThatHaveNone) {
  const TemporaryFolder work;
  for (const char* layout : {"native", "hugging-face-bin"}) {
    const Outcome done = groel({"convert", "-m", kEsm2, "--to", "int8", "--layout", layout, "--output", work / "x"});
    EXPECT_EQ(done.exit, 2) << done;
    EXPECT_NE(done.err.find("safetensors"), std::string::npos) << done;
  }
}

TEST(ConvertRefuses, ToReplaceUnasked) {
  const TemporaryFolder work;
  const std::string out = work / "esm2_x.pt", regression = work / "esm2_x-contact-regression.pt";
  ASSERT_EQ(groel({"convert", "-m", kEsm2, "-o", out}).exit, 0);
  const std::string before = read_file(out);
  expect_refused({"-m", kEsm2, "--to", "bf16", "-o", out}, ErrorKind::usage, {"exists already", "--overwrite"});
  EXPECT_EQ(read_file(out), before);
  fs::remove(out);
  expect_refused({"-m", kEsm2, "-o", out}, ErrorKind::usage, {regression, "exists already"});
  // A model without a contact head leaves none of another's beside it.
  const Outcome replaced = groel({"convert", "-m", headless(work), "-o", out, "--overwrite"});
  EXPECT_EQ(replaced.exit, 0) << replaced;
  EXPECT_FALSE(fs::exists(regression));
  EXPECT_TRUE(replaced.says("removed, as the new model has no contact head")) << replaced;
  EXPECT_TRUE(replaced.says("fair-esm's own loader wants one")) << replaced;
}

TEST(ConvertRefuses, AnotherConfigurationInTheWay) {
  const TemporaryFolder work;
  write_file(work / "config.json", "{\"model_type\": \"bert\"}");
  const std::string esmc = data("esmc-tiny").string(), out = work / "c.pth";
  expect_refused({"-m", esmc, "-o", out}, ErrorKind::usage, {"config.json", "another one is there", "--overwrite"});
  EXPECT_EQ(work.names(), std::vector<std::string>{"config.json"});
  ASSERT_EQ(groel({"convert", "-m", esmc, "-o", out, "--overwrite"}).exit, 0);
  EXPECT_EQ(groel({"info", out}).exit, 0);
  EXPECT_EQ(groel({"convert", "-m", esmc, "-o", work / "d.pth"}).exit, 0) << "the same configuration is not in the way";
}

TEST(ConvertRefuses, NothingButSaysWhatFairEsmMakesOfAName) {
  const TemporaryFolder work;
  const Outcome two = groel({"convert", "-m", kEsm2, "-o", work / "mine.pt"});
  EXPECT_TRUE(two.says("it must begin with 'esm2'")) << two;
  const Outcome one = groel({"convert", "-m", data("esm1b-tiny").string(), "-o", work / "esm2_no.pt"});
  EXPECT_TRUE(one.says("it must not begin with 'esm2'")) << one;
  const Outcome silent = groel({"convert", "-m", kEsm2, "-o", work / "esm2_mine.pt"});
  EXPECT_FALSE(silent.says("loader")) << silent;
}

TEST(ConvertShards, AreAsTransformersDividesThem) {
  const TemporaryFolder work;
  for (const char* const layout : {"hugging-face", "hugging-face-bin"}) {
    const std::string out = work / layout;
    const Outcome done =
        groel({"convert", "-m", kEsm2, "--layout", layout, "--shard-size", "100K", "-o", out, "--json"});
    ASSERT_EQ(done.exit, 0) << done;
    const json report = json::parse(done.out);
    const bool safe = std::string(layout) == "hugging-face";
    const json index = read_json(out + (safe ? "/model.safetensors.index.json" : "/pytorch_model.bin.index.json"));
    EXPECT_EQ(index["weight_map"].size(), report["tensors"]);
    std::size_t total = 0;
    std::set<std::string> files;
    for (const json& file : index["weight_map"]) files.insert(file);
    EXPECT_EQ(files.size(), report["files"].size());
    EXPECT_GT(files.size(), 3U);
    EXPECT_TRUE(files.contains(fmt::format("{}-00001-of-{:05}{}", safe ? "model" : "pytorch_model", files.size(),
                                           safe ? ".safetensors" : ".bin")));
    for (const auto& [name, array] : io::read_safetensors(kEsm2 + "/model.safetensors").arrays)
      total += array.bytes.size();
    EXPECT_EQ(index["metadata"]["total_size"], total);
  }
}

}  // namespace
}  // namespace groel::testing
