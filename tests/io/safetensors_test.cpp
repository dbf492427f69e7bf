// Safetensors: real files, files written and read back, and files whose headers are wrong in every way.
#include <gtest/gtest.h>

#include "io/arrays.h"
#include "io/arrays_testing.h"

namespace groel::io {
namespace {

using namespace testing;  // NOLINT

std::string file_of(const std::string& header, const std::string& payload = {}) {
  return little(header.size(), 8) + header + payload;
}

ArrayFile parse_header(const std::string& bytes) {
  const auto box = boxed(bytes);
  return parse_safetensors(*box, box, "x.safetensors");
}

void expect_bad(const std::string& bytes, const std::vector<std::string>& texts,
                ErrorKind kind = ErrorKind::bad_model) {
  std::vector<std::string> all = texts;
  all.emplace_back("x.safetensors");
  expect_error(kind, all, [&] { parse_header(bytes); });
}

TEST(Safetensors, ReadsAPublishedLayout) {
  const ArrayFile file = read_safetensors(data("esm2-tiny/model.safetensors"));
  EXPECT_EQ(file.metadata["format"], "pt");
  const Array& words = file.arrays.at("esm.embeddings.word_embeddings.weight");
  EXPECT_EQ(words.dtype, DType::f32);
  EXPECT_EQ(words.shape, (std::vector<std::int64_t>{33, 64}));
  EXPECT_EQ(words.bytes.size(), 33U * 64 * 4);
  EXPECT_EQ(file.arrays.size(), 62U);
  EXPECT_EQ(file.arrays.count("lm_head.dense.bias"), 1U);
}

TEST(Safetensors, ReadsByHandWrittenBytes) {
  const ArrayFile file = parse_header(file_of(
      R"({"b":{"dtype":"I16","shape":[2],"data_offsets":[4,8]},"a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"},)"
      R"("none":{"dtype":"F64","shape":[0,7],"data_offsets":[4,4]},"__metadata__":{"k":"v"}}  )",
      little(0x40490fdb, 4) + little(0xfffe, 2) + little(7, 2)));
  EXPECT_EQ(values<float>(file.arrays.at("a")), (std::vector<float>{3.14159274F}));
  EXPECT_EQ(values<std::int16_t>(file.arrays.at("b")), (std::vector<std::int16_t>{-2, 7}));
  EXPECT_EQ(file.arrays.at("none").shape, (std::vector<std::int64_t>{0, 7}));
  EXPECT_EQ(file.metadata, nlohmann::json({{"k", "v"}}));
  EXPECT_TRUE(parse_header(file_of("{}")).arrays.empty());
}

TEST(Safetensors, MisalignedDataIsStillUsable) {
  const ArrayFile file =
      parse_header(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} )", little(0x3f800000, 4)));
  EXPECT_EQ(values<float>(file.arrays.at("a")), (std::vector<float>{1.0F}));  // `values` checks the alignment
}

TEST(Safetensors, WritesWhatItReads) {
  const TemporaryFolder folder;
  const std::vector<float> f{1, -2, 3};
  const std::vector<std::uint16_t> h{0x3c00};
  const std::vector<std::int64_t> n{-1, 1LL << 40};
  write_safetensors(folder / "w.safetensors",
                    {{"h", {DType::f16, {1}, std::as_bytes(std::span(h))}},
                     {"f", {DType::f32, {3, 1}, std::as_bytes(std::span(f))}},
                     {"n\"\n", {DType::i64, {2}, std::as_bytes(std::span(n))}},
                     {"e", {DType::bf16, {0}, {}}}},
                    {{"format", "pt"}});
  const ArrayFile file = read_safetensors(folder / "w.safetensors");
  EXPECT_EQ(file.arrays.size(), 4U);
  EXPECT_EQ(values<float>(file.arrays.at("f")), f);
  EXPECT_EQ(file.arrays.at("f").shape, (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(values<std::uint16_t>(file.arrays.at("h")), h);
  EXPECT_EQ(values<std::int64_t>(file.arrays.at("n\"\n")), n);
  EXPECT_EQ(file.arrays.at("e").dtype, DType::bf16);
  EXPECT_EQ(file.metadata["format"], "pt");
  const std::string raw = slurp(folder / "w.safetensors");
  EXPECT_EQ(static_cast<unsigned char>(raw[0]) % 8, 0);  // the header's length: data starts 8-byte aligned
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);  // no temporary file is left
}

TEST(Safetensors, RewritingALoadedCheckpointKeepsEveryTensor) {
  const TemporaryFolder folder;
  const ArrayFile file = read_safetensors(data("esm1b-tiny/model.safetensors"));
  std::map<std::string, ArrayView> views;
  for (const auto& [name, array] : file.arrays) views[name] = {array.dtype, array.shape, array.bytes};
  write_safetensors(folder / "w", views);
  const ArrayFile again = read_safetensors(folder / "w");
  ASSERT_EQ(again.arrays.size(), file.arrays.size());
  for (const auto& [name, array] : file.arrays) EXPECT_TRUE(same(array, again.arrays.at(name))) << name;
}

TEST(Safetensors, WriterNamesTheMissingFolder) {
  expect_error(ErrorKind::not_found, {"/nowhere/w.safetensors", "No such file"},
               [] { write_safetensors("/nowhere/w.safetensors", {}); });
}

TEST(Safetensors, RefusesTruncationAnywhere) {
  const std::string whole = file_of(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}})",
      std::string(11, 'x'));
  EXPECT_EQ(parse_header(whole).arrays.size(), 2U);
  for (std::size_t size = 0; size < whole.size(); ++size) expect_bad(whole.substr(0, size), {});
  expect_bad(whole.substr(0, 5), {"5 bytes, too short"});
  expect_bad(whole.substr(0, 50), {"header is truncated"});
  expect_bad(whole.substr(0, whole.size() - 1), {"b", "outside the 10 bytes", "truncated or damaged"});
  expect_bad(whole + "y", {"1 bytes after the last tensor"});
}

