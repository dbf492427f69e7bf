// Learns numbers of pairs from vectors, with and without prompts.
#include "tasks/probe/affinity_task.h"

#include <algorithm>
#include <cmath>

#include "analysis/linear_model.h"
#include "base/words.h"
#include "interactions/sequences.h"
#include "io/numbers.h"
#include "io/table.h"
#include "statistics/regression.h"
#include "tasks/reading/model.h"
#include "tasks/train/vectors.h"
#include "train/corpus.h"

namespace groel::tasks {
namespace {

constexpr std::size_t kFewest = 10;  // pairs

[[noreturn]] void refuse(const std::string& name, const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorKind::usage, {fmt::format("task '{}': {}", name, what), "--task", remedy});
}

std::vector<std::string> texts_of(const nlohmann::json& value) {
  return value.is_array() ? value.get<std::vector<std::string>>() : std::vector{value.get<std::string>()};
}

// Pairs with their numbers, by the places of their proteins.
struct Affinities {
  std::vector<std::string> proteins, sequences;
  std::vector<std::size_t> first, second;
  std::vector<double> values;
};

std::size_t place_of(const std::string& column, const io::Table& table) {
  const auto at = std::find(table.columns.names.begin(), table.columns.names.end(), column);
  if (at == table.columns.names.end())
    throw Error(ErrorKind::bad_input, {fmt::format("there is no column '{}'", column), table.source,
                                       "its columns are " + listed(table.columns.names)});
  return static_cast<std::size_t>(at - table.columns.names.begin());
}

struct Reader {
  const AffinityTask& task;
  const interactions::ProteinSequences& sequences;
  Affinities out{};
  interactions::Numbering ids{};
  std::int64_t without_number = 0, unknown = 0;

  std::size_t protein(const std::string& id) {
    const std::uint32_t place = ids.place_of(id);
    if (place == out.proteins.size()) {
      out.proteins.push_back(id);
      out.sequences.push_back(sequences.of(id));
    }
    return place;
  }

  void read(const io::Table& table) {
    if (table.columns.names.size() < 3)
      throw Error(ErrorKind::bad_input, {"a table of affinities has two ids and a number", table.source, {}});
    const std::size_t value = place_of(task.value_column, table);
    std::vector<std::string> names = task.pair_columns;
    if (names.empty()) names = {table.columns.names[0], table.columns.names[1]};
    const std::size_t a = place_of(names[0], table), b = place_of(names[1], table);
    for (const io::CsvRow& row : table.rows) {
      const auto number = io::parse_number(row.fields[value]);
      if (!number || !std::isfinite(*number)) {
        ++without_number;
      } else if (!sequences.has(row.fields[a]) || !sequences.has(row.fields[b])) {
        ++unknown;
      } else {
        out.first.push_back(protein(row.fields[a]));
        out.second.push_back(protein(row.fields[b]));
        out.values.push_back(*number);
      }
    }
  }
};

Affinities read_affinities(const AffinityTask& task, Sink& sink) {
  const interactions::ProteinSequences sequences(task.sequences);
  for (const std::string& note : sequences.notes()) sink.warning(note);
  Reader reader{task, sequences};
  for (const std::string& path : task.data) reader.read(io::read_table(path));
  if (reader.without_number > 0)
    sink.note(fmt::format("task {}: {} without a number in {} left out", task.name,
                          counted(reader.without_number, "pair"), task.value_column));
  if (reader.unknown > 0)
    sink.note(
        fmt::format("task {}: {} of proteins without a sequence left out", task.name, counted(reader.unknown, "pair")));
  const auto& values = reader.out.values;
  if (values.size() < kFewest)
    throw Error(ErrorKind::bad_input,
                {fmt::format("task '{}': {}, and {} are needed", task.name, counted(values.size(), "pair"), kFewest),
                 listed(task.data),
                 {}});
  if (std::ranges::all_of(values, [&](double value) { return value == values[0]; }))
    throw Error(ErrorKind::bad_input,
                {fmt::format("task '{}': all numbers are {}", task.name, values[0]), task.value_column, {}});
  return std::move(reader.out);
}

// Vectors of proteins, with mean 0 and deviation 1 in each column: [P, D].
std::vector<double> standardised(const train::VectorSource& source) {
  const auto rows = static_cast<std::size_t>(source.sequences()), width = static_cast<std::size_t>(source.width());
  std::vector<float> values(rows * width);
  for (std::size_t i = 0; i < rows; ++i) source.read(static_cast<std::int64_t>(i), values.data() + i * width);
  std::vector<double> out(values.begin(), values.end());
  for (std::size_t d = 0; d < width; ++d) {
    double mean = 0, squares = 0;
    for (std::size_t i = 0; i < rows; ++i) mean += out[i * width + d] / static_cast<double>(rows);
    for (std::size_t i = 0; i < rows; ++i) squares += std::pow(out[i * width + d] - mean, 2);
    const double deviation = squares > 0 ? std::sqrt(squares / static_cast<double>(rows)) : 1;
    for (std::size_t i = 0; i < rows; ++i) out[i * width + d] = (out[i * width + d] - mean) / deviation;
  }
  return out;
}

// p + q, |p - q|, p·q of some of the pairs.
analysis::SparseRows features(const Affinities& of, const std::vector<double>& vectors,
                              std::span<const std::int64_t> which) {
  const std::size_t width = vectors.size() / of.proteins.size();
  std::vector<double> out;
  for (const std::int64_t pair : which) {
    const double* const p = vectors.data() + of.first[static_cast<std::size_t>(pair)] * width;
    const double* const q = vectors.data() + of.second[static_cast<std::size_t>(pair)] * width;
    for (std::size_t d = 0; d < width; ++d) out.push_back(p[d] + q[d]);
    for (std::size_t d = 0; d < width; ++d) out.push_back(std::abs(p[d] - q[d]));
    for (std::size_t d = 0; d < width; ++d) out.push_back(p[d] * q[d]);
  }
  return analysis::dense_rows(out, 3 * width);
}

std::vector<double> values_of(const Affinities& of, std::span<const std::int64_t> which) {
  std::vector<double> out;
  for (const std::int64_t pair : which) out.push_back(of.values[static_cast<std::size_t>(pair)]);
  return out;
}

}  // namespace

