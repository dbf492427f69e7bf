// Writes and opens the index file.
#include "tasks/search/index_file.h"

#include "base/error.h"
#include "base/sha256.h"
#include "formats/text.h"
#include "tasks/search/file_kind.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "groel-index";
constexpr const char* kVersion = "2";
constexpr const char* kVersionOfParts = "3";  // which a program that does not know them is to refuse

template <class T>
std::span<const T> values(const io::Array& array) {
  return {reinterpret_cast<const T*>(array.bytes.data()), array.bytes.size() / sizeof(T)};
}

template <class T>
io::ArrayView view_of(const std::vector<T>& values, std::vector<std::int64_t> shape) {
  return {dtype_of<T>::value, std::move(shape), std::as_bytes(std::span(values))};
}

std::int64_t slot_size(std::int64_t degree, std::size_t level) { return 1 + (level == 0 ? 2 * degree : degree); }

std::string rows_name(std::size_t level) { return fmt::format("level_{}_rows", level); }
std::string links_name(std::size_t level) { return fmt::format("level_{}_links", level); }

void add_graph(const analysis::HnswGraph& graph, std::map<std::string, io::ArrayView>& tensors) {
  for (std::size_t level = 0; level < graph.levels.size(); ++level) {
    const auto& [rows, links] = graph.levels[level];
    const std::int64_t slot = slot_size(graph.degree, level);
    tensors[links_name(level)] = view_of(links, {static_cast<std::int64_t>(links.size()) / slot, slot});
    if (level > 0) tensors[rows_name(level)] = view_of(rows, {static_cast<std::int64_t>(rows.size())});
  }
  tensors["copied"] = view_of(graph.copied, {static_cast<std::int64_t>(graph.copied.size())});
  tensors["copies"] = view_of(graph.copies, {static_cast<std::int64_t>(graph.copies.size())});
}

// A text of the metadata; empty when there is none.
std::string text(const json& metadata, const char* name) {
  return metadata.contains(name) && metadata[name].is_string() ? metadata[name].get<std::string>() : std::string();
}

std::string digest_of(std::span<const std::byte> bytes) {
  Sha256 digest;
  digest.update(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return digest.finish();
}

json parsed(const std::string& text) {
  json out = json::parse(text, nullptr, false);
  return out.is_object() ? out : json();
}

void require_version(const json& metadata, const std::string& path) {
  const std::string version = text(metadata, "format_version");
  if ((version == kVersion || version == kVersionOfParts) && text(metadata, "metric") == "cosine") return;
  const std::string source = text(metadata, "source");
  throw Error(ErrorKind::bad_input,
              {fmt::format("an index of version '{}', metric '{}'; this program reads version {}, cosine", version,
                           text(metadata, "metric"), kVersion),
               path,
               fmt::format("make it again: groel search index {} -o {} --overwrite",
                           source.empty() ? "EMBEDDINGS" : source, path)});
}

}  // namespace

std::string IndexDescription::model() const {
  return run.is_object() && run.contains("model") && run["model"].is_string() ? run["model"].get<std::string>() : "";
}

json quality_json(const analysis::HnswQuality& quality) {
  return {{"recall_at_10", quality.recall}, {"recall_sample", quality.sampled}, {"lost", quality.lost}};
}

std::string quality_text(const analysis::HnswQuality& quality, std::string_view by) {
  return fmt::format("{} finds {:.2f} % of the ten nearest (measured on {} vectors){}", by, 100 * quality.recall,
                     quality.sampled,
                     quality.lost == 0 ? std::string() : fmt::format("; {} do not find themselves", quality.lost));
}

void write_index(const std::filesystem::path& path, const IndexContent& content) {
  std::map<std::string, io::ArrayView> tensors;
  const analysis::UnitRows& vectors = content.vectors;
  const std::span<const float> all(vectors.values, static_cast<std::size_t>(vectors.rows * vectors.width));
  tensors["vectors"] = {DType::f32, {vectors.rows, vectors.width}, std::as_bytes(all)};
  std::vector<std::int64_t> offsets{0};
  std::vector<std::uint8_t> texts;
  for (const std::string& id : content.ids) {
    texts.insert(texts.end(), id.begin(), id.end());
    offsets.push_back(static_cast<std::int64_t>(texts.size()));
  }
  tensors["ids"] = view_of(texts, {offsets.back()});
  tensors["ids_offsets"] = view_of(offsets, {static_cast<std::int64_t>(offsets.size())});
  std::map<std::string, std::string> metadata{{"format", kFormat},
                                              {"format_version", content.of > 1 ? kVersionOfParts : kVersion},
                                              {"metric", "cosine"},
                                              {"source", formats::clean_utf8(content.about.source)},
                                              {"column", formats::clean_utf8(content.about.column)}};
  if (content.about.run.is_object()) metadata["run"] = content.about.run.dump();
  if (content.made.graph) {
    const analysis::HnswGraph& graph = *content.made.graph;
    add_graph(graph, tensors);
    json description{{"degree", graph.degree}, {"entry", graph.entry}, {"levels", graph.levels.size()}};
    description.update(quality_json(content.made.quality));
    metadata["graph"] = description.dump();
  }
  if (content.of > 1) metadata["part"] = json{{"part", content.part}, {"of", content.of}}.dump();
  if (content.made.codes) {
    const IndexCodes& codes = *content.made.codes;
    tensors["codes"] = {DType::u8, {static_cast<std::int64_t>(codes.bytes.size())}, codes.bytes};
    json description{{"engine", "faiss"},
                     {"lists", codes.lists},
                     {"code_bytes", codes.code_bytes},
                     {"probes", codes.probes},
                     {"sha256", digest_of(codes.bytes)}};
    description.update(quality_json(content.made.quality));
    metadata["codes"] = description.dump();
  }
  io::write_safetensors(path, tensors, metadata);
}

