// Maps of contacts from each kind of file.
#include "formats/read_contacts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <sstream>

#include "base/mapped_file.h"
#include "formats/hdf5_reader.h"
#include "formats/vector_sources.h"
#include "formats/vector_stream.h"
#include "io/compressed.h"
#include "io/npz.h"

namespace groel::formats {
namespace {

using nlohmann::json;

constexpr std::int64_t kLongestProtein = 1 << 15;
constexpr std::int64_t kLongestOfPairs = 1 << 12;  // where a file of a few lines makes a whole map

// The highest of "contacts_6", "contacts_33"; empty: there is none.
std::string highest_layer(const std::vector<std::string>& names) {
  std::string best;
  int layer = -1;
  for (const std::string& name : names)
    if (const auto parsed = parse_column_name(name);
        parsed && parsed->output == Output::contacts && parsed->layer > layer)
      best = name, layer = parsed->layer;
  return best;
}

struct FlatMaps {
  std::vector<std::string> ids;
  std::vector<std::int64_t> lengths;
  std::span<const float> values;          // of all records, one after the other; a record that failed has none
  std::span<const std::int64_t> offsets;  // [N + 1]
};

ContactFile cut(const FlatMaps& flat, const std::string& path) {
  const std::size_t count = flat.ids.size();
  if (flat.lengths.size() != count || flat.offsets.size() != count + 1)
    bad_vectors(fmt::format("{} ids, {} lengths and {} offsets", count, flat.lengths.size(), flat.offsets.size()),
                path);
  ContactFile out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t from = flat.offsets[i], to = flat.offsets[i + 1], size = flat.lengths[i];
    if (from < 0 || to < from || to > std::ssize(flat.values)) bad_vectors("the offsets do not fit the contacts", path);
    if (from == to) {
      ++out.failed;
      continue;
    }
    if (size < 1 || size > kLongestProtein || to - from != size * size)
      bad_vectors(fmt::format("{} numbers for {} residues", to - from, size), fmt::format("{}: {}", path, flat.ids[i]));
    const auto values = flat.values.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
    out.records.push_back({flat.ids[i], size, {values.begin(), values.end()}});
  }
  return out;
}

template <class T>
std::vector<T> numbers_of(const io::Array& array, DType dtype, const std::string& where) {
  if (array.dtype != dtype || array.bytes.size() % sizeof(T) != 0) bad_vectors("numbers of another type", where);
  std::vector<T> out(array.bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), array.bytes.data(), array.bytes.size());
  return out;
}

std::optional<ContactFile> contacts_of_npz(const std::string& path) {
  const io::NpzFile file = io::read_npz(path);
  std::vector<std::string> names;
  for (const auto& [name, array] : file.arrays) names.push_back(name);
  const std::string column = highest_layer(names);
  if (column.empty()) return std::nullopt;
  const auto array = [&](const std::string& name) -> const io::Array& {
    const auto found = file.arrays.find(name);
    if (found == file.arrays.end()) bad_vectors(fmt::format("there is no array '{}'", name), path);
    return found->second;
  };
  const auto ids = file.texts.find("ids");
  if (ids == file.texts.end()) bad_vectors("there is no array 'ids' of texts", path);
  const auto values = numbers_of<float>(array(column), DType::f32, path + ": " + column);
  const auto offsets = numbers_of<std::int64_t>(array("contacts_offsets"), DType::i64, path + ": contacts_offsets");
  const auto lengths = numbers_of<std::int64_t>(array("lengths"), DType::i64, path + ": lengths");
  ContactFile out = cut({ids->second, lengths, values, offsets}, path);
  if (const auto run = file.texts.find("run"); run != file.texts.end() && run->second.size() == 1)
    out.run = parse_run(run->second.front());
  return out;
}

