// groel tokens: a model's vectors of its tokens, and sequences as one-hot vectors.
#include <algorithm>
#include <cmath>

#include "base/text_file.h"
#include "checkpoints/load.h"
#include "checkpoints/tensors.h"
#include "formats/extension.h"
#include "io/npz.h"
#include "report/span.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/distribution.h"
#include "tasks/reading/model.h"
#include "tasks/reading/one_record.h"
#include "tasks/reading/picture.h"
#include "tasks/task.h"
#include "tasks/tokens/list.h"
#include "tasks/train/labelled.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct TokensOptions : SequenceOptions, OutputOptions {
  std::string vocabulary;
  Chosen<std::string> model;
  bool json = false;

  void declare(OptionBinder& to) {
    OptionSpec sequences = sequences_option();
    sequences.required = false;
    sequences.help += ". With one: its residues as one-hot vectors, or the tokens that hold them";
    to(input, sequences);
    to(model, model_option());
    declare_records(to);
    to(vocabulary, {.name = "vocabulary",
                    .help = "The 20 residues in alphabetical order, or all tokens of the model",
                    .otherwise = "all",
                    .choices = {"all", "residues"}});
    to(output, table_option("File to write: .csv, .tsv, .json or .npz; - is CSV to stdout", {".npz"}));
    to(overwrite, overwrite_option());
    to(picture, picture_option("The table as a heat map"));
    to(json, json_option());
  }
};

// Rows with names, [rows, width].
struct NamedRows {
  std::string title, row_axis, column_axis;
  std::vector<std::int32_t> ids;     // of the rows' tokens
  std::vector<std::string> tokens;   // of the rows
  std::vector<std::string> rows;     // names in the picture
  std::vector<std::string> columns;  // names
  std::vector<float> values;

  std::size_t width() const { return columns.size(); }
  std::span<const float> row(std::size_t i) const { return std::span(values).subspan(i * width(), width()); }
};

// The [V, D] table of a checkpoint.
Tensor token_table(const checkpoints::Checkpoint& checkpoint) {
  const auto model = checkpoints::build_model(checkpoint);
  for (const nn::Parameter& parameter : nn::tree_of(*model).parameters) {
    const auto found = checkpoint.arrays.find(parameter.name);
    if (parameter.role != nn::Role::embedding || found == checkpoint.arrays.end()) continue;
    const io::Array& array = found->second;
    if (array.shape == parameter.shape) return checkpoints::copied(array, DType::f32);
  }
  throw Error(ErrorKind::unsupported, {"this model has no table of token embeddings", checkpoint.path.string(), {}});
}

NamedRows embedding_rows(const Tensor& table, const bio::Tokenizer& tokenizer, const Choices& choices) {
  NamedRows out{"Token embeddings", "token", "dimension", choices.ids(), {}, {}, {}, {}};
  const std::int64_t width = table.size(1);
  for (std::int64_t d = 0; d < width; ++d) out.columns.push_back(fmt::format("{}", d));
  for (const std::int32_t id : choices.ids()) {
    out.tokens.push_back(tokenizer.token(id));
    const float* row = table.data<float>() + id * width;
    out.values.insert(out.values.end(), row, row + width);
  }
  out.rows = out.tokens;
  return out;
}

NamedRows one_hot_rows(const ReadRecord& record, const bio::Tokenizer& tokenizer, const Choices& choices) {
  NamedRows out{"One-hot encoding of " + record.id, "residue", "token", {}, {}, {}, {}, {}};
  for (const std::int32_t id : choices.ids()) out.columns.push_back(tokenizer.token(id));
  for (std::int64_t p = 1; p <= record.residues(); ++p) {
    const std::int32_t id = record.encoded.residue(p);
    const std::int64_t at = choices.index(id);
    if (at < 0)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("position {} is '{}', none of the 20 residues", p, tokenizer.token(id)), record.id,
                   "use --vocabulary all"});
    out.ids.push_back(id);
    out.tokens.push_back(tokenizer.token(id));
    out.rows.push_back(fmt::format("{}{}", tokenizer.token(id), p));
    out.values.resize(out.values.size() + out.width(), 0.0F);
    out.values[out.values.size() - out.width() + static_cast<std::size_t>(at)] = 1;
  }
  return out;
}

