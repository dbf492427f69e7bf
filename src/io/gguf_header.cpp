// Reads the header of GGUF: counts, settings of several types, and a row for each tensor.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "base/error.h"
#include "io/array_bytes.h"
#include "io/gguf.h"

namespace groel::io {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::uint64_t kMaxRank = 4;  // ggml's own limit
constexpr std::uint64_t kMaxText = 1'000'000;
constexpr std::uint64_t kAlignment = 32;

constexpr GgufType kTypes[] = {
    {0, "F32", 1, 4, DType::f32},  {1, "F16", 1, 2, DType::f16},  {30, "BF16", 1, 2, DType::bf16},
    {28, "F64", 1, 8, DType::f64}, {24, "I8", 1, 1, DType::i8},   {25, "I16", 1, 2, DType::i16},
    {26, "I32", 1, 4, DType::i32}, {27, "I64", 1, 8, DType::i64}, {2, "Q4_0", 32, 18},
    {3, "Q4_1", 32, 20},           {6, "Q5_0", 32, 22},           {7, "Q5_1", 32, 24},
    {8, "Q8_0", 32, 34},           {9, "Q8_1", 32, 36},           {10, "Q2_K", 256, 84},
    {11, "Q3_K", 256, 110},        {12, "Q4_K", 256, 144},        {13, "Q5_K", 256, 176},
    {14, "Q6_K", 256, 210},        {15, "Q8_K", 256, 292},        {20, "IQ4_NL", 32, 18},
    {100, "Q8_ESM", 1, 0},  // esm.cpp's own: bytes, packed for its products, then a scale for each row
};

class HeaderReader {
 public:
  HeaderReader(std::span<const std::byte> bytes, const std::string& label) : bytes_(bytes), label_(label) {}

  GgufHeader read() {
    if (!is_gguf(bytes_)) fail("not a GGUF file: it does not begin with GGUF", foreign_hint(bytes_));
    position_ = kMagic.size();
    check_version(number<std::uint32_t>());
    const auto tensors = number<std::uint64_t>();
    const auto settings = number<std::uint64_t>();
    GgufHeader out;
    for (std::uint64_t i = 0; i < settings; ++i) {  // each takes bytes of the file, so that this ends
      std::string key = text();
      out.metadata[std::move(key)] = value(number<std::uint32_t>());
    }
    for (std::uint64_t i = 0; i < tensors; ++i) out.tensors.push_back(tensor());
    place(out);
    return out;
  }

 private:
  [[noreturn]] void fail(std::string what, const std::string& remedy = kDamaged) const {
    throw Error(ErrorKind::bad_model, {std::move(what), label_, remedy});
  }

  void check_version(std::uint32_t version) const {
    if (version == 2 || version == 3) return;
    const bool swapped = (version & 0xffffU) == 0;
    throw Error(ErrorKind::unsupported,
                {swapped ? "the GGUF file is big-endian" : fmt::format("GGUF of version {} is not read", version),
                 label_, "convert the model anew with today's tools, or use its safetensors"});
  }

  void need(std::uint64_t count) const {
    if (count > bytes_.size() - position_) fail("the GGUF header is truncated");
  }

  template <class T>
  T number() {
    need(sizeof(T));
    const T value = read_little<T>(bytes_, position_);
    position_ += sizeof(T);
    return value;
  }

  std::string text() {
    const auto size = number<std::uint64_t>();
    if (size > kMaxText) fail("a text in the GGUF header is too long");
    need(size);
    std::string out(reinterpret_cast<const char*>(bytes_.data()) + position_, static_cast<std::size_t>(size));
    position_ += static_cast<std::size_t>(size);
    if (!valid_utf8(out)) fail("a text in the GGUF header is not UTF-8");
    return out;
  }

