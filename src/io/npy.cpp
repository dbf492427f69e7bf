// Writes and reads the header of NPY files.
#include "io/npy.h"

#include <charconv>

#include "base/error.h"
#include "io/array_bytes.h"

namespace groel::io {
namespace {

constexpr std::string_view kNpyMagic = "\x93NUMPY";
constexpr std::size_t kPreamble = 10;  // magic, version, length of the header in two bytes (version 1)
constexpr std::size_t kNpyAlignment = 64;
constexpr std::size_t kMaxNpyRank = 32;  // NumPy's limit

/// Reads the one Python dict that NPY headers are: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class DictReader {
 public:
  DictReader(std::string_view text, const std::string& label) : text_(text), label_(label) {}

  NpyHeader read() {
    expect('{');
    while (!take('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        read_type();
      } else if (key == "fortran_order") {
        read_order();
      } else if (key == "shape") {
        read_shape();
      } else {
        fail();
      }
      if (!take(',') && peek() != '}') fail();
    }
    if (seen_ != 7) fail();
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorKind::bad_input, {"the NPY header is malformed", label_, kDamaged});
  }
  [[noreturn]] void unsupported(std::string what) const {
    throw Error(ErrorKind::unsupported, {std::move(what), label_, {}});
  }

  void mark(int field) {
    if ((seen_ & field) != 0) fail();
    seen_ |= field;
  }
  char peek() {
    while (!text_.empty() && text_.front() == ' ') text_.remove_prefix(1);
    return text_.empty() ? '\0' : text_.front();
  }
  bool take(char c) {
    if (peek() != c || text_.empty()) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail();
  }
  bool take(std::string_view word) {
    peek();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::string_view quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'');
    if (end == std::string_view::npos) fail();
    const std::string_view out = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return out;
  }
  std::uint64_t number(std::string_view& text) const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) fail();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
  }

  void read_type() {
    mark(1);
    std::string_view text = quoted();
    if (text.size() < 3) fail();
    const char order = text[0];
    header_.type.kind = text[1];
    text.remove_prefix(2);
    header_.type.size = number(text);
    if (!text.empty()) fail();
    if (order == '>') unsupported("the array is big-endian");
    if (std::string_view("fiubUS").find(header_.type.kind) == std::string_view::npos || (order != '<' && order != '|'))
      unsupported(fmt::format("arrays of type {}{}{} are not supported", order, header_.type.kind, header_.type.size));
    if (header_.type.size > 1'000'000'000) fail();
  }

  void read_order() {
    mark(2);
    if (take("True")) unsupported("the array is in Fortran order");
    if (!take("False")) fail();
  }

  void read_shape() {
    mark(4);
    expect('(');
    while (!take(')')) {
      peek();
      const std::uint64_t size = number(text_);
      if (size > (std::uint64_t{1} << 62) || header_.shape.size() == kMaxNpyRank) fail();
      header_.shape.push_back(static_cast<std::int64_t>(size));
      if (!take(',') && peek() != ')') fail();
    }
  }

  std::string_view text_;
  const std::string& label_;
  NpyHeader header_;
  int seen_ = 0;
};

}  // namespace

NpyType npy_type(DType dtype) {
  switch (dtype) {
    case DType::f32: return {'f', 4};
    case DType::f16: return {'f', 2};
    case DType::f64: return {'f', 8};
    case DType::i64: return {'i', 8};
    case DType::i32: return {'i', 4};
    case DType::i16: return {'i', 2};
    case DType::i8: return {'i', 1};
    case DType::u8: return {'u', 1};
    case DType::boolean: return {'b', 1};
    case DType::bf16: break;
  }
  throw Error(ErrorKind::unsupported, {"NumPy has no bfloat16", {}, "write f32 or f16"});
}

std::string npy_header(NpyType type, const std::vector<std::int64_t>& shape) {
  std::string dimensions;
  for (const std::int64_t size : shape) dimensions += fmt::format("{}{}", dimensions.empty() ? "" : " ", size) + ",";
  if (shape.size() > 1) dimensions.pop_back();  // as NumPy: (3,) but (3, 4)
  const char order = type.bytes() == 1 || type.kind == 'S' ? '|' : '<';
  std::string text = fmt::format("{{'descr': '{}{}{}', 'fortran_order': False, 'shape': ({}), }}", order, type.kind,
                                 type.size, dimensions);
  const std::size_t used = kPreamble + text.size() + 1;
  text.append((kNpyAlignment - used % kNpyAlignment) % kNpyAlignment, ' ');
  text += '\n';
  GROEL_REQUIRE(text.size() <= 0xffff);
  std::string out(kNpyMagic);
  out += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return out + text;
}

NpyHeader parse_npy_header(std::string_view bytes, const std::string& label) {
  const auto fail = [&](std::string what) { throw Error(ErrorKind::bad_input, {std::move(what), label, kDamaged}); };
  if (bytes.size() < kPreamble || !bytes.starts_with(kNpyMagic)) fail("not a NumPy array");
  const int version = static_cast<std::uint8_t>(bytes[6]);
  if (version < 1 || version > 3) fail(fmt::format("unknown version {} of the NPY format", version));
  const std::size_t start = version == 1 ? kPreamble : kPreamble + 2;
  if (bytes.size() < start) fail("the NPY header is truncated");
  std::size_t size = 0;
  for (std::size_t i = start; i-- > kPreamble - 2;) size = size << 8 | static_cast<std::uint8_t>(bytes[i]);
  if (size > bytes.size() - start) fail("the NPY header is truncated");
  NpyHeader header = DictReader(bytes.substr(start, size), label).read();
  header.size = start + size;
  return header;
}

}  // namespace groel::io