std::string to_csv(const NamedRows& all, bool one_hot) {
  std::string out;
  std::vector<std::string> line{one_hot ? "position" : "id", "token"};
  line.insert(line.end(), all.columns.begin(), all.columns.end());
  append_row(out, line);
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    line = {one_hot ? std::to_string(i + 1) : std::to_string(all.ids[i]), all.tokens[i]};
    for (const float value : all.row(i)) line.push_back(fmt::format("{}", value));
    append_row(out, line);
  }
  return out;
}

void write_npz(const NamedRows& all, bool one_hot, const std::string& path) {
  io::NpzWriter out(path);
  const auto rows = static_cast<std::int64_t>(all.rows.size());
  out.add("ids", DType::i32, {rows}, std::as_bytes(std::span(all.ids)));
  out.add("tokens", all.tokens);
  if (one_hot) out.add("columns", all.columns);
  out.add(one_hot ? "one_hot" : "embeddings", DType::f32, {rows, static_cast<std::int64_t>(all.width())},
          std::as_bytes(std::span(all.values)));
  out.finish();
}

report::Figure figure_of(const NamedRows& all, bool one_hot) {
  report::Figure figure;
  figure.title = all.title;
  figure.x.name = all.column_axis;
  figure.y.name = all.row_axis;
  figure.x.categories = all.columns;
  figure.y.categories = all.rows;
  figure.y.direction = report::Axis::Direction::falling;
  const auto rows = static_cast<std::int64_t>(all.rows.size());
  figure.heat_map = report::HeatMap{.name = one_hot ? "" : "component of the vector",
                                    .rows = rows,
                                    .columns = static_cast<std::int64_t>(all.width()),
                                    .values = all.values};
  if (!one_hot) {
    figure.heat_map->palette = report::Palette::diverging;
    const report::Span ends = report::round_span(all.values, 0.005, report::Palette::diverging);
    figure.heat_map->low = ends.low;
    figure.heat_map->high = ends.high;
  }
  constexpr int kRow = 14, kMost = 1600;
  figure.height = std::clamp(static_cast<int>(std::min<std::int64_t>(rows, kMost)) * kRow + 140, 420, kMost);
  return figure;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

// Each token, the length of its vector, and the token most like it: of large vocabularies that takes too long.
void print_table(const NamedRows& all, std::ostream& out) {
  constexpr std::size_t kMost = 4096;
  const bool compared = all.rows.size() <= kMost;
  out << fmt::format("{:>4}  {:<10}{:>10}  {:<10}{:>8}\n", "id", "token", "length", "nearest", "cosine");
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    std::size_t nearest = i;
    double most = -2, squares = 0;
    for (const float value : all.row(i)) squares += double{value} * value;
    for (std::size_t j = 0; compared && j < all.rows.size(); ++j)
      if (const double c = cosine(all.row(i), all.row(j)); j != i && c > most) {
        most = c;
        nearest = j;
      }
    out << fmt::format("{:>4}  {:<10}{:>10.4f}", all.ids[i], all.tokens[i], std::sqrt(squares))
        << (compared ? fmt::format("  {:<10}{:>8.4f}\n", all.tokens[nearest], most) : "\n");
  }
}

ordered_json to_json(const NamedRows& all, bool one_hot) {
  ordered_json out{{"columns", all.columns}, {one_hot ? "residues" : "tokens", ordered_json::array()}};
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    const auto row = all.row(i);
    out[one_hot ? "residues" : "tokens"].push_back(
        {{"id", all.ids[i]}, {"token", all.tokens[i]}, {"vector", std::vector<float>(row.begin(), row.end())}});
  }
  return out;
}

void check_token_outputs(const TokensOptions& options) {
  check_table_output(options);
  check_picture(options);
}

