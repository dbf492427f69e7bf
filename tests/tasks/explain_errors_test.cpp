// groel explain: tables, descriptions, threads, and what is refused.
#include <gmock/gmock.h>

#include <limits>

#include "base/error.h"
#include "io/arrays.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::int64_t kWidth = 64, kFeatures = 256;

std::vector<float> waves(std::int64_t count) {
  std::vector<float> out;
  for (std::int64_t i = 0; i < count; ++i)
    out.push_back(static_cast<float>(std::sin(static_cast<double>(i * i % 997))));
  return out;
}

/// An autoencoder of layer 1 that keeps 8, changed by what a test does to it.
struct Made {
  std::map<std::string, std::vector<std::int64_t>> shapes{{"encoder.weight", {kFeatures, kWidth}},
                                                          {"encoder.bias", {kFeatures}}};
  std::map<std::string, std::string> metadata{{"layer", "1"}, {"k", "8"}};
  float last = 0.5F;  // of the weight

  std::string write(const std::string& path) const {
    std::map<std::string, std::vector<float>> values;
    std::map<std::string, io::ArrayView> views;
    for (const auto& [name, shape] : shapes) {
      std::int64_t count = 1;
      for (const std::int64_t size : shape) count *= size;
      values[name] = waves(count);
      if (shape.size() == 2) values[name].back() = last;
      views[name] = {DType::f32, shape, std::as_bytes(std::span(values[name]))};
    }
    io::write_safetensors(path, views, metadata);
    return path;
  }
};

struct Case {
  TemporaryFolder work;
  Made made;

  Outcome run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{
        "explain", "MKTAYIAKQRQISFVKSHFSRQ", "-m", kEsmc, "--features", made.write(work / "sae.safetensors")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return groel(arguments);
  }
  void refuses(ErrorKind kind, const std::string& words, const std::vector<std::string>& more = {}) const {
    const Outcome outcome = run(more);
    EXPECT_EQ(outcome.exit, exit_code(kind)) << words << '\n' << outcome;
    EXPECT_TRUE(outcome.says(words)) << words << '\n' << outcome;
  }
};

TEST(ExplainErrors, LayersThatAreNotThere) {
  Case one;
  one.refuses(ErrorKind::usage, "there is no layer 9: the model has layers 0 to 3", {"--layer", "9"});
  one.refuses(ErrorKind::usage, "there is no layer -5", {"--layer", "-5"});
  one.made.metadata["layer"] = "60";
  one.refuses(ErrorKind::bad_model, "there is no layer 60");
  one.made.metadata["layer"] = "last";
  one.refuses(ErrorKind::bad_model, "its 'layer' is \"last\", no whole number");
  one.made.metadata.erase("layer");
  one.refuses(ErrorKind::usage, "does not say which layer it was trained on");
  EXPECT_EQ(one.run({"--layer", "2"}).exit, 0);
}

TEST(ExplainErrors, WeightsThatDoNotFit) {
  Case one;
  one.made.shapes["encoder.weight"] = {kFeatures, 80};
  one.refuses(ErrorKind::bad_model, "encoder.weight is [256, 80], and the model's hidden states are 64 wide");
  one.made.shapes = {{"encoder.weight", {kFeatures, kWidth}}, {"encoder.bias", {7}}};
  one.refuses(ErrorKind::bad_model, "encoder.bias is [7], and would be [256]");
  one.made.shapes = {{"encoder.weight", {kFeatures, kWidth}}, {"bias", {7}}};
  one.refuses(ErrorKind::bad_model, "bias is [7], and would be [64]");
  one.made.shapes = {{"decoder.weight", {kWidth, kFeatures}}};
  one.refuses(ErrorKind::bad_model, "no encoder's weight; it would be called W_enc, w_enc, encoder.weight");
}

TEST(ExplainErrors, FilesOfOtherThings) {
  const auto explain = [](const std::string& file) {
    return groel({"explain", "MKTAYIAKQR", "-m", kEsmc, "--features", file});
  };
  const Outcome torch = explain(kEsmc + "/esmc_tiny.pth");
  EXPECT_EQ(torch.exit, exit_code(ErrorKind::bad_model)) << torch;
  EXPECT_TRUE(torch.says("no encoder's weight")) << torch;
  EXPECT_TRUE(torch.says("there are embed.weight")) << torch;
  const Outcome text = explain(kEsmc + "/README.md");
  EXPECT_EQ(text.exit, exit_code(ErrorKind::bad_model)) << text;
  EXPECT_EQ(explain(GROEL_SOURCE_DIR "/docs").exit, exit_code(ErrorKind::not_found));
  Case one;
  one.made.metadata["k"] = "0";
  one.refuses(ErrorKind::bad_model, "it would keep no feature");
}

TEST(ExplainErrors, WeightsThatAreNoNumbers) {
  Case one;
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    one.made.last = bad;
    one.refuses(ErrorKind::bad_model, "encoder.weight has values that are no finite numbers");
  }
}

TEST(ExplainErrors, WhatItWasTrainedOn) {
  Case one;
  one.made.metadata["normalize_activations"] = "expected_average_only_in";
  one.refuses(ErrorKind::unsupported, "normalised by \"expected_average_only_in\"");
  one.made.metadata = {{"layer", "1"}, {"use_residual_update_instead_of_states", "true"}};
  one.refuses(ErrorKind::unsupported, "trained on what a block adds");
}

