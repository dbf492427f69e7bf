// NPZ and safetensors, read back through the readers of io.
#include <cstring>

#include "io/arrays.h"
#include "io/npz.h"
#include "sample.h"

namespace groel::formats {
namespace {

template <class T>
std::vector<T> values(const io::Array& array) {
  EXPECT_EQ(array.dtype, dtype_of<T>::value);
  std::vector<T> out(array.bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), array.bytes.data(), array.bytes.size());
  return out;
}

using Integers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;
using Shape = std::vector<std::int64_t>;

/// What both formats have in common, for the sample with all kinds.
void expect_arrays(const io::ArrayMap& arrays) {
  EXPECT_EQ(values<std::int64_t>(arrays.at("lengths")), (Integers{3, 7, 2, 5, 2}));
  EXPECT_EQ(values<std::int64_t>(arrays.at("offsets")), (Integers{0, 3, 3, 5, 10, 12}));
  EXPECT_EQ(values<std::int64_t>(arrays.at("contacts_offsets")), (Integers{0, 9, 9, 13, 38, 42}));
  EXPECT_EQ(values<std::int64_t>(arrays.at("attentions_offsets")), (Integers{0, 50, 50, 82, 180, 212}));
  EXPECT_EQ(values<std::int64_t>(arrays.at("errors_index")), (Integers{1}));
  EXPECT_EQ(arrays.at("cls_6").shape, (Shape{5, 4}));
  EXPECT_EQ(arrays.at("per_residue_6").shape, (Shape{12, 4}));
  EXPECT_EQ(arrays.at("logits_6").shape, (Shape{12, 3}));
  EXPECT_EQ(arrays.at("contacts_6").shape, (Shape{42}));
  EXPECT_EQ(arrays.at("attentions_6").shape, (Shape{212}));
  const auto mean = values<float>(arrays.at("mean_6"));
  EXPECT_TRUE(std::isnan(mean[4]) && std::isnan(mean[7]));
  EXPECT_EQ(mean[2 * 4 + 3], sample_value(2, 1, 3));
  EXPECT_EQ(values<float>(arrays.at("mean_0"))[4 * 4], sample_value(4, 0, 0));
  EXPECT_EQ(values<float>(arrays.at("per_residue_6"))[5 * 4 + 1], sample_value(3, 4, 1));
  EXPECT_EQ(values<float>(arrays.at("logits_6"))[10 * 3 + 5], sample_value(4, 5, 5));
  EXPECT_EQ(values<float>(arrays.at("contacts_6"))[13 + 24], sample_value(3, 6, 24));
  EXPECT_EQ(values<float>(arrays.at("attentions_6"))[50], sample_value(2, 8, 0));
}

TEST(Npz, EveryKindReadsBack) {
  const TemporaryFolder folder;
  const Sample run = sample(all_columns());
  const auto file = io::read_npz(write_sample(run, "npz", folder / "out.npz"));
  expect_arrays(file.arrays);
  EXPECT_EQ(file.texts.at("ids"), (Texts{"sp|P69905|HBA", "broken", "a/b", "Größe-α-🧬", "a_b"}));
  const std::string digest(64, 'a');
  EXPECT_EQ(file.texts.at("sha256"), (Texts{digest, "", digest, digest, digest}));
  EXPECT_EQ(file.texts.at("errors_kind"), (Texts{"bad_input"}));
  EXPECT_EQ(file.texts.at("errors_message"), (Texts{"has an \"@\" in it\nat 3"}));
  EXPECT_EQ(nlohmann::json::parse(file.texts.at("run").at(0)), run.schema.run);
}

TEST(Npz, NoRecords) {
  const TemporaryFolder folder;
  const auto file = io::read_npz(write_sample({{all_columns(), 0, 0, {}}, {}}, "npz", folder / "out.npz"));
  EXPECT_EQ(file.arrays.at("mean_6").shape, (Shape{0, 4}));
  EXPECT_EQ(file.arrays.at("contacts_6").shape, (Shape{0}));
  EXPECT_EQ(values<std::int64_t>(file.arrays.at("offsets")), (Integers{0}));
  EXPECT_EQ(file.texts.at("ids"), Texts{});
}

TEST(Safetensors, EveryKindReadsBack) {
  const TemporaryFolder folder;
  const Sample run = sample(all_columns());
  const auto file = io::read_safetensors(write_sample(run, "safetensors", folder / "out.safetensors"));
  expect_arrays(file.arrays);
  const auto ids = values<std::uint8_t>(file.arrays.at("ids"));
  const auto offsets = values<std::int64_t>(file.arrays.at("ids_offsets"));
  ASSERT_EQ(offsets.size(), 6U);
  EXPECT_EQ(std::string(ids.begin() + offsets[3], ids.begin() + offsets[4]), "Größe-α-🧬");
  EXPECT_EQ(file.arrays.at("sha256").shape, (Shape{5, 64}));
  EXPECT_EQ(values<std::uint8_t>(file.arrays.at("sha256"))[0], 'a');
  EXPECT_EQ(values<std::uint8_t>(file.arrays.at("sha256"))[64], 0);
  EXPECT_EQ(file.metadata.at("format"), "groel-embeddings");
  EXPECT_EQ(file.metadata.at("format_version"), "1");
  EXPECT_EQ(nlohmann::json::parse(file.metadata.at("run").get<std::string>()), run.schema.run);
  const auto errors = nlohmann::json::parse(file.metadata.at("errors").get<std::string>());
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0]["index"], 1);
  EXPECT_EQ(errors[0]["kind"], "bad_input");
}

TEST(Safetensors, NoRecords) {
  const TemporaryFolder folder;
  const auto file =
      io::read_safetensors(write_sample({{all_columns(), 0, 0, {}}, {}}, "safetensors", folder / "out.safetensors"));
  EXPECT_EQ(file.arrays.at("mean_6").shape, (Shape{0, 4}));
  EXPECT_EQ(values<std::int64_t>(file.arrays.at("ids_offsets")), (Integers{0}));
}

}  // namespace
}  // namespace groel::formats
