// groel convert: writes a checkpoint in another precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "io/arrays.h"
#include "support/golden.h"
#include "tasks/jsonl.h"
#include "tensor/tensor.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

TEST(Convert, HalvesTheFileAndKeepsTheFrequencies) {
  const TemporaryFolder work;
  const Outcome done = groel({"convert", "-m", kEsm2, "--to", "bf16", "--output", work / "half", "--json"});
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

// The numbers that a product of int8 would make of the weights, so that its results are the same bits.
TEST(Convert, WritesWholeNumbersThatGiveTheSameBits) {
  const TemporaryFolder work;
  const Outcome done = groel({"convert", "-m", "groel-5m", "--to", "int8", "--output", work / "whole", "--json"});
  ASSERT_EQ(done.exit, 0) << done;
  std::size_t whole = 0, values = 0;
  const auto written = io::read_safetensors(work / "whole/model.safetensors").arrays;
  for (const auto& [name, array] : written) {
    if (array.dtype != DType::i8) continue;
    whole += array.bytes.size();
    ASSERT_TRUE(written.contains(name + "_scale")) << name;
    EXPECT_EQ(written.at(name + "_scale").shape, (std::vector<std::int64_t>{array.shape[0]})) << name;
  }
  for (const auto& [name, array] : written)
    if (array.dtype == DType::bf16) values += array.bytes.size();
  EXPECT_GT(whole, 20 * values) << "layers' matrices are nearly all of a model";
  const auto rows_of = [&](const std::string& model, const char* dtype) {
    const Outcome out =
        groel({"embed", "MKTAYIAKQRQISFVKSHFSRQ", "-m", model, "--dtype", dtype, "-o", "-", "--format", "jsonl"});
    EXPECT_EQ(out.exit, 0) << out;
    return out.out;
  };
  EXPECT_EQ(rows_of(work / "whole", "int8"), rows_of("groel-5m", "int8"));
  EXPECT_NE(rows_of(work / "whole", "f32"), rows_of("groel-5m", "f32"));
}

// Back in f32 it is what the whole numbers mean, and trains like any other.
TEST(Convert, WholeNumbersAreTakenWherePlainOnesAre) {
  const TemporaryFolder work;
  ASSERT_EQ(groel({"convert", "-m", kEsm2, "--to", "int8", "--output", work / "whole"}).exit, 0);
  ASSERT_EQ(groel({"convert", "-m", work / "whole", "--to", "f32", "--output", work / "back"}).exit, 0);
  EXPECT_EQ(json::parse(read_file(work / "back/config.json")).count("quantization_config"), 0U);
  for (const auto& [name, array] : io::read_safetensors(work / "back/model.safetensors").arrays) {
    EXPECT_EQ(array.dtype, DType::f32) << name;
    EXPECT_FALSE(name.ends_with("_scale")) << name;
  }
  const std::string protein = write_file(work / "one.fasta", ">one\nMKTAYIAKQRQISFVKSHFSRQ\n");
  const auto vector_of = [&](const std::string& model) {
    return values(embed_lines({protein, "-m", model, "-i", "per-residue"}).at(0), "per_residue");
  };
  EXPECT_LT(relative_l2(vector_of(work / "back"), vector_of(work / "whole")), 1e-5);
  const std::string input = write_file(work / "in.fasta", ">a\nMKTAYIAKQRQISFVK\n>b\nMKTAYIAKQRQISFVKA\n");
  const Outcome trained =
      groel({"train", "mlm", "--data", input, "--from", work / "whole", "-o", work / "trained", "--steps", "2"});
  ASSERT_EQ(trained.exit, 0) << trained;
  for (const auto& [name, array] : io::read_safetensors(work / "trained/model.safetensors").arrays)
    EXPECT_NE(array.dtype, DType::i8) << name;
  EXPECT_EQ(json::parse(read_file(work / "trained/config.json")).count("quantization_config"), 0U);
}

// GPT-2's matrices lie the other way in a file, the square ones among them.
TEST(Convert, WholeNumbersOfTransposedMatricesComeBack) {
  const TemporaryFolder work;
  ASSERT_EQ(groel({"convert", "-m", "groel-writer", "--to", "int8", "--output", work / "whole"}).exit, 0);
  ASSERT_EQ(groel({"convert", "-m", work / "whole", "--to", "f32", "--output", work / "back"}).exit, 0);
  const auto before =
      io::read_safetensors(std::string(GROEL_SOURCE_DIR) + "/models/groel-writer/model.safetensors").arrays;
  for (const auto& [name, array] : io::read_safetensors(work / "back/model.safetensors").arrays) {
    const auto was =
        Tensor::copy_of(before.at(name).shape, before.at(name).dtype, before.at(name).bytes).to(DType::f32);
    const auto is = Tensor::copy_of(array.shape, array.dtype, array.bytes);
    EXPECT_LT(relative_l2(is.values<float>(), was.values<float>()), 2e-2) << name;
  }
}

TEST(Convert, WholeNumbersWithoutTheirScalesAreRefused) {
  const TemporaryFolder work;
  ASSERT_EQ(groel({"convert", "-m", kEsm2, "--to", "int8", "--output", work / "whole"}).exit, 0);
  const io::ArrayFile file = io::read_safetensors(work / "whole/model.safetensors");
  std::map<std::string, io::ArrayView> kept;
  for (const auto& [name, array] : file.arrays)
    if (!name.ends_with("query.weight_scale")) kept[name] = {array.dtype, array.shape, array.bytes};
  io::write_safetensors(work / "cut.safetensors", kept, {});
  fs::rename(work / "cut.safetensors", work / "whole/model.safetensors");
  const Outcome done = groel({"info", work / "whole"});
  EXPECT_NE(done.exit, 0);
  EXPECT_NE(done.err.find("query.weight_scale"), std::string::npos) << done;
}

TEST(Convert, ALongProteinStaysWhatItIs) {
  const TemporaryFolder work;
  for (const char* to : {"f32", "bf16", "f16"})
    ASSERT_EQ(groel({"convert", "-m", kEsm2, "--to", to, "--output", work / to}).exit, 0) << to;
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
  const Outcome refused = groel({"convert", "-m", kEsm2, "--output", work / "mine", "--overwrite"});
  EXPECT_EQ(refused.exit, exit_code(ErrorKind::usage)) << refused;
  EXPECT_TRUE(refused.says("is no model")) << refused;
  EXPECT_EQ(read_file(work / "mine/thesis.txt"), "years");
  EXPECT_EQ(groel({"convert", "-m", kEsm2, "--output", work / "model"}).exit, 0);
  const Outcome there = groel({"convert", "-m", kEsm2, "--output", work / "model"});
  EXPECT_TRUE(there.says("--overwrite")) << there;
  EXPECT_EQ(groel({"convert", "-m", kEsm2, "--output", work / "model", "--overwrite"}).exit, 0);
}

// What is in a folder beside a model.
void add_notes(const fs::path& model) {
  fs::create_directories(model / ".git/objects");
  write_file(model / ".git/HEAD", "ref: refs/heads/main");
  write_file(model / "notes.md", "years");
  fs::create_directory(model / "checkpoint-5");
  fs::create_symlink("notes.md", model / "link");
}
void expect_notes(const fs::path& model) {
  EXPECT_EQ(read_file(model / ".git/HEAD"), "ref: refs/heads/main");
  EXPECT_TRUE(fs::is_directory(model / ".git/objects") && fs::is_directory(model / "checkpoint-5"));
  EXPECT_EQ(read_file(model / "notes.md"), "years");
  EXPECT_TRUE(fs::is_symlink(model / "link"));
}

// The data type of the weights, which config.json must agree with: a mixture of two models is found out.
DType type_of(const fs::path& model) {
  const io::ArrayFile file = io::read_safetensors(model / "model.safetensors");
  const DType type = file.arrays.at("esm.embeddings.word_embeddings.weight").dtype;
  const json config = json::parse(read_file(model / "config.json"));
  EXPECT_EQ(config["torch_dtype"], type == DType::bf16 ? "bfloat16" : "float32");
  for (const char* file_name : {"vocab.txt", "tokenizer_config.json", "special_tokens_map.json"})
    EXPECT_TRUE(fs::exists(model / file_name)) << file_name;
  return type;
}

TEST(Convert, ReplacesTheModelAndKeepsTheRest) {
  const TemporaryFolder work;
  ASSERT_EQ(groel({"convert", "-m", kEsm2, "--output", work / "model"}).exit, 0);
  add_notes(work / "model");
  for (const char* old : {"pytorch_model.bin", "model.safetensors.index.json", "adapter_config.json"})
    write_file(fs::path(work / "model") / old, "of the model before");
  const Outcome done = groel({"convert", "-m", kEsm2, "--to", "bf16", "--output", work / "model/", "--overwrite"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(type_of(work / "model"), DType::bf16);
  expect_notes(work / "model");
  EXPECT_FALSE(fs::exists(work / "model/pytorch_model.bin"));
  EXPECT_FALSE(fs::exists(work / "model/adapter_config.json")) << "the new model is no adapter";
  EXPECT_EQ(groel({"info", work / "model"}).exit, 0);
  EXPECT_EQ(work.names(), std::vector<std::string>{"model"});
}

TEST(Convert, KilledAtAnyMomentLeavesOneWholeModel) {
  const TemporaryFolder work;
  ASSERT_EQ(groel({"convert", "-m", kEsm2, "--output", work / "model"}).exit, 0);
  add_notes(work / "model");
  const std::vector<std::string> command =
      groel_command({"convert", "-m", kEsm2, "--to", "bf16", "--output", work / "model", "--overwrite"});
  const auto start = std::chrono::steady_clock::now();
  Process(command, {}).wait();
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  for (int round = 0; round < 30; ++round) {
    std::vector<std::string> next = command;
    *std::find(next.begin(), next.end(), "bf16") = round % 2 == 0 ? "f32" : "bf16";
    Process process(next, {});
    std::this_thread::sleep_for(whole * (50 + round * 2) / 100);
    process.kill(SIGKILL);
    process.wait();
    type_of(work / "model");
  }
  ASSERT_EQ(Process(command, {}).wait().exit, 0);
  EXPECT_EQ(type_of(work / "model"), DType::bf16);
  expect_notes(work / "model");
  EXPECT_EQ(work.names(), std::vector<std::string>{"model"});
}

TEST(Convert, OfTwoAtOnceOneIsTurnedAwayOrWaits) {
  const TemporaryFolder work;
  for (int round = 0; round < 10; ++round) {
    Process first(groel_command({"convert", "-m", kEsm2, "--to", "f32", "--output", work / "model", "--overwrite"}),
                  {});
    Process second(groel_command({"convert", "-m", kEsm2, "--to", "bf16", "--output", work / "model", "--overwrite"}),
                   {});
    const Outcome a = first.wait(), b = second.wait();
    EXPECT_TRUE(a.exit == 0 || b.exit == 0) << a << b;
    for (const Outcome& one : {a, b})
      EXPECT_TRUE(one.exit == 0 || (one.exit == 2 && one.says("another run is writing into the folder"))) << one;
    const DType type = type_of(work / "model");
    if (a.exit != 0) {
      EXPECT_EQ(type, DType::bf16);
    }
    if (b.exit != 0) {
      EXPECT_EQ(type, DType::f32);
    }
    EXPECT_EQ(work.names(), std::vector<std::string>{"model"});
  }
}

TEST(Convert, TakesUpWhatAKilledOneLeft) {
  const TemporaryFolder work;
  ASSERT_EQ(groel({"convert", "-m", kEsm2, "--output", work / "model"}).exit, 0);
  fs::create_directory(work / ".model.groel-writing");  // swapped, and killed before the rest was brought over
  add_notes(work / ".model.groel-writing");
  write_file(work / ".model.groel-writing/config.json", "{}");
  write_file(work / "model/.groel-unfinished", "");
  ASSERT_EQ(groel({"convert", "-m", kEsm2, "--to", "bf16", "--output", work / "model", "--overwrite"}).exit, 0);
  expect_notes(work / "model");
  EXPECT_EQ(type_of(work / "model"), DType::bf16);
  EXPECT_FALSE(fs::exists(work / "model/.groel-unfinished"));
  fs::create_directory(work / ".model.groel-writing");  // killed while it was written
  write_file(work / ".model.groel-writing/.groel-unfinished", "");
  write_file(work / ".model.groel-writing/notes.md", "of no use");
  ASSERT_EQ(groel({"convert", "-m", kEsm2, "--output", work / "model", "--overwrite"}).exit, 0);
  expect_notes(work / "model");
  EXPECT_EQ(work.names(), std::vector<std::string>{"model"});
}

TEST(Convert, TakesAnEmptyFolderAndALinkToOne) {
  const TemporaryFolder work;
  fs::create_directory(work / "empty");
  fs::create_directory_symlink("empty", work / "link");
  const Outcome done = groel({"convert", "-m", kEsm2, "--output", work / "link"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_TRUE(fs::is_symlink(work / "link"));
  EXPECT_EQ(type_of(work / "empty"), DType::f32);
}

}  // namespace
}  // namespace groel::testing
