// groel predict against the reference's logits, and runs of it that are stopped.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

#include "tasks/reading.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

std::string write_inputs(const TemporaryFolder& folder, const Golden& golden) {
  std::string text;
  for (const std::string& sequence : golden.sequences())
    text += fmt::format(">s{}\n{}\n", std::count(text.begin(), text.end(), '>'), sequence);
  return write_file(folder / "in.fasta", text);
}

std::vector<json> predicted(const std::vector<std::string>& arguments, int expected_exit = 0) {
  std::vector<std::string> all{"predict"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  all.insert(all.end(), {"-f", "jsonl"});
  const Outcome outcome = groel(all);
  EXPECT_EQ(outcome.exit, expected_exit) << outcome;
  std::vector<json> rows;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) rows.push_back(json::parse(line));
  return rows;
}

TEST(Predict, OneLabelIsTransformers) {
  const Golden golden("esm2-cls-tiny");
  const TemporaryFolder folder;
  const auto rows = predicted({write_inputs(folder, golden), "-m", golden.folder.string(), "--all-labels"});
  const auto logits = golden.values("logits");
  ASSERT_EQ(rows.size(), golden.sequences().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto p = softmax({double{logits[2 * i]}, double{logits[2 * i + 1]}});
    EXPECT_EQ(rows[i]["id"], fmt::format("s{}", i));
    EXPECT_EQ(rows[i]["sequence"], golden.sequences()[i]);
    EXPECT_NEAR(rows[i]["LABEL_0"].get<double>(), p[0], 6e-5);
    EXPECT_NEAR(rows[i]["LABEL_1"].get<double>(), p[1], 6e-5);
    EXPECT_EQ(rows[i]["pred_id"], p[1] > p[0] ? 1 : 0);
    EXPECT_EQ(rows[i]["pred_label"], p[1] > p[0] ? "LABEL_1" : "LABEL_0");
    EXPECT_NEAR(rows[i]["confidence"].get<double>(), std::max(p[0], p[1]), 6e-5);
  }
}

TEST(Predict, SeveralLabelsGoByTheirThresholds) {
  const Golden golden("esm2-multilabel-tiny");
  const TemporaryFolder folder;
  const std::string file = write_inputs(folder, golden);
  const auto logits = golden.values("logits");
  const std::size_t labels = logits.size() / golden.sequences().size();
  const auto rows = predicted({file, "-m", golden.folder.string(), "--all-labels", "--threshold", "0.45"});
  std::size_t apply = 0;
  // The last sequence has small letters, which Transformers takes for one unknown token.
  for (std::size_t i = 0; i + 1 < rows.size(); ++i)
    for (std::size_t c = 0; c < labels; ++c) {
      const double p = 1 / (1 + std::exp(-double{logits[i * labels + c]}));
      const std::string name = fmt::format("LABEL_{}", c);
      EXPECT_NEAR(rows[i][name].get<double>(), p, 6e-5);
      const bool named =
          (";" + rows[i]["pred_labels"].get<std::string>() + ";").find(";" + name + ";") != std::string::npos;
      EXPECT_EQ(named, p >= 0.45) << i << name;
      apply += named ? 1 : 0;
    }
  EXPECT_GT(apply, 0U);
  EXPECT_LT(apply, rows.size() * labels);
  const auto best = predicted({file, "-m", golden.folder.string(), "--top", "2"});
  ASSERT_EQ(best.size(), 2 * rows.size());
  EXPECT_EQ(best[1]["rank"], 2);
  EXPECT_GE(best[0]["probability"].get<double>(), best[1]["probability"].get<double>());
}