  nlohmann::json value(std::uint32_t type) {
    switch (type) {
      case 0: return number<std::uint8_t>();
      case 1: return static_cast<std::int8_t>(number<std::uint8_t>());
      case 2: return number<std::uint16_t>();
      case 3: return static_cast<std::int16_t>(number<std::uint16_t>());
      case 4: return number<std::uint32_t>();
      case 5: return static_cast<std::int32_t>(number<std::uint32_t>());
      case 6: return std::bit_cast<float>(number<std::uint32_t>());
      case 7: return number<std::uint8_t>() != 0;
      case 8: return text();
      case 9: return list();
      case 10: return number<std::uint64_t>();
      case 11: return static_cast<std::int64_t>(number<std::uint64_t>());
      case 12: return std::bit_cast<double>(number<std::uint64_t>());
      default: fail(fmt::format("a setting in the GGUF header is of unknown type {}", type));
    }
  }

  // Vocabularies: passed over.
  nlohmann::json list() {
    constexpr std::array<std::uint64_t, 13> kSizes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    const auto type = number<std::uint32_t>();
    const auto count = number<std::uint64_t>();
    if (type >= kSizes.size() || type == 9) fail("a list in the GGUF header is of unknown type");
    if (type == 8) {
      for (std::uint64_t i = 0; i < count; ++i) text();
      return {{"length", count}};
    }
    if (count > (bytes_.size() - position_) / kSizes[type]) fail("the GGUF header is truncated");
    position_ += static_cast<std::size_t>(count * kSizes[type]);
    return {{"length", count}};
  }

  GgufTensor tensor() {
    GgufTensor out;
    out.name = text();
    const auto rank = number<std::uint32_t>();
    if (rank > kMaxRank) fail(fmt::format("tensor {} has {} dimensions (at most {})", out.name, rank, kMaxRank));
    for (std::uint32_t i = 0; i < rank; ++i) {
      const auto size = number<std::uint64_t>();
      if (size > std::uint64_t{1} << 62) fail(fmt::format("a dimension of tensor {} is too large", out.name));
      out.shape.insert(out.shape.begin(), static_cast<std::int64_t>(size));
    }
    out.type = type_of(number<std::uint32_t>());
    out.offset = number<std::uint64_t>();
    return out;
  }

  static GgufType type_of(std::uint32_t number) {
    for (const GgufType& type : kTypes)
      if (type.number == number) return type;
    return {number, "of unknown kind"};
  }

  // Offsets count from the end of the header, rounded up.
  void place(GgufHeader& header) const {
    const auto given = header.metadata.find("general.alignment");
    std::uint64_t alignment = kAlignment;
    if (given != header.metadata.end()) {
      if (!given->is_number_integer() || *given < 1 || *given > 1 << 20) fail("general.alignment is no alignment");
      alignment = given->get<std::uint64_t>();
    }
    const std::uint64_t begin = (position_ + alignment - 1) / alignment * alignment;
    for (GgufTensor& tensor : header.tensors) {
      const auto elements = dense_bytes(tensor.shape, DType::u8);
      const std::uint64_t size = bytes_.size();
      if (!elements || begin > size || tensor.offset > size - begin)
        fail(fmt::format("tensor {} does not lie in the file", tensor.name));
      tensor.offset += begin;
      if (tensor.type.block_bytes == 0) continue;
      if (*elements % tensor.type.block != 0 || *elements / tensor.type.block > size / tensor.type.block_bytes ||
          *elements / tensor.type.block * tensor.type.block_bytes > size - tensor.offset)
        fail(fmt::format("tensor {} does not lie in the file", tensor.name));
      tensor.bytes = *elements / tensor.type.block * tensor.type.block_bytes;
    }
  }

  std::span<const std::byte> bytes_;
  const std::string& label_;
  std::size_t position_ = 0;
};

}  // namespace

bool is_gguf(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= kMagic.size() &&
         std::string_view(reinterpret_cast<const char*>(bytes.data()), kMagic.size()) == kMagic;
}

GgufHeader parse_gguf_header(std::span<const std::byte> bytes, const std::string& label) {
  return HeaderReader(bytes, label).read();
}

}  // namespace groel::io