// What the child that reads an HDF5 file passes on: one row of all numbers, whose head says what they are.
void pass_hdf5(const std::string& path, VectorSink& out) {
  const h5::ReadFile file(path);
  std::vector<std::string> names;
  if (const auto group = file.group(file.root(), "contacts"))
    for (const std::string& link : file.names(*group))
      if (link.starts_with("layer_")) names.push_back("contacts_" + link.substr(6));
  const std::string column = highest_layer(names);
  if (column.empty()) {
    out.head({"", nullptr, 1, 1});
    out.id("none");
    out.values(std::vector<float>{0});
    return out.end(0);
  }
  const std::string name = "contacts/layer_" + column.substr(9);
  const auto part = [&](const std::string& of) {
    auto found = file.dataset(file.root(), of);
    if (!found) bad_vectors("not a dataset", path + ": " + of);
    return std::move(*found);
  };
  std::vector<float> lengths = file.floats(part("lengths"), "lengths");
  if (const auto failed = file.dataset(file.root(), "errors/index"))
    for (const float index : file.floats(*failed, "errors/index"))
      if (index >= 0 && index < static_cast<float>(lengths.size())) lengths[static_cast<std::size_t>(index)] = 0;
  const auto ids = part("ids");
  const auto maps = part(name);
  const std::vector<float> values = file.floats(maps, name);
  const json run = parse_run(file.text_attribute(file.root(), "run").value_or("null"));
  out.head({column,
            {{"run", run}, {"ids", file.texts(ids, "ids")}, {"lengths", lengths}},
            std::max<std::int64_t>(1, std::ssize(values)),
            1});
  out.id("contacts");
  out.values(values.empty() ? std::vector<float>{0} : values);
  out.end(0);
}

std::optional<ContactFile> contacts_of_hdf5(const std::string& path, std::size_t size) {
  const VectorFile read = read_in_child({path, {}}, size, [&](VectorSink& out) { pass_hdf5(path, out); });
  if (read.column.empty()) return std::nullopt;
  FlatMaps flat{read.run.at("ids").get<std::vector<std::string>>(), {}, read.values, {}};
  // Offsets may be too large for f32, lengths are not: the maps lie one after the other without gaps.
  std::vector<std::int64_t> offsets{0};
  for (const json& value : read.run.at("lengths")) {
    const double length = value.is_number() ? value.get<double>() : -1;  // null was not a number
    if (!(length >= 0 && length <= static_cast<double>(kLongestProtein))) bad_vectors("a length that is none", path);
    flat.lengths.push_back(static_cast<std::int64_t>(length));
    offsets.push_back(offsets.back() + flat.lengths.back() * flat.lengths.back());
  }
  if (offsets.back() != std::ssize(read.values) && offsets.back() != 0)
    bad_vectors(fmt::format("{} numbers for proteins of {}", read.values.size(), offsets.back()), path);
  flat.offsets = offsets;
  ContactFile out = cut(flat, path);
  out.run = read.run.at("run");
  return out;
}

// The item of the highest layer; null: there is none.
const json* contacts_in(const json& record) {
  const json* best = nullptr;
  const auto items = record.find("items");
  if (items == record.end()) return best;
  for (const json& item : *items)
    if (item.value("kind", "") == "contacts" && (best == nullptr || item.value("layer", 0) >= best->value("layer", 0)))
      best = &item;
  return best;
}

ContactMapOfRecord map_of(const json& record, const json& item, const std::string& where) {
  const auto shape = item.at("shape").get<std::vector<std::int64_t>>();
  std::vector<float> values;
  for (const json& value : item.at("values"))
    values.push_back(value.is_number() ? value.get<float>() : std::numeric_limits<float>::quiet_NaN());
  if (shape.size() != 2 || shape[0] != shape[1] || shape[0] < 1 || shape[0] > kLongestProtein ||
      shape[0] * shape[1] != std::ssize(values))
    bad_vectors("the values do not fit the shape", where);
  return {record.at("id").get<std::string>(), shape[0], std::move(values)};
}

