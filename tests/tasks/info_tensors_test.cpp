// groel info --tensors: files tensor by tensor, in every format and of no known family.
#include <gtest/gtest.h>

#include "base/error.h"
#include "io/npz.h"
#include "io/torch_writer.h"
#include "support/gguf.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

json listing(const std::string& path, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"info", path, "--tensors", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = groel(arguments);
  EXPECT_EQ(outcome.exit, 0) << outcome;
  return json::parse(outcome.out);
}

json row(const json& list, const std::string& name) {
  for (const json& one : list["tensors"])
    if (one["name"] == name) return one;
  ADD_FAILURE() << "no " << name;
  return {};
}

// What the file has at the place that the list gives.
std::vector<float> floats_at(const fs::path& file, const json& one) {
  const std::string bytes = read_file(file).substr(one["offset"].get<std::size_t>(), one["bytes"].get<std::size_t>());
  std::vector<float> out(bytes.size() / sizeof(float));
  std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

const std::vector<float> kNumbers{-1.5F, 2, NAN, 4};

std::map<std::string, std::string> files_of(const TemporaryFolder& work) {
  const io::ArrayView view{DType::f32, {2, 2}, std::as_bytes(std::span(kNumbers))};
  io::write_safetensors(work / "a.safetensors", {{"x.w", view}}, {{"by", "me"}});
  io::TorchDict inner, root;
  inner.items = {{std::string("w"), view}};
  root.items = {{std::string("x"), inner}, {std::string("steps"), json(3)}};
  io::write_torch(work / "a.pt", root);
  const std::string bytes(reinterpret_cast<const char*>(kNumbers.data()), 16);
  write_file(work / "a.gguf", gguf_file({gguf_text("general.architecture", "none of ours")},
                                        {{"x.w", {2, 2}, 0, bytes}, {"q", {256}, 12, std::string(144, 'x')}}));
  io::NpzWriter npz(work / "a.npz");
  npz.add("x.w", DType::f32, {2, 2}, std::as_bytes(std::span(kNumbers)));
  npz.add("names", std::vector<std::string>{"a", "b"});
  npz.finish();
  return {{"safetensors", "a.safetensors"}, {"PyTorch", "a.pt"}, {"GGUF", "a.gguf"}, {"NPZ", "a.npz"}};
}

TEST(InfoTensors, EveryFormatWithPlacesAndFigures) {
  const TemporaryFolder work;
  for (const auto& [format, file] : files_of(work)) {
    SCOPED_TRACE(format);
    const json list = listing(work / file, {"--statistics"});
    EXPECT_EQ(list["format"], format);
    const json one = row(list, "x.w");
    EXPECT_EQ(one["shape"], (json{2, 2}));
    EXPECT_EQ(one["dtype"], "f32");
    EXPECT_EQ(one["bytes"], 16);
    EXPECT_EQ(one["file"], file);
    EXPECT_EQ(one["min"], -1.5);
    EXPECT_EQ(one["max"], 4);
    EXPECT_EQ(one["mean"], 1.5);
    EXPECT_EQ(one["nan"], 1);
    const std::vector<float> there = floats_at(work / file, one);
    EXPECT_EQ(std::memcmp(there.data(), kNumbers.data(), 16), 0);
    EXPECT_FALSE(row(listing(work / file), "x.w").contains("min")) << "reading it all was not asked for";
  }
  EXPECT_EQ(listing(work / "a.safetensors")["metadata"]["by"], "me");
  EXPECT_EQ(listing(work / "a.gguf")["metadata"]["general.architecture"], "none of ours");
  EXPECT_EQ(row(listing(work / "a.gguf"), "q")["dtype"], "Q4_K");
  EXPECT_EQ(row(listing(work / "a.npz"), "names")["dtype"], "text");
}

TEST(InfoTensors, FoldersShardsAndOlderFiles) {
  const json sharded = listing(data("esm2-tiny-sharded").string());
  std::set<std::string> files;
  for (const json& one : sharded["tensors"]) files.insert(one["file"]);
  EXPECT_EQ(files, (std::set<std::string>{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}));
  EXPECT_EQ(sharded["tensors"].size(), io::read_safetensors(kEsm2 + "/model.safetensors").arrays.size());
  for (const char* const file : {"esm2-tiny/esm2_tiny.pt", "esm2-tiny-legacy/esm2_tiny.pt"}) {
    const json list = listing(data(file).string());
    EXPECT_EQ(row(list, "model.encoder.sentence_encoder.layers.0.fc1.bias")["shape"], json{256}) << file;
  }
}

TEST(InfoTensors, ATableForPeople) {
  const Outcome shown = groel({"info", kEsm2, "--tensors"});
  ASSERT_EQ(shown.exit, 0) << shown;
  EXPECT_NE(shown.out.find("lm_head.bias"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("[33, 64]"), std::string::npos);
  EXPECT_NE(shown.out.find("tensors, "), std::string::npos);
  const Outcome figures = groel({"info", kEsm2, "--tensors", "--statistics"});
  EXPECT_NE(figures.out.find("least, greatest, mean, NaNs"), std::string::npos) << figures.out;
}

TEST(InfoTensors, WhatIsNoFileOfTensors) {
  const TemporaryFolder work;
  write_file(work / "page.safetensors", "<html>");
  const Outcome page = groel({"info", work / "page.safetensors", "--tensors"});
  EXPECT_EQ(page.exit, exit_code(ErrorKind::bad_model)) << page;
  EXPECT_TRUE(page.says("web page")) << page;
  const Outcome alone = groel({"info", kEsm2, "--statistics"});
  EXPECT_EQ(alone.exit, exit_code(ErrorKind::usage)) << alone;
  EXPECT_TRUE(alone.says("add --tensors")) << alone;
}

}  // namespace
}  // namespace groel::testing
