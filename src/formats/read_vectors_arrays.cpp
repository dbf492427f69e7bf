// Reads vectors from files of named arrays: NPZ and safetensors.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "formats/vector_sources.h"
#include "io/npz.h"

namespace groel::formats {
namespace {

template <class Element>
void convert(std::span<const std::byte> bytes, std::vector<float>& out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Element element;
    std::memcpy(&element, bytes.data() + i * sizeof element, sizeof element);
    if constexpr (std::is_arithmetic_v<Element>)
      out[i] = static_cast<float>(element);
    else
      out[i] = to_float(element);
  }
}

bool is_matrix(const io::Array& array) {
  const bool real =
      array.dtype == DType::f32 || array.dtype == DType::f64 || array.dtype == DType::f16 || array.dtype == DType::bf16;
  return real && array.shape.size() == 2;
}

// Rows [first, end) of a matrix.
std::vector<float> floats(const io::Array& array, std::int64_t first, std::int64_t end) {
  const auto width = static_cast<std::size_t>(array.shape[1]), size = size_of(array.dtype);
  std::vector<float> out(static_cast<std::size_t>(end - first) * width);
  const auto bytes = std::span<const std::byte>(array.bytes).subspan(static_cast<std::size_t>(first) * width * size);
  switch (array.dtype) {
    case DType::f64: convert<double>(bytes, out); break;
    case DType::f16: convert<f16_t>(bytes, out); break;
    case DType::bf16: convert<bf16_t>(bytes, out); break;
    default: convert<float>(bytes, out);
  }
  return out;
}

// Ours are named; of another's file any matrix with one row per id will do.
std::vector<std::string> columns_of(const io::ArrayMap& arrays, std::size_t ids) {
  std::vector<std::string> pooled;
  std::vector<std::string> matrices;
  for (const auto& [name, array] : arrays) {
    if (!is_matrix(array)) continue;
    const auto parsed = parse_column_name(name);
    if (parsed && is_pooled(parsed->output)) pooled.push_back(name);
    if (!parsed && array.shape[0] == static_cast<std::int64_t>(ids)) matrices.push_back(name);
  }
  return pooled.empty() ? matrices : pooled;
}

VectorFile take_column(const io::ArrayMap& arrays, std::vector<std::string> ids, const VectorRequest& request) {
  VectorFile out;
  out.column = choose_column(columns_of(arrays, ids.size()), request);
  const io::Array& array = arrays.at(out.column);
  if (array.shape[0] != static_cast<std::int64_t>(ids.size()))
    bad_vectors(fmt::format("{} rows for {} ids", array.shape[0], ids.size()),
                fmt::format("{}: {}", request.path, out.column));
  const std::int64_t first = request.share.first(array.shape[0]), end = request.share.end(array.shape[0]);
  out.ids.assign(std::make_move_iterator(ids.begin() + first), std::make_move_iterator(ids.begin() + end));
  out.width = array.shape[1];
  out.values = floats(array, first, end);
  out.is_share = true;
  return out;
}

// The texts called ids or the like, or else the only ones.
std::vector<std::string> npz_ids(const io::NpzFile& file, const VectorRequest& request) {
  for (const char* name : {"ids", "id", "names", "labels", "accessions"})
    if (const auto found = file.texts.find(name); found != file.texts.end()) return found->second;
  if (file.texts.size() == 1) return file.texts.begin()->second;
  bad_vectors("there is no array 'ids' of texts", request.path);
}

std::vector<std::string> safetensors_ids(const io::ArrayMap& arrays, const VectorRequest& request) {
  const auto text = arrays.find("ids");
  const auto places = arrays.find("ids_offsets");
  if (text == arrays.end() || places == arrays.end() || text->second.dtype != DType::u8 ||
      places->second.dtype != DType::i64 || places->second.bytes.empty())
    bad_vectors("there are no ids (u8) with ids_offsets (i64)", request.path,
                "`groel embed` writes them; see docs/formats.md");
  std::vector<std::int64_t> offsets(places->second.bytes.size() / sizeof(std::int64_t));
  std::memcpy(offsets.data(), places->second.bytes.data(), places->second.bytes.size());
  const auto size = static_cast<std::int64_t>(text->second.bytes.size());
  if (offsets.front() != 0 || offsets.back() != size || !std::is_sorted(offsets.begin(), offsets.end()))
    bad_vectors("the offsets do not fit the ids", request.path + ": ids_offsets");
  std::vector<std::string> out;
  const auto* characters = reinterpret_cast<const char*>(text->second.bytes.data());
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
    out.emplace_back(characters + offsets[i], static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
  return out;
}

}  // namespace

VectorFile read_npz_vectors(const VectorRequest& request) {
  const io::NpzFile file = io::read_npz(request.path);
  VectorFile out = take_column(file.arrays, npz_ids(file, request), request);
  if (const auto run = file.texts.find("run"); run != file.texts.end() && run->second.size() == 1)
    out.run = parse_run(run->second.front());
  return out;
}

VectorFile read_safetensors_vectors(const VectorRequest& request) {
  const io::ArrayFile file = io::read_safetensors(request.path);
  VectorFile out = take_column(file.arrays, safetensors_ids(file.arrays, request), request);
  if (const auto run = file.metadata.find("run"); run != file.metadata.end() && run->is_string())
    out.run = parse_run(run->get<std::string>());
  return out;
}

}  // namespace groel::formats
