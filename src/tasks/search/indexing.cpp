// Makes an index: vectors of length 1, a graph where it helps, and notes on what was left out.
#include "tasks/search/indexing.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>

#include "base/compress.h"
#include "formats/extension.h"
#include "formats/result.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/outputs.h"
#include "tasks/search/file_kind.h"
#include "tasks/search/index_set.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

struct Material {
  formats::VectorFile file;  // without its values
  analysis::Vectors vectors;
  std::int64_t zeros = 0, repeated_ids = 0;
};

bool is_zero(std::span<const float> row) {
  return std::all_of(row.begin(), row.end(), [](float value) { return value == 0; });
}

// A vector of zeros points nowhere: it is near to nothing.
void leave_out_zeros(Material& material) {
  analysis::Vectors& all = material.vectors;
  std::vector<std::string>& ids = material.file.ids;
  std::int64_t kept = 0;
  for (std::int64_t r = 0; r < all.rows; ++r) {
    if (is_zero(all.row(r))) continue;
    if (kept != r) {
      std::copy_n(all.values.begin() + r * all.width, all.width, all.values.begin() + kept * all.width);
      ids[static_cast<std::size_t>(kept)] = std::move(ids[static_cast<std::size_t>(r)]);
    }
    ++kept;
  }
  material.zeros = all.rows - kept;
  all.rows = kept;
  all.values.resize(static_cast<std::size_t>(kept * all.width));
  ids.resize(static_cast<std::size_t>(kept));
}

std::int64_t repeated(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  std::int64_t count = 0;
  for (std::size_t i = 0; i < ids.size(); ++i)
    count += (i > 0 && ids[i] == ids[i - 1] && (i < 2 || ids[i] != ids[i - 2])) ? 1 : 0;
  return count;
}

Material read(const std::string& path, const SearchOptions& options, const formats::Share& share, Sink& sink) {
  require_embeddings(path);
  Material out{formats::read_vectors(path, options.column, share), {}};
  for (const std::string& note : out.file.notes) sink.note(note);
  const std::int64_t failed = out.file.failed;
  if (failed > 0)
    sink.warning(fmt::format("{}: {} left out", path,
                             counted(failed, "record has no vector and is", "records have no vector and are")));
  out.vectors = analysis::normalised({out.file.rows(), out.file.width, std::move(out.file.values)});
  leave_out_zeros(out);
  if (out.zeros > 0)
    sink.warning(fmt::format("{}: {} left out", path,
                             counted(out.zeros, "vector of zeros alone, which points nowhere, is",
                                     "vectors of zeros alone, which point nowhere, are")));
  if (out.vectors.rows == 0)
    throw Error(ErrorKind::bad_input, {"no vector is left to index", path, "look at what wrote the file"});
  out.repeated_ids = repeated(out.file.ids);
  if (out.repeated_ids > 0)
    sink.warning(counted(out.repeated_ids, "id occurs", "ids occur") +
                 " more than once: a query by id means the first");
  return out;
}

// "2/4", or 1 of 1.
formats::Share share_of(const SearchOptions& options) {
  if (options.shard.empty()) return {};
  formats::Share out;
  char slash = 0, more = 0;
  std::istringstream text(options.shard);
  if (!(text >> out.part >> slash >> out.of) || slash != '/' || text >> more || out.part < 1 || out.part > out.of)
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no part of a whole", options.shard), "--shard",
                                   "I/N with I from 1 to N, as 1/4"});
  return out;
}

ordered_json summary(const Material& material, const IndexGraph& made, const std::string& path) {
  ordered_json out{{"index", path},
                   {"vectors", material.vectors.rows},
                   {"width", material.vectors.width},
                   {"column", material.file.column},
                   {"failed", material.file.failed},
                   {"zero_vectors", material.zeros},
                   {"repeated_ids", material.repeated_ids},
                   {"graph", made.graph.has_value()}};
  if (made.graph) {
    out["copies"] = made.graph->copies.size();
    out.update(quality_json(made.quality));
  }
  if (made.codes) {
    out.update({{"engine", "faiss"},
                {"lists", made.codes->lists},
                {"code_bytes", made.codes->code_bytes},
                {"probes", made.codes->probes}});
    out.update(quality_json(made.quality));
  }
  std::error_code special;  // which has no size
  const std::uintmax_t bytes = std::filesystem::file_size(path, special);
  out["bytes"] = special ? 0 : bytes;
  return out;
}

