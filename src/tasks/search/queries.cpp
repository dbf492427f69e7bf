// Makes queries from ids, embedding files and sequences.
#include "tasks/search/queries.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "checkpoints/load.h"
#include "engine/plan.h"
#include "formats/vector_sources.h"
#include "tasks/embed/run.h"
#include "tasks/reading/input.h"
#include "tasks/reading/model.h"

namespace groel::tasks {

void set_vector(SearchQuery& query, std::span<const float> values) {
  if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
    query.error = Error(ErrorKind::bad_input, {"its vector holds NaN or infinity", query.id, {}});
  else if (std::all_of(values.begin(), values.end(), [](float value) { return value == 0; }))
    query.error = Error(ErrorKind::bad_input, {"its vector holds zeros alone, which point nowhere", query.id, {}});
  if (query.error) return;
  analysis::Vectors one{1, static_cast<std::int64_t>(values.size()), {values.begin(), values.end()}};
  query.vector = analysis::normalised(std::move(one)).values;
}

void check_width(std::int64_t width, const IndexSet& index, const std::string& where) {
  if (width != index.width())
    throw Error(ErrorKind::bad_input,
                {fmt::format("vectors of width {}, where those of the index have {}", width, index.width()), where,
                 "query with vectors of the model that made the index"});
}

namespace {

// Empty where the run does not say.
std::string said(const nlohmann::json& run, const char* field) {
  return run.is_object() && run.contains(field) && run[field].is_string() ? run[field].get<std::string>() : "";
}

std::string prompts_said(const nlohmann::json& run) {
  if (!run.contains("prompts") || run["prompts"].empty()) return "without prompts";
  return "with the prompts " + run["prompts"].dump();
}

}  // namespace

void check_run(const nlohmann::json& run, const IndexSet& index, const std::string& where, Sink& sink) {
  const nlohmann::json& of_index = index.about().run;
  const std::string model = said(run, "model"), indexed = said(of_index, "model");
  if (model.empty() || indexed.empty()) return;
  if (const std::string ours = prompts_said(run), theirs = prompts_said(of_index); ours != theirs)
    throw Error(ErrorKind::usage,
                {fmt::format("made {}, where the index is {}: their vectors do not compare", ours, theirs), where,
                 "query with --embeddings that were made as the index was"});
  const std::string weights = said(run, "fingerprint"), weights_indexed = said(of_index, "fingerprint");
  if (!weights.empty() && weights == weights_indexed) return;
  if (model != indexed)
    throw Error(ErrorKind::usage,
                {fmt::format("made by the model '{}', where the index is of '{}': their vectors do not compare", model,
                             indexed),
                 where, "query with the model that made the index"});
  if (!weights.empty() && !weights_indexed.empty())
    sink.warning(
        fmt::format("'{}' made the index and the queries, with other weights or from another form of its file: "
                    "the vectors may not compare",
                    model));
}

formats::ColumnName column_of(const IndexSet& index, const models::Model& model, const std::string& where) {
  const auto column = formats::parse_column_name(index.about().column);
  if (!column || !formats::is_pooled(column->output))
    throw Error(ErrorKind::usage, {"the index does not say which layer its vectors are of, so sequences cannot be "
                                   "embedded for it",
                                   where, "query with --embeddings or --ids"});
  if (column->layer > model.info().layers)
    throw Error(
        ErrorKind::usage,
        {fmt::format("the index is of layer {}, and the model has {}", column->layer, model.info().layers), where, {}});
  return *column;
}

SearchQuery query_by_id(const std::string& id, const IndexSet& index, Sink& sink) {
  const auto [row, others] = index.find(id);
  if (others > 0)
    sink.warning(fmt::format("{} records of the index are named '{}': the first, '{}', is looked for", others + 1, id,
                             index.id(row)));
  const auto values = index.row(row);
  return {std::string(index.id(row)), {values.begin(), values.end()}, row};
}

namespace {

// The same layer, pooled the same way, as far as both are known.
void check_column(const std::string& column, const IndexSet& index, const std::string& where) {
  const std::string& of_index = index.about().column;
  if (column == of_index || !formats::parse_column_name(column) || !formats::parse_column_name(of_index)) return;
  throw Error(
      ErrorKind::usage,
      {fmt::format("these vectors are '{}', where those of the index are '{}': they do not compare", column, of_index),
       where, "give the column of the index, or make an index of the other one"});
}

// One that the index lacks fails alone, unless it lacks all of them.
std::vector<SearchQuery> by_ids(const std::vector<std::string>& ids, const IndexSet& index, Sink& sink) {
  if (ids.empty()) throw Error(ErrorKind::usage, {"no id is named", "--ids", "for example --ids P01308,P68871"});
  std::vector<SearchQuery> out;
  for (const std::string& id : ids) {
    try {
      out.push_back(query_by_id(id, index, sink));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;
      out.push_back({id, {}, -1, error});
    }
  }
  const auto failed = [](const SearchQuery& query) { return query.error.has_value(); };
  if (!out.empty() && std::all_of(out.begin(), out.end(), failed)) throw Error(*out.front().error);
  return out;
}

std::vector<SearchQuery> by_embeddings(const std::string& path, const std::string& column, const IndexSet& index,
                                       Sink& sink) {
  const std::string wanted =
      column.empty() && formats::parse_column_name(index.about().column) ? index.about().column : column;
  const formats::VectorFile file = formats::read_vectors(path, wanted);
  for (const std::string& note : file.notes) sink.note(note);
  const IndexDescription about{path, file.column, file.run};
  check_run(about.run, index, path, sink);
  check_width(file.width, index, path);
  if (about.model().empty() || index.about().model().empty())
    sink.note("the files do not say whether one model made the index and the queries");
  check_column(file.column, index, path);
  if (file.failed > 0)
    sink.warning(fmt::format("{}: {}", path, counted(file.failed, "record has no vector", "records have no vector")));
  std::vector<SearchQuery> out;
  const auto width = static_cast<std::size_t>(file.width);
  for (std::size_t i = 0; i < file.ids.size(); ++i) {
    out.push_back({file.ids[i], {}, -1, {}});
    set_vector(out.back(), std::span(file.values).subspan(i * width, width));
  }
  return out;
}

// The column of the index, computed for sequences.
class Embedder {
 public:
  Embedder(const SearchOptions& options, const IndexSet& index, Sink& sink)
      : loaded_(load_named(*options.model, options.dtype, sink)),
        column_(column_of(index, *loaded_.model, "--sequences")) {
    check_run(describe_run(loaded_, {}), index, "--model", sink);
    check_width(loaded_.model->info().width, index, "--model");
    const nlohmann::json& run = index.about().run;
    if (run.is_object() && run.contains("long") && run["long"] == "truncate") long_policy_ = LongPolicy::truncate;
  }