TEST(ExplainErrors, Options) {
  const Case one;
  one.refuses(ErrorKind::usage, "--top", {"--top", "0"});
  one.refuses(ErrorKind::usage, "--show", {"--show", "0"});
  one.refuses(ErrorKind::memory, "are not enough", {"--memory", "1M"});
  one.refuses(ErrorKind::usage, "it goes with --by protein", {"--by", "residue", "--sort", "mean"});
  EXPECT_TRUE(groel({"explain", "MKTAYIAKQR", "-m", kEsmc}).says("--features"));
  EXPECT_EQ(groel({"explain", "MKTAYIAKQR", "-m", kEsmc, "--features", one.work / "none.safetensors"}).exit,
            exit_code(ErrorKind::not_found));
}

TEST(Explain, SaysHowManyItKeepsWhereTheFileDoesNot) {
  Case one;
  one.made.metadata = {{"layer", "1"}};
  const Outcome outcome = one.run({"--json"});
  EXPECT_TRUE(outcome.says("each residue keeps 64 (--top)")) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["top"], 64);
}

TEST(Explain, DescriptionsAreWritten) {
  const Case one;
  const json found = json::parse(one.run({"--json"}).out)["records"][0]["features"];
  const int first = found[0]["feature"].get<int>();
  const std::string table =
      write_file(one.work / "texts.csv",
                 fmt::format("feature,label,description\n{},x,\"binds zinc, twice\"\n256,y,none\n300,z,none\n", first));
  const Outcome csv = one.run({"--descriptions", table, "-o", "-"});
  EXPECT_THAT(csv.out, HasSubstr("\"binds zinc, twice\"\n")) << csv;
  EXPECT_TRUE(csv.says("2 descriptions of 3 features that the autoencoder has not")) << csv;
  const json described = json::parse(one.run({"--descriptions", table, "--json"}).out)["records"][0]["features"];
  EXPECT_EQ(described[0]["description"], "binds zinc, twice");
  EXPECT_FALSE(described[1].contains("description"));
  const std::string tabs = write_file(one.work / "texts.tsv", fmt::format("id\ttext\n{}\ta helix\n", first));
  EXPECT_THAT(one.run({"--descriptions", tabs}).out, HasSubstr("a helix"));
}

TEST(Explain, TablesOfDescriptionsAreChecked) {
  const Case one;
  const auto table = [&](const std::string& text) { return write_file(one.work / "texts.csv", text); };
  one.refuses(ErrorKind::bad_input, "texts.csv:4: feature 3 has a description already, in line 2",
              {"--descriptions", table("feature,description\n3,a\n4,b\n3,c\n")});
  one.refuses(ErrorKind::bad_input, "'f3' is no number of a feature",
              {"--descriptions", table("feature,description\nf3,a\n")});
  one.refuses(ErrorKind::bad_input, "no column of descriptions", {"--descriptions", table("feature,score\n3,0.5\n")});
}

TEST(Explain, ThreadsDoNotMatter) {
  const Case one;
  for (const std::string by : {"protein", "residue"}) {
    const std::string alone = one.run({"--by", by, "-o", "-", "--threads", "1"}).out;
    EXPECT_GT(alone.size(), 300U);
    EXPECT_EQ(one.run({"--by", by, "-o", "-", "--threads", "2"}).out, alone);
    EXPECT_EQ(one.run({"--by", by, "-o", "-", "--max-tokens", "1"}).out, alone);
  }
}

TEST(Explain, TablesAreWritten) {
  const Case one;
  EXPECT_EQ(one.run({"-o", one.work / "a.csv"}).out, "");
  EXPECT_THAT(read_file(one.work / "a.csv"),
              StartsWith("id,rank,feature,maximum,mean,residues,position,residue,description\nsequence,1,"));
  EXPECT_EQ(one.run({"-o", one.work / "a.tsv", "--by", "residue", "--show", "2"}).exit, 0);
  EXPECT_THAT(read_file(one.work / "a.tsv"),
              StartsWith("id\tposition\tresidue\trank\tfeature\tactivation\tdescription\n"
                         "sequence\t1\tM\t1\t"));
  EXPECT_EQ(one.run({"-o", one.work / "a.json"}).exit, 0);
  EXPECT_EQ(json::parse(read_file(one.work / "a.json")), json::parse(one.run({"--json"}).out));
  one.refuses(ErrorKind::usage, "exists already", {"-o", one.work / "a.csv"});
  const std::string table = write_file(one.work / "texts.csv", "feature,description\n1,a\n");
  one.refuses(ErrorKind::usage, "the output is an input, too", {"--descriptions", table, "-o", table, "--overwrite"});
}

TEST(Explain, ARecordFailsAlone) {
  const Case one;
  const std::string file = write_file(one.work / "in.fasta", ">a\nMKTAYIAKQR\n>b\nMKT1AYI\n");
  const Outcome outcome =
      groel({"explain", file, "-m", kEsmc, "--features", one.made.write(one.work / "s.safetensors"), "--json"});
  EXPECT_EQ(outcome.exit, 1) << outcome;
  const json found = json::parse(outcome.out);
  EXPECT_EQ(found["records"].size(), 1U);
  EXPECT_EQ(found["errors"][0]["id"], "b");
}

}  // namespace
}  // namespace groel::testing