AffinityTask affinity_task(const std::string& name, const nlohmann::json& fields) {
  AffinityTask out;
  out.name = name;
  for (const auto& [field, value] : fields.items()) {
    const bool text = value.is_string() || value.is_array();
    if (field == "data" && text)
      out.data = texts_of(value);
    else if (field == "sequences" && text)
      out.sequences = texts_of(value);
    else if (field == "pair-columns" && value.is_array() && value.size() == 2)
      out.pair_columns = texts_of(value);
    else if (field == "value-column" && value.is_string())
      out.value_column = value.get<std::string>();
    else if (field == "learned" && value.is_number())
      out.learned = value.get<double>();
    else if (field == "inverse-strength" && value.is_number())
      out.inverse_strength = value.get<double>();
    else if (field == "max-length" && value.is_number_integer())
      out.max_length = value.get<std::int64_t>();
    else
      refuse(name, fmt::format("'{}' is {}", field, value.dump()),
             "its fields are data, sequences (files), value-column, pair-columns (two names), learned (0 to 1), "
             "inverse-strength (above 0), max-length");
  }
  if (out.data.empty()) refuse(name, "there is no table of pairs", "data = [\"FILES\"]");
  if (out.sequences.empty()) refuse(name, "there are no sequences", "sequences = [\"FILES\"]");
  if (out.value_column.empty()) refuse(name, "which column is the affinity?", "value-column = \"NAME\"");
  if (!(out.learned > 0 && out.learned < 1)) refuse(name, "learned lies between 0 and 1");
  if (!(out.inverse_strength > 0)) refuse(name, "inverse-strength is above 0");
  if (out.max_length < 1) refuse(name, "max-length is above 0");
  return out;
}

std::vector<double> affinity_scores(const AffinityTask& task, const AffinityRun& run, Context& context) {
  const Affinities all = read_affinities(task, context.sink);
  const auto loaded = load_named(run.options.model.value, run.options.dtype, context.sink, "exact", run.prompts);
  const bio::Tokenizer& tokenizer = loaded.model->tokenizer();
  const auto most = std::min(task.max_length, loaded.model->info().max_residues.value_or(task.max_length));
  const SequenceList list{
      static_cast<std::int64_t>(all.sequences.size()), [&](std::int64_t i) {
        return tokenizer.encode(all.sequences[static_cast<std::size_t>(i)].substr(0, static_cast<std::size_t>(most)));
      }};
  const int layer = static_cast<int>(loaded.model->info().layers);
  const auto source =
      vectors_of({loaded, run.options.model.value, bio::Output::mean, layer}, list, {.what = "proteins"}, context.sink);
  const std::vector<double> vectors = standardised(*source);
  const auto count = static_cast<std::int64_t>(all.values.size());
  const auto learned = std::clamp<std::int64_t>(std::llround(task.learned * static_cast<double>(count)), 2, count - 2);
  std::vector<double> out;
  for (std::int64_t seed = 0; seed < run.options.seeds; ++seed) {
    const auto order = train::shuffled(count, static_cast<std::uint64_t>(run.options.seed + seed));
    const auto of = std::span(order).first(static_cast<std::size_t>(learned)),
               held_out = std::span(order).subspan(static_cast<std::size_t>(learned));
    const std::vector<double> targets = values_of(all, of), truth = values_of(all, held_out);
    const analysis::LinearModel model =
        analysis::fit_linear(features(all, vectors, of), {analysis::LinearKind::numbers, 1, {}, targets},
                             {.inverse_strength = task.inverse_strength});
    out.push_back(statistics::spearman(truth, analysis::predict_linear(model, features(all, vectors, held_out))).value);
  }
  return out;
}

}  // namespace groel::tasks