  std::vector<SearchQuery> embed(const std::string& path, io::Gaps gaps, Sink& sink) {
    const EmbedInput input = read_embed_input({{path}, {}, long_policy_, gaps}, *loaded_.model);
    input.summary.tell(sink);
    const auto computed = compute(input, sink);
    std::vector<SearchQuery> out;
    for (const EmbedRecord& record : input.records) {
      out.push_back({record.id, {}, -1, std::nullopt});
      if (record.error) {
        out.back().error = *record.error;
        continue;
      }
      const engine::OutputValues& values = computed[static_cast<std::size_t>(record.distinct)];
      if (values.failure)
        out.back().error = values.failure;
      else
        set_vector(out.back(), values.of(column_.output).values<float>());
    }
    return out;
  }

 private:
  // Of each distinct sequence.
  std::vector<engine::OutputValues> compute(const EmbedInput& input, Sink& sink) const {
    const engine::Runner runner(*loaded_.model, {{column_.layer}, {column_.output}},
                                {.progress = {.phase = "embedding", .unit = "queries"}});
    return engine::run_all(runner, jobs_of(input, loaded_.model->tokenizer()), sink);
  }

  checkpoints::LoadedModel loaded_;
  formats::ColumnName column_;
  LongPolicy long_policy_ = LongPolicy::error;
};

}  // namespace

std::vector<SearchQuery> read_queries(const SearchOptions& options, const IndexSet& index, Sink& sink) {
  const int kinds =
      int{options.ids.has_value()} + int{options.embeddings.has_value()} + int{options.sequences.has_value()};
  if (kinds != 1)
    throw Error(ErrorKind::usage, {kinds == 0 ? "nothing to search for" : "more than one kind of query", "query",
                                   "give one of --sequences FASTA -m MODEL, --ids A,B and --embeddings FILE"});
  if (options.ids) return by_ids(*options.ids, index, sink);
  if (options.embeddings) return by_embeddings(*options.embeddings, options.column, index, sink);
  if (!options.model)
    throw Error(ErrorKind::usage,
                {"sequences need the model that made the index", "--model",
                 index.about().model().empty() ? std::string() : fmt::format("which is '{}'", index.about().model())});
  return Embedder(options, index, sink).embed(*options.sequences, parse_gaps(options.gaps), sink);
}

}  // namespace groel::tasks