TEST(Predict, NumbersAreTransformers) {
  const Golden golden("esm2-regression-tiny");
  const TemporaryFolder folder;
  const auto rows = predicted({write_inputs(folder, golden), "-m", golden.folder.string()});
  const auto logits = golden.values("logits");
  ASSERT_EQ(rows.size(), logits.size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_NEAR(rows[i]["LABEL_0"].get<double>(), logits[i], 2e-6);
}

TEST(Predict, ResiduesAreLabelledAsTextAndAsRows) {
  const Golden golden("esm2-tokcls-tiny");
  const TemporaryFolder folder;
  const std::string file = write_inputs(folder, golden), model = golden.folder.string();
  const auto rows = predicted({file, "-m", model, "--residues", "rows", "--all-labels"});
  std::size_t row = 0;
  for (std::size_t i = 0; i < golden.ids().size(); ++i) {
    const auto logits = golden.values(fmt::format("logits.{}", i));  // of <cls> and <eos>, too
    const std::size_t residues = golden.ids()[i].size() - 2, classes = 3;
    for (std::size_t r = 0; r < residues; ++r, ++row) {
      std::vector<double> p;
      for (std::size_t c = 0; c < classes; ++c) p.push_back(double{logits[(r + 1) * classes + c]});
      p = softmax(p);
      ASSERT_LT(row, rows.size());
      EXPECT_EQ(rows[row]["position"], r + 1);
      for (std::size_t c = 0; c < classes; ++c)
        EXPECT_NEAR(rows[row][fmt::format("LABEL_{}", c)].get<double>(), p[c], 6e-5);
    }
  }
  EXPECT_EQ(row, rows.size());
  const auto texts = predicted({file, "-m", model});
  std::string joined;
  for (std::size_t i = 0; i < row; ++i)
    if (rows[i]["id"] == "s0") joined += (joined.empty() ? "" : " ") + rows[i]["pred_label"].get<std::string>();
  EXPECT_EQ(texts[0]["pred_labels"], joined);
}

TEST(Predict, ARecordFailsAlone) {
  const Golden golden("esm2-cls-tiny");
  const TemporaryFolder folder;
  const std::string file = write_file(folder / "in.fasta", ">a\nMKTAYIAK\n>bad\nMK1T\n>b\nGAV\n");
  const Outcome outcome = groel({"predict", file, "-m", golden.folder.string()});
  EXPECT_EQ(outcome.exit, 1) << outcome;
  std::istringstream lines(outcome.out);
  std::vector<std::string> text;
  for (std::string line; std::getline(lines, line);) text.push_back(line);
  ASSERT_EQ(text.size(), 4U) << outcome;
  EXPECT_EQ(text[0], "id,sequence,pred_id,pred_label,confidence,error");
  EXPECT_TRUE(text[1].starts_with("a,MKTAYIAK,")) << outcome;
  EXPECT_TRUE(text[2].starts_with("bad,,,,,")) << outcome;
  EXPECT_TRUE(text[3].starts_with("b,GAV,")) << outcome;
}

TEST(Predict, WhatHasNoHeadIsRefused) {
  const Outcome outcome = groel({"predict", "MKTAYIAKQR", "-m", kEsm2});
  EXPECT_NE(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("no head")) << outcome;
  EXPECT_EQ(outcome.out, "");
  const std::string model = data("esm2-cls-tiny").string();
  EXPECT_TRUE(groel({"predict", "MKTAYIAKQR", "-m", model, "--threshold", "0.3"}).says("no threshold"));
  EXPECT_TRUE(groel({"predict", "MKTAYIAKQR", "-m", model, "-o", "/tmp/x.h5"}).says(".jsonl"));
  EXPECT_TRUE(groel({"predict", "MKTAYIAKQR", "-m", model, "--residues", "rows"}).says("whole proteins"));
  EXPECT_TRUE(groel({"predict", "MKTAYIAKQR", "-m", model, "--all-labels", "--top", "1"}).says("--top gives"));
  const std::string residues = data("esm2-tokcls-tiny").string();
  EXPECT_TRUE(groel({"predict", "MKTAYIAKQR", "-m", residues, "--all-labels"}).says("--residues rows"));
}

// Killed once some rows are kept; --resume then gives the same bytes as a run that was never stopped.
TEST(Predict, GoesOnWhereItWasStopped) {
  const TemporaryFolder folder;
  std::string text;
  const std::string residues = "LAGVSERTIDPKQNFYMHWC";
  for (int i = 0; i < 24'000; ++i)
    text += fmt::format(">p{}\n{}{}{}MK\n", i, residues[i % 20], residues[i / 20 % 20], residues[i / 400 % 20]);
  const std::string file = write_file(folder / "in.fasta", text), model = data("esm2-cls-tiny").string();
  const auto command = [&](const std::string& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> all{"predict", file, "-m", model, "-o", folder / out};
    all.insert(all.end(), more.begin(), more.end());
    return groel_command(all);
  };
  ASSERT_EQ(Process(command("whole.csv"), {}).wait().exit, 0);
  {
    Process process(command("out.csv"), {});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const auto kept = [&] {
      std::error_code none;
      const fs::path state = folder / "out.csv.partial/state.json";
      return fs::exists(state, none) && read_file(state).find("\"records\": 0") == std::string::npos;
    };
    while (!kept() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    process.kill(SIGKILL);
    process.wait();
  }
  ASSERT_FALSE(fs::exists(folder / "out.csv"));
  EXPECT_TRUE(Process(command("out.csv"), {}).wait().says("--resume"));
  EXPECT_TRUE(Process(command("out.csv", {"--resume", "--all-labels"}), {}).wait().says("all_labels"));
  const Outcome resumed = Process(command("out.csv", {"--resume", "--json"}), {}).wait();
  ASSERT_EQ(resumed.exit, 0) << resumed;
  EXPECT_GE(json::parse(resumed.out)["resumed_records"].get<int>(), 1);
  EXPECT_EQ(read_file(folder / "out.csv"), read_file(folder / "whole.csv"));
  EXPECT_FALSE(fs::exists(folder / "out.csv.partial"));
}

// A head of its own with the four bytes of `number` in place of its first bias, or of all its weights.
std::string with_head(const TemporaryFolder& folder, const std::string& name, float number, bool all) {
  const fs::path to = folder.path() / name;
  fs::copy(GROEL_SOURCE_DIR "/examples/mitochondrion", to, fs::copy_options::recursive);
  std::string bytes = read_file(to / "head.safetensors");
  const std::size_t begin = 8 + static_cast<unsigned char>(bytes[0]) + 256U * static_cast<unsigned char>(bytes[1]);
  for (std::size_t at = begin; at < (all ? bytes.size() : begin + 4); at += 4)
    std::memcpy(bytes.data() + at, &number, sizeof number);
  write_file(to / "head.safetensors", bytes);
  return to.string();
}

TEST(Predict, HeadsOfNumbersThatAreNoneAreErrors) {
  const TemporaryFolder folder;
  const std::string input = write_file(folder / "in.fasta", ">a\nMKTAYIAKQR\n");
  const Outcome damaged = groel({"predict", input, "-m", with_head(folder, "nan", NAN, false), "-f", "csv"});
  EXPECT_EQ(damaged.exit, exit_code(ErrorKind::bad_model)) << damaged;
  EXPECT_TRUE(damaged.says("output.bias holds NaN or infinity")) << damaged;
  const Outcome overflows = groel({"predict", input, "-m", with_head(folder, "large", 3e38F, true), "-f", "csv"});
  EXPECT_EQ(overflows.exit, 1) << overflows;
  EXPECT_TRUE(overflows.says("NaN or infinity comes out of it")) << overflows;
  const std::string whole = with_head(folder, "whole", 1, true);
  std::string bytes = read_file(whole + "/head.safetensors");
  bytes.replace(bytes.find("F32"), 3, "I32");
  write_file(whole + "/head.safetensors", bytes);
  const Outcome refused = groel({"predict", input, "-m", whole, "-f", "csv"});
  EXPECT_EQ(refused.exit, exit_code(ErrorKind::bad_model)) << refused;
  EXPECT_TRUE(refused.says("output.bias is of i32, which weights are not")) << refused;
}

}  // namespace
}  // namespace groel::testing