std::string told(const Material& material, const IndexGraph& made, const SearchOptions& options) {
  if (made.codes)
    return fmt::format("{}, {} of {} lists looked at",
                       quality_text(made.quality, fmt::format("a search by codes of {} bytes", made.codes->code_bytes)),
                       made.codes->probes, made.codes->lists);
  if (options.exact) return "no graph, as asked for: every query is compared with all vectors";
  if (material.vectors.rows <= kMostWithoutGraph)
    return fmt::format("no graph: up to {} vectors, comparing all takes no longer, and is exact", kMostWithoutGraph);
  if (!made.graph) return "no graph: every query is compared with all vectors";
  return fmt::format("{}; {} equal another vector and are listed with it", quality_text(made.quality),
                     made.graph->copies.size());
}

// An index under the name of a table or of an array file would be taken for one.
void check_index_name(const std::filesystem::path& path) {
  std::vector<std::string> others = formats::known_extensions();
  for (const char* more : {".json", ".svg", ".png", ".html"}) others.emplace_back(more);
  const std::string extension = formats::format_extension(path);
  const bool other = std::find(others.begin(), others.end(), extension) != others.end();
  if (other || compression_of(path) != Compression::none)
    throw Error(ErrorKind::usage, {fmt::format("an index is not {}", formats::format_title(extension)), path.string(),
                                   "name it as proteins.index"});
}

// What would have no effect is refused.
void check_engine(const SearchOptions& options) {
  const bool faiss = options.engine == "faiss";
  if (faiss && options.exact)
    throw Error(ErrorKind::usage, {"an exact search needs no FAISS", "--engine --exact", "leave one of them out"});
  if (!faiss && (options.lists != 0 || options.code_bytes != 0))
    throw Error(ErrorKind::usage,
                {"a graph has neither lists nor codes", "--lists --code-bytes", "add --engine faiss"});
  if (faiss && !analysis::has_quantised()) (void)analysis::open_quantised({});  // says what is missing
}

IndexGraph found_by(const analysis::UnitRows& rows, const SearchOptions& options, Sink& sink) {
  if (options.exact) return {};
  if (options.engine == "faiss")
    return make_codes(rows, {.lists = options.lists, .code_bytes = options.code_bytes}, sink);
  return make_graph(rows, sink);
}

}  // namespace

int make_index(const std::string& embeddings, const SearchOptions& options, Context& context) {
  if (!options.to_file())
    throw Error(ErrorKind::usage, {"the index needs a file", "--output", "for example -o proteins.index"});
  check_index_name(*options.output);
  check_engine(options);
  const formats::Share share = share_of(options);
  SearchOptions named = options;
  if (share.of > 1) named.output = shard_path(*options.output, share.part, share.of).string();
  check_table_output(named);
  const std::string& path = *named.output;
  const auto begin = Clock::now();
  const Material material = read(embeddings, options, share, context.sink);
  const analysis::Vectors& vectors = material.vectors;
  const analysis::UnitRows rows{vectors.rows, vectors.width, vectors.values.data()};
  const IndexGraph made = found_by(rows, options, context.sink);
  write_index(path, {{std::filesystem::path(embeddings).filename().string(), material.file.column, material.file.run},
                     material.file.ids,
                     rows,
                     made,
                     share.part,
                     share.of});
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (options.json) {
    ordered_json out = summary(material, made, path);
    out["seconds"] = seconds;
    context.out << out.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    return 0;
  }
  context.sink.note(fmt::format("indexed {} of width {} ({}) in {:.1f} s: {}", counted(vectors.rows, "vector"),
                                vectors.width, material.file.column.empty() ? "unnamed" : material.file.column, seconds,
                                path));
  context.sink.note(told(material, made, options));
  return 0;
}

}  // namespace groel::tasks
