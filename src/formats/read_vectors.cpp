// Chooses the reader for an embedding file and the column to read, and leaves out records without a vector.
#include "formats/read_vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/mapped_file.h"
#include "base/options.h"
#include "formats/vector_sources.h"
#include "io/compressed.h"
#include "io/foreign.h"

namespace groel::formats {
namespace {

bool starts_with(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

// The size of a JSON header that fits in the file, then that header.
bool is_safetensors(std::span<const std::byte> bytes) {
  std::uint64_t header = 0;
  if (bytes.size() < sizeof header + 1 || bytes[sizeof header] != std::byte{'{'}) return false;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header <= bytes.size() - sizeof header;
}

VectorFile read_text_vectors(const VectorRequest& request) {
  const std::string label = request.path == "-" ? "stdin" : request.path;
  io::LineReader lines(io::decompress(io::open_bytes(request.path), label), label);
  const std::string_view start = lines.peek(io::LineReader::kMostPeeked);
  if (start.starts_with("\x89HDF") || start.starts_with("PK\x03\x04"))
    bad_vectors("HDF5 and NPZ cannot be read from a pipe", label, "save it to a file first, and name that");
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) bad_vectors("the file is empty", label);
  if (start[first] == '>' || start[first] == '@')
    bad_vectors("these are sequences, not vectors", label, "`groel embed` makes vectors of them");
  return start[first] == '{' ? read_jsonl_vectors({label, request.column, request.share}, lines)
                             : read_table_vectors({label, request.column, request.share}, lines);
}

// stdin, a pipe, a device: what can be read once alone.
bool is_stream(const std::string& path) {
  std::error_code ignored;
  const auto type = std::filesystem::status(path, ignored).type();
  return path == "-" || type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::character;
}

VectorFile read_any(const VectorRequest& request) {
  if (is_stream(request.path)) return read_text_vectors(request);
  const auto file = MappedFile::open(request.path);
  if (file->bytes().empty()) bad_vectors("the file is empty", request.path);
  if (starts_with(file->bytes(), "\x89HDF\r\n\x1a\n")) return read_hdf5_vectors(request);
  if (starts_with(file->bytes(), "PK")) {
    const std::string_view whole(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
    const std::string_view head = whole.substr(0, io::LineReader::kMostPeeked);
    if (head.find(".npy") == std::string_view::npos) io::refuse_foreign(head, request.path, "vectors");
    return read_npz_vectors(request);
  }
  if (is_safetensors(file->bytes())) return read_safetensors_vectors(request);
  return read_text_vectors(request);
}

// Rows with NaN, infinity or values whose squares are infinite are counted and closed up.
void leave_out_failed(VectorFile& file) {
  constexpr float kLargest = 1e18F;
  const auto width = static_cast<std::size_t>(file.width);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < file.ids.size(); ++i) {
    const float* row = file.values.data() + i * width;
    if (!std::all_of(row, row + width, [](float value) { return std::abs(value) <= kLargest; })) {
      ++file.failed;
      continue;
    }
    if (kept != i) {
      std::copy_n(row, width, file.values.data() + kept * width);
      file.ids[kept] = std::move(file.ids[i]);
      for (auto& [name, texts] : file.texts) texts[kept] = std::move(texts[i]);
    }
    ++kept;
  }
  file.ids.resize(kept);
  for (auto& [name, texts] : file.texts) texts.resize(kept);
  file.values.resize(kept * width);
}

// Leaves out what is not of the share, where the reader has not.
void keep_share(VectorFile& file, const Share& share) {
  if (share.of == 1 || file.is_share) return;
  const auto width = static_cast<std::size_t>(file.width);
  const auto first = static_cast<std::size_t>(share.first(file.rows()));
  const auto end = static_cast<std::size_t>(share.end(file.rows()));
  const auto keep = [](auto& values, std::size_t from, std::size_t to) {
    using Difference = typename std::decay_t<decltype(values)>::difference_type;
    values.erase(values.begin() + static_cast<Difference>(to), values.end());
    values.erase(values.begin(), values.begin() + static_cast<Difference>(from));
  };
  keep(file.ids, first, end);
  for (auto& [name, texts] : file.texts) keep(texts, first, end);
  keep(file.values, first * width, end * width);
}

}  // namespace

VectorFile read_vectors(const std::filesystem::path& path, const std::string& column, const Share& share) {
  VectorFile file = read_any({path.string(), column, share});
  keep_share(file, share);
  GROEL_REQUIRE(file.values.size() == file.ids.size() * static_cast<std::size_t>(file.width));
  leave_out_failed(file);
  if (file.ids.empty() || file.width == 0)
    bad_vectors(file.failed > 0 ? fmt::format("{} failed: none has a vector", counted(file.failed, "record"))
                                : "the file holds no vectors",
                path.string());
  return file;
}

std::optional<ColumnName> parse_column_name(const std::string& name) {
  const std::size_t bar = name.rfind('_');
  if (bar == std::string::npos) return std::nullopt;
  const auto output = bio::parse_output(std::string_view(name).substr(0, bar));
  int layer = 0;
  const auto [end, error] = std::from_chars(name.data() + bar + 1, name.data() + name.size(), layer);
  if (!output || error != std::errc() || end != name.data() + name.size() || layer < 0) return std::nullopt;
  return ColumnName{*output, layer};
}

std::string choose_column(const std::vector<std::string>& names, const VectorRequest& request) {
  if (names.empty())
    bad_vectors("the file holds no column with one vector per protein", request.path,
                "embed with `include=mean` (or max, cls)");
  const std::string listed = fmt::format("'{}'", fmt::join(names, "', '"));
  if (!request.column.empty()) {
    if (std::find(names.begin(), names.end(), request.column) != names.end()) return request.column;
    const auto near = nearest(request.column, names);
    bad_vectors(fmt::format("there is no column '{}' of vectors; there is {}", request.column, listed), request.path,
                near ? fmt::format("did you mean '{}'?", *near) : "");
  }
  if (names.size() == 1) return names.front();
  const std::string* best = nullptr;
  int highest = -1;
  for (const std::string& name : names) {
    const auto parsed = parse_column_name(name);
    if (!parsed || parsed->output != Output::mean || parsed->layer <= highest) continue;
    best = &name;
    highest = parsed->layer;
  }
  if (best == nullptr)
    bad_vectors(fmt::format("the file has several columns of vectors: {}", listed), request.path,
                "name one with `column`");
  return *best;
}

void bad_vectors(const std::string& what, const std::string& where, const std::string& remedy) {
  throw Error(ErrorKind::bad_input, {what, where, remedy});
}

nlohmann::json parse_run(const std::string& text) {
  const auto out = nlohmann::json::parse(text, nullptr, false);
  return out.is_object() ? out : nlohmann::json();
}

}  // namespace groel::formats
