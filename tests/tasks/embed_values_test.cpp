// What `groel embed` writes is what the reference computed, and follows the contract of its JSON Lines.
#include <groel/groel.h>

#include "base/sha256.h"
#include "support/golden.h"
#include "tasks/jsonl.h"

namespace groel::testing {
namespace {

constexpr double kF32 = 2e-6;  // relative L2

// The golden sequences that our tokenizer reads as the reference's does.
class GoldenRun : public ::testing::TestWithParam<const char*> {
 protected:
  GoldenRun() : golden_(GetParam()), model_(Model::load(golden_.folder.string())) {
    std::vector<std::pair<std::string, std::string>> records;
    for (std::size_t i = 0; i < golden_.sequences().size(); ++i) {
      const std::string sequence = golden_.sequences()[i];
      try {
        if (model_.tokens(sequence) != golden_.ids()[i]) continue;
      } catch (const Error&) {
        continue;  // a star inside
      }
      indices_.push_back(i);
      records.emplace_back(std::to_string(i), sequence);
    }
    layers_ = static_cast<int>(model_.description().layers);
    write_file(folder_ / "in.fasta", fasta(records));
  }
  std::vector<json> run(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{folder_ / "in.fasta", "-m", golden_.folder.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return embed_lines(arguments);
  }
  // Rows of <cls> and <eos> left out.
  std::vector<float> residue_rows(const std::string& name) const {
    const std::vector<float> all = golden_.values(name);
    const auto width = golden_.shape(name).at(1);
    return {all.begin() + width, all.end() - width};
  }

  TemporaryFolder folder_;
  Golden golden_;
  Model model_;
  std::vector<std::size_t> indices_;
  int layers_ = 0;
};

TEST_P(GoldenRun, EveryKindIsTheReferences) {
  ASSERT_GE(indices_.size(), 4U);
  const auto records = run({"-i", "per-residue,logits,contacts,attentions", "--layers", "all"});
  ASSERT_EQ(records.size(), indices_.size());
  for (std::size_t r = 0; r < records.size(); ++r) {
    const std::string s = std::to_string(indices_[r]);
    for (int layer = 0; layer <= layers_; ++layer)
      if (const std::string name = "hidden_states." + std::to_string(layer) + "." + s; golden_.has(name)) {
        EXPECT_LE(relative_l2(values(records[r], "per_residue", layer), residue_rows(name)), kF32) << name;
      }
    EXPECT_LE(relative_l2(values(records[r], "logits"), residue_rows("logits." + s)), kF32) << s;
    EXPECT_LE(relative_l2(values(records[r], "contacts"), golden_.values("contacts." + s)), kF32) << s;
    EXPECT_EQ(item(records[r], "contacts").at("shape"), json(golden_.shape("contacts." + s)));
    if (!golden_.has("attentions." + s)) continue;
    std::vector<float> maps;
    for (int layer = 1; layer <= layers_; ++layer) {
      const auto map = values(records[r], "attentions", layer);
      maps.insert(maps.end(), map.begin(), map.end());
    }
    EXPECT_LE(relative_l2(maps, golden_.values("attentions." + s)), kF32) << s;
  }
}

TEST_P(GoldenRun, PooledVectorsLeaveSpecialTokensOut) {
  const auto records = run({"-i", "mean,max,cls", "--layers", "-1"});
  ASSERT_EQ(records.size(), indices_.size());
  for (std::size_t r = 0; r < records.size(); ++r) {
    const std::string name = "last_hidden_state." + std::to_string(indices_[r]);
    const std::vector<float> rows = residue_rows(name);
    const auto width = static_cast<std::size_t>(golden_.shape(name).at(1));
    std::vector<float> mean(width);
    std::vector<float> max(width, -INFINITY);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      mean[i % width] += rows[i] / static_cast<float>(rows.size() / width);
      max[i % width] = std::max(max[i % width], rows[i]);
    }
    const std::vector<float> all = golden_.values(name);
    EXPECT_LE(relative_l2(values(records[r], "mean"), mean), kF32) << name;
    EXPECT_LE(relative_l2(values(records[r], "max"), max), kF32) << name;
    EXPECT_LE(relative_l2(values(records[r], "cls"), std::span(all).first(width)), kF32) << name;
    EXPECT_EQ(item(records[r], "mean").at("shape"), json({width}));
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenRun, ::testing::Values("esm2-tiny", "esm2-tiny-h24", "esm1b-tiny"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(EmbedJsonl, FollowsTheContract) {
  const auto records =
      embed_lines({"-", "-i", "mean,max,cls,per-residue,logits,contacts,attentions", "--layers", "0,-1"},
                  {.folder = "", .input = ">a first one\nMK<mask>L\n", .environment = {}});
  ASSERT_EQ(records.size(), 1U);
  const json& record = records[0];
  EXPECT_EQ(record.at("id"), "a");
  EXPECT_EQ(record.at("header"), "a first one");
  EXPECT_EQ(record.at("length"), 4) << "<mask> is one residue";
  EXPECT_EQ(record.at("sha256"), sha256("MK<mask>L"));
  EXPECT_FALSE(record.contains("error"));
  std::vector<std::string> seen;
  for (const json& one : record.at("items")) {
    EXPECT_EQ(one.size(), 4U) << one.dump();
    seen.push_back(one.at("kind").get<std::string>() + one.at("layer").dump() + one.at("shape").dump());
    std::size_t count = 1;
    for (const json& size : one.at("shape")) count *= size.get<std::size_t>();
    EXPECT_EQ(one.at("values").size(), count);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"mean0[64]", "mean3[64]", "max0[64]", "max3[64]", "cls0[64]", "cls3[64]",
                                            "per_residue0[4,64]", "per_residue3[4,64]", "logits3[4,33]",
                                            "contacts3[4,4]", "attentions3[4,6,6]"}));
}

TEST(EmbedLayers, AreNamedAsOneWouldExpect) {
  const auto layers = [](const std::string& text) {
    std::vector<int> out;
    const auto records = embed_lines({"-", "--layers", text}, {.folder = "", .input = ">a\nMKL\n", .environment = {}});
    for (const json& one : records.at(0).at("items")) out.push_back(one.at("layer"));
    return out;
  };
  EXPECT_EQ(layers("-1"), std::vector{3});
  EXPECT_EQ(layers("0..2"), (std::vector{0, 1, 2}));
  EXPECT_EQ(layers("all"), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(layers("-2,0"), (std::vector{0, 2})) << "ascending";
  const Outcome wrong = groel({"embed", kProteins, "-m", kEsm2, "-f", "jsonl", "--layers", "4"});
  EXPECT_EQ(wrong.exit, 2) << wrong;
  EXPECT_TRUE(wrong.says("--layers")) << wrong;
}

}  // namespace
}  // namespace groel::testing
