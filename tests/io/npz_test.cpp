// NPZ: what is written is read back, byte for byte the same on every run, and damaged archives are refused.
#include "io/npz.h"

#include <gtest/gtest.h>

#include "io/arrays_testing.h"

namespace groel::io {
namespace {

using namespace testing;  // NOLINT

constexpr double kPi = 3.141592653589793;

void write_example(const std::filesystem::path& path) {
  NpzWriter out(path);
  const std::vector<float> means{1, 2, 3, 4, 5, 6};
  out.add("mean", DType::f32, {2, 3}, std::as_bytes(std::span(means)));
  out.add("ids", {"sp|P1", "", "Åβ𝄞"});
  out.begin("packed", DType::i64, {4});
  const std::vector<std::int64_t> numbers{-1, 2, 1LL << 50, 0};
  out.append(std::as_bytes(std::span(numbers).first(1)));
  out.append(std::as_bytes(std::span(numbers).subspan(1)));
  out.end();
  out.add("scalar", DType::f64, {}, std::as_bytes(std::span(&kPi, 1)));
  out.add("none", DType::f16, {0, 5}, {});
  out.finish();
}

TEST(Npz, WritesWhatItReads) {
  const TemporaryFolder folder;
  write_example(folder / "a.npz");
  const NpzFile file = read_npz(folder / "a.npz");
  EXPECT_EQ(values<float>(file.arrays.at("mean")), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(file.arrays.at("mean").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(values<std::int64_t>(file.arrays.at("packed")), (std::vector<std::int64_t>{-1, 2, 1LL << 50, 0}));
  EXPECT_EQ(file.arrays.at("scalar").shape, (std::vector<std::int64_t>{}));
  EXPECT_EQ(file.arrays.at("none").shape, (std::vector<std::int64_t>{0, 5}));
  EXPECT_EQ(file.texts.at("ids"), (std::vector<std::string>{"sp|P1", "", "Åβ𝄞"}));
}

TEST(Npz, EqualCallsGiveEqualBytes) {
  const TemporaryFolder folder;
  write_example(folder / "a.npz");
  write_example(folder / "b.npz");
  EXPECT_EQ(slurp(folder / "a.npz"), slurp(folder / "b.npz"));
}

TEST(Npz, HeaderIsNumPys) {
  const std::string header = npy_header({'f', 4}, {3, 4});
  EXPECT_EQ(header.size(), 128U);
  EXPECT_EQ(header.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(header.substr(10, 58), "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), ");
  EXPECT_EQ(header.back(), '\n');
  EXPECT_NE(npy_header({'U', 7}, {5}).find("'<U7', 'fortran_order': False, 'shape': (5,), }"), std::string::npos);
  EXPECT_NE(npy_header({'b', 1}, {}).find("'|b1', 'fortran_order': False, 'shape': (), }"), std::string::npos);
}

TEST(Npz, NothingIsLeftOfAnUnfinishedArchive) {
  const TemporaryFolder folder;
  { NpzWriter(folder / "a.npz").add("x", {"y"}); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Npz, RefusesMisuse) {
  const TemporaryFolder folder;
  NpzWriter out(folder / "a.npz");
  out.add("x", DType::u8, {0}, {});
  expect_error(ErrorKind::usage, {"x.npy"}, [&] { out.add("x", DType::u8, {0}, {}); });
  expect_error(ErrorKind::unsupported, {"bfloat16", "f32 or f16"}, [&] { out.begin("y", DType::bf16, {1}); });
  expect_error(ErrorKind::bad_input, {"UTF-8"}, [&] { out.add("z", {"\xff"}); });
  out.begin("w", DType::u8, {2});
  expect_error(ErrorKind::internal, {}, [&] { out.end(); });
}

TEST(Npz, RefusesDamage) {
  const TemporaryFolder folder;
  write_example(folder / "a.npz");
  const std::string whole = slurp(folder / "a.npz");
  const auto parse = [](const std::string& bytes) {
    const auto box = boxed(bytes);
    parse_npz(*box, box, "a.npz");
  };
  parse(whole);
  for (std::size_t size = 0; size < whole.size(); size += 7)
    expect_error(ErrorKind::bad_model, {"a.npz", "truncated"}, [&] { parse(whole.substr(0, size)); });
  std::string flipped = whole;
  flipped[flipped.find("mean.npy") + 8 + 128 + 3] ^= 1;  // one bit of the first value
  expect_error(ErrorKind::bad_model, {"mean.npy is damaged: its CRC-32 is"}, [&] { parse(flipped); });
}

TEST(Npz, RefusesOtherHeaders) {
  const auto parse = [](const std::string& dict) {
    return parse_npy_header(std::string("\x93NUMPY\x01\x00", 8) + little(dict.size(), 2) + dict, "a.npy");
  };
  EXPECT_EQ(parse("{'shape': (2,), 'fortran_order': False, 'descr': '|S3'}\n").type.kind, 'S');
  expect_error(ErrorKind::unsupported, {"a.npy", "Fortran"},
               [&] { parse("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }"); });
  expect_error(ErrorKind::unsupported, {"big-endian"},
               [&] { parse("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }"); });
  expect_error(ErrorKind::unsupported, {"|O8"},
               [&] { parse("{'descr': '|O8', 'fortran_order': False, 'shape': (2,), }"); });
  for (const char* bad :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
        "{'descr': '<f', 'fortran_order': False, 'shape': (), }", "{'x': 1}"})
    expect_error(ErrorKind::bad_input, {"a.npy", "malformed"}, [&] { parse(bad); });
}

}  // namespace
}  // namespace groel::io