std::optional<ContactFile> contacts_of_jsonl(io::LineReader& lines) {
  ContactFile out;
  for (std::string_view line; lines.next(line);) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}:{}", lines.label(), lines.number());
    const json record = json::parse(line, nullptr, false);
    if (!record.is_object() || !record.contains("id")) return std::nullopt;
    try {
      if (const json* item = contacts_in(record))
        out.records.push_back(map_of(record, *item, where));
      else
        ++out.failed;
    } catch (const json::exception& error) {
      bad_vectors(fmt::format("a field of the wrong kind: {}", error.what()), where);
    }
  }
  if (out.records.empty()) return std::nullopt;
  return out;
}

// CASP's RR: lines of residues i, j, two distances and a probability; a sequence may stand before them.
// What may begin a line of a CASP RR file that is neither pairs nor sequence.
bool is_rr_keyword(std::string_view word) {
  constexpr std::string_view kWords[] = {"PFRMAT", "TARGET", "AUTHOR", "REMARK", "METHOD", "MODEL", "RMODE", "END"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

ContactFile contacts_of_rr(io::LineReader& lines) {
  struct Pair {
    std::int64_t i, j;
    float probability;
  };
  std::vector<Pair> pairs;
  ContactMapOfRecord out;
  for (std::string_view line; lines.next(line);) {
    std::istringstream words{std::string(line)};
    std::string first;
    words >> first;
    if (first == "TARGET") words >> out.id;
    Pair pair{};
    double low = 0, high = 0;
    std::istringstream numbers{std::string(line)};
    if (numbers >> pair.i >> pair.j >> low >> high >> pair.probability) {
      if (pair.i < 1 || pair.j < 1 || std::max(pair.i, pair.j) > kLongestOfPairs)
        bad_vectors(fmt::format("residues {} and {}: they count from 1, and maps have up to {}", pair.i, pair.j,
                                kLongestOfPairs),
                    fmt::format("{}:{}", lines.label(), lines.number()));
      pairs.push_back(pair);
      out.size = std::max({out.size, pair.i, pair.j});
    } else if (line.size() == first.size() && !first.empty() && !is_rr_keyword(first) &&
               std::all_of(first.begin(), first.end(), [](unsigned char c) { return std::isupper(c) != 0; })) {
      out.residues += first;
    }
  }
  if (pairs.empty()) bad_vectors("there are no pairs of residues in it", lines.label());
  out.size = std::max(out.size, std::ssize(out.residues));
  if (out.size > kLongestOfPairs)
    bad_vectors(fmt::format("{} residues: maps have up to {}", out.size, kLongestOfPairs), lines.label());
  out.values.assign(static_cast<std::size_t>(out.size * out.size), std::numeric_limits<float>::quiet_NaN());
  for (const Pair& pair : pairs)
    for (const auto& [a, b] : {std::pair(pair.i, pair.j), {pair.j, pair.i}})
      out.values[static_cast<std::size_t>((a - 1) * out.size + b - 1)] = pair.probability;
  ContactFile file;
  file.records.push_back(std::move(out));
  return file;
}

}  // namespace

std::optional<ContactFile> read_contacts(const std::filesystem::path& path) {
  const std::string name = path.string();
  const auto file = MappedFile::open(name);
  const std::string_view head(reinterpret_cast<const char*>(file->bytes().data()),
                              std::min<std::size_t>(file->bytes().size(), 64));
  if (head.starts_with("\x89HDF\r\n\x1a\n")) return contacts_of_hdf5(name, file->bytes().size());
  if (head.starts_with("PK") && name.ends_with(".npz")) return contacts_of_npz(name);
  io::LineReader lines(io::decompress(io::open_bytes(name), name), name);
  const std::string_view start = lines.peek(64);
  if (start.starts_with("PFRMAT RR")) return contacts_of_rr(lines);
  if (start.starts_with("{")) return contacts_of_jsonl(lines);
  return std::nullopt;
}

}  // namespace groel::formats
