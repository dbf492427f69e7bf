// Reads and writes NPZ, using the zip reader and writer.
#include "io/npz.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/mapped_file.h"
#include "io/array_bytes.h"
#include "io/zip_reader.h"
#include "io/zip_writer.h"

namespace groel::io {
namespace {

constexpr std::string_view kSuffix = ".npy";

std::u32string to_utf32(const std::string& text) {
  if (!valid_utf8(text)) throw Error(ErrorKind::bad_input, "a text to write is not UTF-8");
  std::u32string out;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x80) {
      out += byte;
    } else if (byte >= 0xc0) {
      out += byte >= 0xf0 ? byte & 7U : byte >= 0xe0 ? byte & 15U : byte & 31U;
    } else {
      out.back() = out.back() << 6 | (byte & 0x3fU);
    }
  }
  return out;
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int follow = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr std::uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kLead[follow] | code >> (6 * follow));
  for (int i = follow; i-- > 0;) out += static_cast<char>(0x80U | (code >> (6 * i) & 0x3fU));
}

std::optional<DType> dtype_named(NpyType type) {
  for (const DType dtype :
       {DType::f32, DType::f16, DType::f64, DType::i64, DType::i32, DType::i16, DType::i8, DType::u8, DType::boolean}) {
    const NpyType candidate = npy_type(dtype);
    if (candidate.kind == type.kind && candidate.size == type.size) return dtype;
  }
  return std::nullopt;
}

/// Number of elements, when that many of this size fit into `available` bytes exactly.
bool fits(const NpyHeader& header, std::uint64_t available) {
  const auto elements = dense_bytes(header.shape, DType::u8);
  const std::uint64_t size = header.type.bytes();
  if (!elements) return false;
  if (size == 0 || *elements == 0) return available == 0;
  return *elements <= available / size && *elements * size == available;
}

std::vector<std::string> read_texts(const NpyHeader& header, std::span<const std::byte> bytes,
                                    const std::string& label) {
  if (header.shape.size() != 1)
    throw Error(ErrorKind::unsupported, {"a text array has more than one dimension", label, {}});
  const auto width = static_cast<std::size_t>(header.type.bytes());
  if (width == 0) throw Error(ErrorKind::unsupported, {"a text array has texts of no width", label, {}});
  std::vector<std::string> texts(bytes.size() / width);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto one = bytes.subspan(i * width, width);
    for (std::size_t k = 0; k < width; k += header.type.kind == 'U' ? 4 : 1) {
      if (header.type.kind == 'S') {
        texts[i] += static_cast<char>(one[k]);
        continue;
      }
      const auto code = read_little<std::uint32_t>(one, k);
      if (code > 0x10ffff) throw Error(ErrorKind::bad_input, {"a text holds what is no character", label, kDamaged});
      append_utf8(texts[i], code);
    }
    texts[i].erase(texts[i].find_last_not_of('\0') + 1);
  }
  return texts;
}

}  // namespace

struct NpzWriter::Impl {
  ZipWriter zip;
};

NpzWriter::NpzWriter(const std::filesystem::path& path) : impl_(new Impl{ZipWriter(path)}) {}
NpzWriter::~NpzWriter() = default;
NpzWriter::NpzWriter(NpzWriter&&) noexcept = default;

void NpzWriter::begin(const std::string& name, NpyType type, const std::vector<std::int64_t>& shape) {
  const auto elements = dense_bytes(shape, DType::u8);
  GROEL_REQUIRE(elements.has_value());
  const std::string header = npy_header(type, shape);
  impl_->zip.begin(name + std::string(kSuffix), header.size() + *elements * type.bytes());
  impl_->zip.append(std::as_bytes(std::span(header)));
}

void NpzWriter::begin(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape) {
  begin(name, npy_type(dtype), shape);
}

void NpzWriter::append(std::span<const std::byte> bytes) { impl_->zip.append(bytes); }
void NpzWriter::end() { impl_->zip.end(); }
void NpzWriter::finish() { impl_->zip.finish(); }

void NpzWriter::add(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape,
                    std::span<const std::byte> bytes) {
  begin(name, dtype, shape);
  append(bytes);
  end();
}

void NpzWriter::add(const std::string& name, const std::vector<std::string>& texts) {
  std::size_t width = 1;
  for (const std::string& text : texts) width = std::max(width, to_utf32(text).size());
  begin(name, NpyType{'U', width}, {static_cast<std::int64_t>(texts.size())});
  for (const std::string& text : texts) {
    std::u32string padded = to_utf32(text);
    padded.resize(width);
    append(std::as_bytes(std::span(padded)));
  }
  end();
}

NpzFile parse_npz(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                  const std::string& label) {
  NpzFile file;
  const ZipReader zip(bytes, label);
  for (const auto& [entry_name, entry] : zip.entries()) {
    const std::string where = fmt::format("{}: {}", label, entry_name);
    if (!entry_name.ends_with(kSuffix)) throw Error(ErrorKind::bad_input, {"not a NumPy array", where, {}});
    zip.verify(entry_name);
    const NpyHeader header =
        parse_npy_header({reinterpret_cast<const char*>(entry.bytes.data()), entry.bytes.size()}, where);
    const auto data = entry.bytes.subspan(header.size);
    if (!fits(header, data.size()))
      throw Error(ErrorKind::bad_input,
                  {fmt::format("its shape does not take the {} bytes that it has", data.size()), where, kDamaged});
    const std::string name = entry_name.substr(0, entry_name.size() - kSuffix.size());
    if (header.type.kind == 'U' || header.type.kind == 'S') {
      file.texts.emplace(name, read_texts(header, data, where));
      continue;
    }
    const auto dtype = dtype_named(header.type);
    if (!dtype)
      throw Error(
          ErrorKind::unsupported,
          {fmt::format("arrays of type {}{} are not supported", header.type.kind, header.type.size), where, {}});
    file.arrays.emplace(name, aligned({*dtype, header.shape, data, owner}));
  }
  return file;
}

NpzFile read_npz(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  return parse_npz(file->bytes(), file, path.string());
}

}  // namespace groel::io
