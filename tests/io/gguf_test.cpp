// GGUF: values of the types that are read, names of those that are not, and damaged files.
#include "io/gguf.h"

#include "io/arrays_testing.h"
#include "support/gguf.h"

namespace groel::io {
namespace {

using namespace testing;  // NOLINT
using groel::testing::gguf_file;
using groel::testing::gguf_integer;
using groel::testing::gguf_text;
using groel::testing::GgufEntry;
using groel::testing::GgufText;

ArrayFile parse(const std::string& bytes) {
  const auto box = boxed(bytes);
  return parse_gguf(*box, box, "x.gguf");
}

Error error_of(const std::string& bytes) {
  try {
    parse(bytes);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "parsed";
  return Error(ErrorKind::internal, "none");
}

template <class T>
std::string text_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::vector<float> floats(const Array& array) {
  std::vector<float> out(array.bytes.size() / sizeof(float));
  std::memcpy(out.data(), array.bytes.data(), array.bytes.size());
  return out;
}

TEST(Gguf, ReadsPlainTypesWithTheSlowestDimensionFirst) {
  const std::vector<float> six{1, 2, 3, 4, 5, 6};
  const std::vector<std::uint16_t> halves{to_f16(1.5F).bits, to_f16(-2.0F).bits};
  const std::vector<std::uint16_t> brains{to_bf16(1.5F).bits, to_bf16(-2.0F).bits};
  for (const std::uint32_t version : {2U, 3U}) {
    const ArrayFile file = parse(gguf_file(
        {gguf_text("general.architecture", "esm")},
        {{"a", {3, 2}, 0, text_of(six)}, {"b", {2}, 1, text_of(halves)}, {"c", {2, 1}, 30, text_of(brains)}}, version));
    EXPECT_EQ(file.metadata, (nlohmann::json{{"general.architecture", "esm"}}));
    EXPECT_EQ(file.arrays.at("a").shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(floats(file.arrays.at("a")), six);
    EXPECT_EQ(file.arrays.at("b").dtype, DType::f16);
    EXPECT_EQ(std::memcmp(file.arrays.at("b").bytes.data(), halves.data(), 4), 0);
    EXPECT_EQ(file.arrays.at("c").dtype, DType::bf16);
    EXPECT_EQ(file.arrays.at("c").shape, (std::vector<std::int64_t>{1, 2}));
  }
}

TEST(Gguf, EightBitsAreTimesTheirBlocksScale) {
  std::string bytes;
  std::vector<float> expected;
  for (const float scale : {0.5F, -0.25F}) {
    const f16_t half = to_f16(scale);
    bytes.append(reinterpret_cast<const char*>(&half.bits), 2);
    for (int i = 0; i < 32; ++i) {
      const int value = i * 8 - 128;
      bytes += static_cast<char>(value);
      expected.push_back(scale * static_cast<float>(value));
    }
  }
  const ArrayFile file = parse(gguf_file({}, {{"w", {32, 2}, 8, bytes}}));
  EXPECT_EQ(file.arrays.at("w").dtype, DType::f32);
  EXPECT_EQ(file.arrays.at("w").shape, (std::vector<std::int64_t>{2, 32}));
  EXPECT_EQ(floats(file.arrays.at("w")), expected);
}

TEST(Gguf, SettingsOfEveryTypeAndListsByTheirLength) {
  std::vector<std::string> settings;
  const auto add = [&](const std::string& key, std::uint32_t type, auto value) {
    settings.push_back(GgufText().text(key).number(type).number(value).take());
  };
  add("u8", 0, std::uint8_t{200});
  add("i8", 1, std::int8_t{-2});
  add("u16", 2, std::uint16_t{60000});
  add("i16", 3, std::int16_t{-3});
  add("u32", 4, std::uint32_t{4000000000});
  add("i32", 5, std::int32_t{-4});
  add("f32", 6, 0.5F);
  add("bool", 7, std::uint8_t{1});
  add("u64", 10, std::uint64_t{1} << 50);
  add("i64", 11, std::int64_t{-5});
  add("f64", 12, 1e-5);
  settings.push_back(GgufText()
                         .text("tokens")
                         .number<std::uint32_t>(9)
                         .number<std::uint32_t>(8)
                         .number<std::uint64_t>(2)
                         .text("a")
                         .text("b")
                         .take());
  settings.push_back(GgufText()
                         .text("scores")
                         .number<std::uint32_t>(9)
                         .number<std::uint32_t>(6)
                         .number<std::uint64_t>(1)
                         .number(0.5F)
                         .take());
  EXPECT_EQ(parse(gguf_file(settings, {})).metadata, (nlohmann::json{{"u8", 200},
                                                                     {"i8", -2},
                                                                     {"u16", 60000},
                                                                     {"i16", -3},
                                                                     {"u32", 4000000000U},
                                                                     {"i32", -4},
                                                                     {"f32", 0.5},
                                                                     {"bool", true},
                                                                     {"u64", std::uint64_t{1} << 50},
                                                                     {"i64", -5},
                                                                     {"f64", 1e-5},
                                                                     {"tokens", {{"length", 2}}},
                                                                     {"scores", {{"length", 1}}}}));
}

TEST(Gguf, OtherTypesAreNamedAndListed) {
  const std::string file = gguf_file({}, {{"w", {256}, 12, std::string(144, 'x')}});
  const Error error = error_of(file);
  EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  EXPECT_NE(std::string(error.what()).find("x.gguf: w"), std::string::npos) << error.what();
  EXPECT_NE(std::string(error.what()).find("Q4_K"), std::string::npos) << error.what();
  const auto box = boxed(file);
  const GgufHeader header = parse_gguf_header(*box, "x.gguf");
  EXPECT_EQ(header.tensors.at(0).bytes, 144U);
  EXPECT_EQ(header.tensors.at(0).type.name, "Q4_K");
  EXPECT_EQ(error_of(gguf_file({}, {{"w", {4}, 100, std::string(8, 'x')}})).kind(), ErrorKind::unsupported);
  EXPECT_EQ(error_of(gguf_file({}, {}, 1)).kind(), ErrorKind::unsupported);
  EXPECT_NE(std::string(error_of(gguf_file({}, {}, 0x03000000)).what()).find("big-endian"), std::string::npos);
}

TEST(Gguf, AFileCutAnywhereIsDamaged) {
  const std::string whole = gguf_file({gguf_text("general.architecture", "esm"), gguf_integer("general.alignment", 64)},
                                      {{"a", {4, 2}, 0, std::string(32, 'x')}}, 3, 64);
  EXPECT_EQ(parse(whole).arrays.size(), 1U);
  const std::size_t needed = whole.size() - 32;  // the last tensor's padding
  for (std::size_t size = 0; size < needed; ++size)
    EXPECT_EQ(error_of(whole.substr(0, size)).kind(), ErrorKind::bad_model) << size;
}

TEST(Gguf, WrongSizesAndOffsets) {
  const auto damaged = [](const GgufEntry& entry) { return error_of(gguf_file({}, {entry})).kind(); };
  EXPECT_EQ(damaged({"w", {33}, 8, std::string(36, 'x')}), ErrorKind::bad_model);
  EXPECT_EQ(damaged({"w", {std::uint64_t{1} << 61, 8}, 0, ""}), ErrorKind::bad_model);
  EXPECT_EQ(damaged({"w", {std::uint64_t{1} << 63}, 0, ""}), ErrorKind::bad_model);
  EXPECT_EQ(damaged({"w", {1, 1, 1, 1, 1}, 0, "abcd"}), ErrorKind::bad_model);
  EXPECT_EQ(damaged({"w", {1000}, 0, "abcd"}), ErrorKind::bad_model);
  EXPECT_EQ(error_of(gguf_file({}, {{"w", {1}, 0, "abcd"}, {"w", {1}, 0, "abcd"}})).kind(), ErrorKind::bad_model);
  for (const std::int64_t alignment : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40})
    EXPECT_EQ(error_of(gguf_file({gguf_integer("general.alignment", alignment)}, {})).kind(), ErrorKind::bad_model);
}

}  // namespace
}  // namespace groel::io