TEST(Safetensors, RefusesHugeClaims) {
  expect_bad(little(std::uint64_t{1} << 60, 8) + "{}", {"1152921504606846976"});
  expect_bad(little(100'000'001, 8) + "{}", {"at most 100000000"});
  expect_bad(file_of(R"({"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4611686018427387904]}})"),
             {"a", "outside the 0 bytes"});
  expect_bad(file_of(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})"),
             {"a", "does not take"});
  expect_bad(file_of(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,0]}})"),
             {"a", "too large"});
  expect_bad(file_of(R"({"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}})"), {"fraction"});
}

TEST(Safetensors, RefusesOffsetsThatOverlapGapOrDisagree) {
  const auto two = [](const std::string& a, const std::string& b) {
    return file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
                       R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}",
                   std::string(8, 'x'));
  };
  EXPECT_EQ(parse_header(two("[4,8]", "[0,4]")).arrays.size(), 2U);
  expect_bad(two("[0,4]", "[2,6]"), {"b", "overlaps"});
  expect_bad(two("[0,4]", "[0,4]"), {"overlaps"});
  expect_bad(two("[1,5]", "[4,8]"), {"a", "1 bytes before its data"});
  expect_bad(two("[0,4]", "[5,9]"), {"b", "outside the 8 bytes"});
  expect_bad(two("[4,0]", "[4,8]"), {"a", "outside"});
  expect_bad(two("[0,3]", "[3,7]"), {"a", "shape [4] of u8 does not take the 3 bytes"});
}

TEST(Safetensors, RefusesBadHeaders) {
  const auto entry = [](const std::string& fields) { return file_of("{\"a\":{" + fields + "}}", "1234"); };
  expect_bad(file_of("{\"a\":"), {"not JSON"});
  expect_bad(file_of("[]"), {"a list where it does not belong"});
  expect_bad(file_of("{\"a\":1}"), {"a number where it does not belong"});
  expect_bad(entry(R"("dtype":"F32","shape":[1])"), {"a", "must all be there"});
  expect_bad(entry(R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"dtype":"F32")"), {"\"dtype\" occurs twice"});
  expect_bad(entry(R"("dtype":"F32","shape":[1],"data_offsets":[0,4,8])"), {"does not belong"});
  expect_bad(entry(R"("dtype":"F32","shape":[1],"data_offsets":[0])"), {"two numbers"});
  expect_bad(entry(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])"), {"negative"});
  expect_bad(entry(R"("dtype":"F33","shape":[1],"data_offsets":[0,4])"), {"a", "unknown element type \"F33\""});
  expect_bad(entry(R"("dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4])"), {"a", "F8_E4M3 is not supported"},
             ErrorKind::unsupported);
  expect_bad(entry(R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1)"), {"unknown field \"extra\""});
  expect_bad(
      file_of(
          R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})"),
      {"a", "two tensors have this name"});
  expect_bad(file_of(R"({"__metadata__":{"a":1}})"), {"does not belong"});
  expect_bad(file_of("{\"\xff\":{}}"), {"not JSON"});
}

TEST(Safetensors, ANestedHeaderCostsLittle) {
  expect_bad(file_of(std::string(5'000'000, '[')), {"a list where it does not belong"});
  expect_bad(file_of("{\"a\":" + std::string(5'000'000, '[')), {"a list where it does not belong"});
}

TEST(Safetensors, SaysWhatTheFileSeemsToBe) {
  expect_bad("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", {"Git LFS pointer"});
  expect_bad("<!DOCTYPE html><html><head></head></html>", {"web page"});
  expect_bad("", {"empty"});
  expect_error(ErrorKind::not_found, {"absent.safetensors"}, [] { read_safetensors(data("absent.safetensors")); });
}

}  // namespace
}  // namespace groel::io
