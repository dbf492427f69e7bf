// JSON Lines read back by another JSON parser, value by value.
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sample.h"

namespace groel::formats {
namespace {

std::vector<nlohmann::json> read_lines(const std::filesystem::path& path) {
  std::istringstream text(read_bytes(path));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(Jsonl, EveryKindReadsBack) {
  const TemporaryFolder folder;
  const Sample run = sample(all_columns());
  const auto lines = read_lines(write_sample(run, "jsonl", folder / "out.jsonl"));
  ASSERT_EQ(lines.size(), 5U);
  for (std::size_t r = 0; r < lines.size(); ++r) {
    EXPECT_EQ(lines[r]["id"], run.results[r].id);
    EXPECT_EQ(lines[r]["header"], run.results[r].header);
    EXPECT_EQ(lines[r]["length"], run.results[r].length);
    if (run.results[r].error) continue;
    EXPECT_EQ(lines[r]["sha256"], run.results[r].sha256);
    EXPECT_FALSE(lines[r].contains("error"));
    ASSERT_EQ(lines[r]["items"].size(), run.results[r].items.size());
    for (std::size_t c = 0; c < run.results[r].items.size(); ++c) {
      const Item& item = run.results[r].items[c];
      EXPECT_EQ(lines[r]["items"][c]["kind"], std::string(name(item.output)));
      EXPECT_EQ(lines[r]["items"][c]["layer"], item.layer);
      EXPECT_EQ(lines[r]["items"][c]["shape"].get<std::vector<std::int64_t>>(), item.shape);
      EXPECT_EQ(lines[r]["items"][c]["values"].get<std::vector<float>>(), item.values);
    }
  }
}

TEST(Jsonl, TextIsExactlyThis) {
  const TemporaryFolder folder;
  Sample run{{{{Output::mean, 6, 4}}, 2, 3, {}}, {}};
  run.results.push_back(
      {"x", "x \"y\"\t\xff", 3, "ab", {{Output::mean, 6, {4}, {0.1F, -0.0F, 1e-5F, 16777216.0F}}}, {}});
  run.results.push_back({"z", "z", 0, "", {}, Error(ErrorKind::bad_input, {"no residues", "in.fa:3", "remove it"})});
  EXPECT_EQ(
      read_bytes(write_sample(run, "jsonl", folder / "out.jsonl")),
      "{\"id\":\"x\",\"header\":\"x \\\"y\\\"\\t\xEF\xBF\xBD\",\"length\":3,\"sha256\":\"ab\",\"items\":[{\"layer\":6,"
      "\"kind\":\"mean\",\"shape\":[4],\"values\":[0.1,-0,1e-05,16777216]}]}\n"
      "{\"id\":\"z\",\"header\":\"z\",\"length\":0,\"error\":{\"kind\":\"bad_input\",\"message\":\"in.fa:3: no "
      "residues\\n  remove it\"}}\n");
}

TEST(Jsonl, WhatIsNotANumberIsNull) {
  const TemporaryFolder folder;
  Sample run{{{{Output::mean, 6, 3}}, 1, 3, {}}, {}};
  run.results.push_back({"x", "x", 3, "ab", {{Output::mean, 6, {3}, {NAN, INFINITY, -INFINITY}}}, {}});
  const auto lines = read_lines(write_sample(run, "jsonl", folder / "out.jsonl"));
  EXPECT_EQ(lines[0]["items"][0]["values"].dump(), "[null,null,null]");
}

TEST(Jsonl, LargeItemsAndHardFloatsRoundTrip) {
  const TemporaryFolder folder;
  Sample run{{{{Output::per_residue, 6, 640}}, 1, 200, {}}, {}};
  Item item{Output::per_residue, 6, {200, 640}, {}};
  std::uint32_t bits = 1;  // from the smallest subnormal to the largest number
  for (int i = 0; i < 200 * 640; ++i, bits += 16617) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    item.values.push_back(i % 2 == 0 ? value : -value);
  }
  ASSERT_LT(bits, 0x7f800000U);
  run.results.push_back({"x", "x", 200, "ab", {item}, {}});
  const auto lines = read_lines(write_sample(run, "jsonl", folder / "out.jsonl"));
  EXPECT_EQ(lines[0]["items"][0]["values"].get<std::vector<float>>(), item.values);
}

TEST(Jsonl, NoRecordsNoLines) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_bytes(write_sample({{all_columns(), 0, 0, {}}, {}}, "jsonl", folder / "out.jsonl")), "");
}

}  // namespace
}  // namespace groel::formats