SearchIndex SearchIndex::open(const std::filesystem::path& path) {
  SearchIndex index;
  index.path_ = path.string();
  try {
    index.file_ = io::read_safetensors(path);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_model) throw;
    throw not_an_index(path, error.parts().what);
  }
  const json& metadata = index.file_.metadata;
  if (text(metadata, "format") != kFormat) throw not_an_index(path, "it has another format");
  require_version(metadata, index.path_);
  index.about_ = {text(metadata, "source"), text(metadata, "column"), parsed(text(metadata, "run"))};
  index.read_vectors();
  index.read_ids();
  index.read_place(metadata);
  if (metadata.contains("graph")) index.read_graph(parsed(text(metadata, "graph")));
  if (metadata.contains("codes")) index.read_codes(parsed(text(metadata, "codes")));
  return index;
}

void SearchIndex::damaged(const std::string& what) const {
  throw Error(ErrorKind::bad_input, {"the index is damaged: " + what, path_, "make it again"});
}

const io::Array& SearchIndex::tensor(const std::string& name, DType dtype) const {
  const auto found = file_.arrays.find(name);
  if (found == file_.arrays.end()) damaged(fmt::format("there is no '{}'", name));
  if (found->second.dtype != dtype) damaged(fmt::format("'{}' has the wrong type", name));
  return found->second;
}

void SearchIndex::read_vectors() {
  const io::Array& array = tensor("vectors", DType::f32);
  if (array.shape.size() != 2 || array.shape[0] < 1 || array.shape[1] < 1 || array.shape[0] > INT32_MAX)
    damaged("'vectors' has the wrong shape");
  vectors_ = {array.shape[0], array.shape[1], values<float>(array).data()};
}

void SearchIndex::read_ids() {
  const io::Array& array = tensor("ids", DType::u8);
  texts_ = {reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size()};
  offsets_ = values<std::int64_t>(tensor("ids_offsets", DType::i64));
  if (offsets_.size() != static_cast<std::size_t>(vectors_.rows) + 1) damaged("'ids_offsets' has the wrong shape");
}

void SearchIndex::read_graph(const json& description) {
  const auto number = [&](const char* name, std::int64_t most) {
    if (!description.is_object() || !description.contains(name) || !description[name].is_number_integer())
      damaged("its graph is not described");
    const auto value = description[name].get<std::int64_t>();
    if (value < 0 || value > most) damaged(fmt::format("its graph has {} {}", name, value));
    return value;
  };
  graph_ = {number("degree", 1 << 16), number("entry", vectors_.rows - 1), {}};
  const auto levels = static_cast<std::size_t>(number("levels", 64));
  for (std::size_t level = 0; level < levels; ++level) {
    const auto links = values<std::int32_t>(tensor(links_name(level), DType::i32));
    std::span<const std::int32_t> rows;
    if (level > 0) rows = values<std::int32_t>(tensor(rows_name(level), DType::i32));
    const std::size_t slots = level > 0 ? rows.size() : static_cast<std::size_t>(vectors_.rows);
    if (links.size() != slots * static_cast<std::size_t>(slot_size(graph_.degree, level)))
      damaged(fmt::format("'{}' has the wrong shape", links_name(level)));
    graph_.levels.push_back({rows, links});
  }
  read_copies();
  read_quality(description);
}

void SearchIndex::read_place(const json& metadata) {
  if (!metadata.contains("part")) return;
  const json said = parsed(text(metadata, "part"));
  for (const char* name : {"part", "of"})
    if (!said.is_object() || !said.contains(name) || !said[name].is_number_integer())
      damaged("it does not say which part it is");
  place_ = {said["part"].get<std::int64_t>(), said["of"].get<std::int64_t>()};
}

void SearchIndex::read_codes(const json& description) {
  const auto number = [&](const char* name) {
    if (!description.is_object() || !description.contains(name) || !description[name].is_number_integer() ||
        description[name].get<std::int64_t>() < 1)
      damaged("its codes are not described");
    return description[name].get<std::int64_t>();
  };
  codes_ = {tensor("codes", DType::u8).bytes, number("lists"), number("code_bytes"), number("probes"),
            text(description, "sha256")};
  read_quality(description);
}

std::unique_ptr<analysis::QuantisedIndex> SearchIndex::open_codes() const {
  // FAISS takes what it reads as it is.
  if (digest_of(codes_->bytes) != codes_->sha256) damaged("its codes are not those that were written");
  return analysis::open_quantised(codes_->bytes);
}

void SearchIndex::read_copies() {
  graph_.copied = values<std::int32_t>(tensor("copied", DType::i32));
  graph_.copies = values<std::int32_t>(tensor("copies", DType::i32));
  if (graph_.copied.size() != graph_.copies.size()) damaged("'copies' has the wrong shape");
}

void SearchIndex::read_quality(const json& description) {
  for (const char* name : {"recall_at_10", "recall_sample", "lost"})
    if (!description.contains(name) || !description[name].is_number()) return;
  quality_ = {description["recall_at_10"].get<double>(), description["recall_sample"].get<std::int64_t>(),
              description["lost"].get<std::int64_t>()};
}

std::string_view SearchIndex::id(std::int64_t row) const {
  const std::int64_t begin = offsets_[static_cast<std::size_t>(row)];
  const std::int64_t end = offsets_[static_cast<std::size_t>(row) + 1];
  if (begin < 0 || end < begin || end > static_cast<std::int64_t>(texts_.size())) damaged("'ids_offsets' is wrong");
  return texts_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

}  // namespace groel::tasks