// What a list of tokens cannot be.
void check_list(const TokensOptions& options) {
  const auto refuse = [](const char* option, const char* remedy) {
    throw Error(ErrorKind::unsupported, {"several residues share a token of this model: they are listed, not drawn as "
                                         "one-hot vectors",
                                         option, remedy});
  };
  if (options.picture) refuse("--picture", "leave it out");
  if (options.vocabulary == "residues") refuse("--vocabulary", "leave it out");
  if (formats::format_extension(options.output.value_or("")) == ".npz")
    refuse("--output", "name a .csv, .tsv or .json");
}

// Sequences of a model with several residues to a token.
int list_tokens(const TokensOptions& options, const bio::Tokenizer& tokenizer, Context& context) {
  check_list(options);
  const std::vector<ReadRecord> records = read_records(options, tokenizer, context.sink);
  Failures failures(context.sink);
  for (const ReadRecord& record : records)
    if (record.error) failures.add(record.id, *record.error);
  const auto csv = [&] { return token_list_csv(records, tokenizer); };
  const auto json = [&] { return token_list_json(records, tokenizer); };
  const std::string path = options.output.value_or("-");
  if (path != "-") write_table(options, {csv, json});
  if (options.json)
    context.out << json().dump(2) << '\n';
  else if (path == "-")
    context.out << csv();
  return failures.exit_status();
}

int run(const TokensOptions& options, Context& context) {
  check_token_outputs(options);
  const checkpoints::Checkpoint checkpoint = checkpoints::read_checkpoint(model_of(options.model, context.sink));
  const auto shared = checkpoints::tokenizer_of(checkpoint);
  const bio::Tokenizer& tokenizer = *shared;
  if (!options.input.empty() && !tokenizer.one_token_each()) return list_tokens(options, tokenizer, context);
  const Choices choices(tokenizer,
                        options.vocabulary == "residues" ? Choices::Scope::residues : Choices::Scope::vocabulary);
  const bool one_hot = !options.input.empty();
  if (!one_hot && options.record)
    throw Error(ErrorKind::usage,
                {"there is no input to take a record of", "--record", "name a file of sequences, too"});
  const NamedRows all = one_hot ? one_hot_rows(read_one_record(options, tokenizer, context.sink), tokenizer, choices)
                                : embedding_rows(token_table(checkpoint), tokenizer, choices);
  const std::string path = options.output.value_or("");
  if (formats::format_extension(path) == ".npz")
    write_npz(all, one_hot, path);
  else if (!path.empty() && path != "-")
    write_table(options, {[&] { return to_csv(all, one_hot); }, [&] { return to_json(all, one_hot); }});
  if (options.picture) save_picture(figure_of(all, one_hot), options, context.sink);
  if (options.json)
    context.out << to_json(all, one_hot).dump(2) << '\n';
  else if (path == "-" || (one_hot && path.empty()))
    context.out << to_csv(all, one_hot);
  else if (one_hot)
    context.out << fmt::format("{}, {}\n", counted(all.rows.size(), "residue"), counted(all.width(), "column"));
  else
    print_table(all, context.out);
  return 0;
}

}  // namespace

Task tokens_task() {
  return {
      .name = "tokens",
      .summary = "Show the vectors a model has for its tokens, or the tokens of sequences",
      .description =
          "The table of token embeddings as the checkpoint holds it, before anything is computed with it; with a "
          "sequence, one row per residue, which is 1 in its token's column. Where several residues share a token "
          "(ProtGPT2), the tokens of all sequences, with the residues that each holds. To stdout: the tokens with the "
          "length of their vectors and the token most like each.",
      .examples = {{"groel tokens --vocabulary residues", "which residues have like vectors"},
                   {"groel tokens -o tokens.csv --picture tokens.svg", "the table, and as a heat map"},
                   {"groel tokens MKTAYIAKQR --vocabulary residues --picture one_hot.svg",
                    "one-hot vectors of a sequence"}},
      .options = option_table<TokensOptions>(),
      .run = entry<TokensOptions, run>};
}

}  // namespace groel::tasks
