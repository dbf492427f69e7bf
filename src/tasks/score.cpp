// groel score: scores variants of a protein with a model.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "base/text_file.h"
#include "bio/alignment.h"
#include "checkpoints/model_cache.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/flags.h"
#include "tasks/reading/input.h"
#include "tasks/reading/model.h"
#include "tasks/reading/picture.h"
#include "tasks/score/evaluation.h"
#include "tasks/score/methods.h"
#include "tasks/score/notes.h"
#include "tasks/score/options.h"
#include "tasks/score/picture.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

ScoreMethod parse_method(const std::string& text) {
  if (text == "likelihood") return ScoreMethod::likelihood;
  if (text == "wt-marginals") return ScoreMethod::wt_marginals;
  return text == "pseudo-perplexity" ? ScoreMethod::pseudo_perplexity : ScoreMethod::masked_marginals;
}

// What a model can do decides between methods; a causal one has but one.
void check_method(const ScoreOptions& options, const models::Model& model) {
  if (options.method.value == "likelihood")
    models::require<models::CausalLm>(model);
  else
    models::require<models::MaskedLm>(model);
}

bool is_causal(const models::Model& model) {
  const auto can = model.capabilities();
  return std::find(can.begin(), can.end(), models::CausalLm::kName) != can.end();
}

// A letter the model does not know is X, as it reads it.
char letter_at(const bio::Tokenizer& tokenizer, const bio::Encoded& encoded, std::int64_t position) {
  const std::int32_t id = encoded.residue(position);
  const std::string& token = tokenizer.token(id);
  if (token.size() == 1) return token[0];
  if (id == tokenizer.special().unknown) return 'X';
  throw Error(ErrorKind::bad_input, fmt::format("position {} is '{}', not a residue", position, token));
}

// The one protein that variants are of.
WildType wild_type(const ScoreOptions& options, const bio::Tokenizer& tokenizer, Sink& sink) {
  std::string text;  // of the last record
  const auto note_text = [&](const std::string& sequence) { return text = sequence; };
  const std::vector<ReadRecord> records = read_records(options, tokenizer, sink, note_text);
  if (records.size() > 1)
    throw Error(ErrorKind::usage,
                {fmt::format("the input has {} records; variants are of one", records.size()), "--record",
                 fmt::format("for example --record {}", shell_quoted(records.front().id))});
  const ReadRecord& record = records.front();
  if (record.error) throw record.error.value();
  WildType out{record.id, {}, options.offset, bio::is_alignment(text) ? text : std::string()};
  if (!tokenizer.one_token_each()) {
    for (const char c : text)
      if (std::isalpha(static_cast<unsigned char>(c)) != 0)
        out.sequence += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
  }
  try {
    for (std::int64_t p = 1; p <= record.residues(); ++p) out.sequence += letter_at(tokenizer, record.encoded, p);
    if (options.method.value == "pseudo-perplexity") require_residues(tokenizer, record.encoded);
  } catch (const Error& error) {
    throw error.at(fmt::format("the wild type, {}", record.id));
  }
  return out;
}

struct Column {
  std::string name;
  std::vector<double> values;
};

std::string unused(const std::string& name, const std::vector<std::string>& taken) {
  std::string out = name;
  for (int i = 2; std::find(taken.begin(), taken.end(), out) != taken.end(); ++i) out = fmt::format("{}_{}", name, i);
  return out;
}

// Mean and minimum over the models, a row; NaN where a model has no score.
void add_summaries(std::vector<Column>& columns, std::size_t rows) {
  Column mean{"mean", {}};
  Column minimum{"minimum", {}};
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0;
    double least = INFINITY;
    for (const Column& column : columns) {
      sum += column.values[i];
      least = std::isnan(column.values[i]) ? NAN : std::min(least, column.values[i]);
    }
    mean.values.push_back(sum / static_cast<double>(columns.size()));
    minimum.values.push_back(std::isnan(sum) ? NAN : least);
  }
  columns.push_back(std::move(mean));
  columns.push_back(std::move(minimum));
}

// "where: what; remedy", for a cell of a table.
std::string one_line(const Error& error) {
  const Error said = with_flags(error);
  const auto& [what, where, remedy] = said.parts();
  return fmt::format("{}{}{}{}{}", where, where.empty() ? "" : ": ", what, remedy.empty() ? "" : "; ", remedy);
}

std::string to_csv(const VariantTable& table, const std::vector<Column>& columns) {
  std::string out;
  std::vector<std::string> row = table.header;
  for (const Column& column : columns) row.push_back(unused(column.name, row));
  row.push_back(unused("error", row));
  append_row(out, row);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& error = table.rows[i].error;
    row = table.rows[i].fields;
    for (const Column& column : columns) row.push_back(number_text(error ? NAN : column.values[i]));
    row.push_back(error ? one_line(*error) : "");
    append_row(out, row);
  }
  return out;
}

ordered_json variants_json(const VariantTable& table, const std::vector<Column>& columns) {
  ordered_json out = ordered_json::array();
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const VariantRow& row = table.rows[i];
    ordered_json one{{"variant", row.name}};
    if (row.error)
      one["error"] = {{"kind", name(row.error->kind())}, {"message", with_flags(*row.error).what()}};
    else
      for (const Column& column : columns) one["scores"][column.name] = column.values[i];
    if (table.has_target) one["measured"] = std::isnan(row.measured) ? ordered_json() : ordered_json(row.measured);
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<Agreement> agreements(const VariantTable& table, const std::vector<Column>& columns,
                                  const ScoreOptions& options) {
  std::vector<Agreement> out;
  if (!table.has_target) return out;
  std::vector<double> measured;
  for (const VariantRow& row : table.rows) measured.push_back(row.error ? NAN : row.measured);
  for (const Column& column : columns)
    out.push_back(agreement(column.name, column.values, measured, options.target_threshold));
  return out;
}

std::string agreement_text(const std::vector<Agreement>& all) {
  std::string out;
  for (const Agreement& a : all) {
    if (a.count < 2) {
      out += fmt::format("{}: nothing to compare: {} of {} have a score and a measured value\n", a.column, a.count,
                         counted(a.rows, "variant"));
      continue;
    }
    out += fmt::format("{}: Spearman {:.4f}, Pearson {:.4f}, AUROC {:.4f} (above {:.4g}), {} of {}\n", a.column,
                       a.spearman, a.pearson, a.auroc, a.threshold, a.count, counted(a.rows, "variant"));
  }
  return out;
}

std::string models_text(const std::vector<std::string>& models) {
  return models.size() == 1 ? checkpoints::model_label(models.front())
                            : fmt::format("the mean of {} models", models.size());
}

// The one model's scores, or the mean of several.
void draw(const VariantTable& table, const std::vector<Column>& columns, const WildType& protein,
          const ScoreOptions& options, Sink& sink) {
  if (!options.picture) return;
  const Column& shown = columns.size() > 1 ? columns[columns.size() - 2] : columns.front();
  const ScoredBy by{models_text(options.model.value), options.method.value};
  if (!table.has_target || options.show == "map")
    return save_picture(scan_figure(protein, table.rows, shown.values, by), options, sink);
  const Comparison comparison{protein.id, *options.target_column, agreements(table, {shown}, options).front()};
  save_picture(measured_figure(table.rows, shown.values, comparison, by), options, sink);
}

void write(const VariantTable& table, const std::vector<Column>& columns, const WildType& protein,
           const ScoreOptions& options, Context& context) {
  const bool to_file = options.to_file();
  const auto agreement = agreements(table, columns, options);
  const auto json = [&] {
    ordered_json out{{"method", options.method.value}, {"variants", variants_json(table, columns)}};
    if (!table.notes.empty()) out["notes"] = table.notes;
    if (!table.warnings.empty()) out["warnings"] = table.warnings;
    if (const ordered_json unscored = unscored_json(protein); !unscored.empty()) out["not_scored"] = unscored;
    for (const Agreement& a : agreement) out["agreement"].push_back(to_json(a));
    return out;
  };
  if (to_file) write_table(options, {[&] { return to_csv(table, columns); }, json});
  if (options.json) {
    context.out << json().dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    return;
  }
  if (!to_file) context.out << to_csv(table, columns);
  const std::string text = agreement_text(agreement);
  if (to_file) context.out << text;
  if (!to_file && !text.empty()) context.sink.note(text.substr(0, text.size() - 1));
}

int run(const ScoreOptions& given, Context& context) {
  ScoreOptions options = given;
  check_table_output(options);
  check_picture(options);
  const std::vector<std::string>& names = options.model.value;
  if (names.empty()) throw Error(ErrorKind::usage, {"no model is named", "--model", {}});
  if (names.size() > 1 && !options.prompt.empty())
    throw Error(ErrorKind::usage, {"prompts belong to one model, and several are named", "--prompt --model", {}});
  VariantTable table;
  WildType protein;
  std::vector<Column> columns;
  std::vector<std::string> taken;
  for (const std::string& model : names) {  // one after the other, so that one alone is in memory
    if (!options.model.given) note_default_model(model, context.sink);
    const checkpoints::LoadedModel loaded =
        load_named(model, options.dtype, context.sink, options.weights, options.prompt);
    if (!options.method.given && columns.empty() && is_causal(*loaded.model)) options.method.value = "likelihood";
    check_method(options, *loaded.model);
    if (columns.empty()) {
      protein = wild_type(options, loaded.model->tokenizer(), context.sink);
      table = read_variants(options, protein.sequence);
      for (std::string& note : notes_before(table, protein, options)) table.notes.push_back(std::move(note));
      for (const std::string& note : table.notes) context.sink.note(note);
      for (const std::string& warning : table.warnings) context.sink.warning(warning);
    }
    const ScoreInput input{*loaded.model, options.scan_options(), parse_method(options.method.value), protein.sequence,
                           protein.alignment};
    taken.push_back(unused(names.size() == 1 ? "score" : checkpoints::model_label(model), taken));
    columns.push_back({taken.back(), score_variants(input, table.rows, context.sink)});
  }
  if (columns.size() > 1) add_summaries(columns, table.rows.size());
  Failures failures(context.sink);
  for (const VariantRow& row : table.rows)
    if (row.error) failures.add(row.name, *row.error);
  for (const std::string& note : notes_after(table, protein)) {
    table.notes.push_back(note);
    context.sink.note(note);
  }
  write(table, columns, protein, options, context);
  draw(table, columns, protein, options, context.sink);
  return failures.exit_status();
}

}  // namespace

Task score_task() {
  return {.name = "score",
          .summary = "Score variants of a protein, or every single substitution",
          .description =
              "Variants are M1A, A5D:K9R, p.Met1Ala, or deletions and insertions as K23_V25del, K2_G3insQS and "
              "C28delinsWV (these by pseudo-perplexity). A score is a difference of natural log-likelihoods: 0 is the "
              "wild type's, higher is likelier. Only the 20 residues are scored: positions of X, B, Z, J, U and O are "
              "left out of a scan. A row that does not fit the sequence fails alone, naming itself, and the exit "
              "status is 1.",
          .examples = {{"groel score examples/proteins.fasta --record P01308 --variants "
                        "L30A,M1V:A2C,p.Trp4Arg",
                        "three variants of insulin"},
                       {"groel score examples/proteins.fasta --record P01542 --scan -o scan.csv",
                        "every substitution of crambin, to a CSV file"},
                       {"groel score examples/proteins.fasta --record P01542 --scan --picture "
                        "scan.svg -o scan.csv",
                        "the same, and a picture of it"},
                       {"groel score examples/proteins.fasta --record P01542 --variants "
                        "T1_T2insA,P5del --method pseudo-perplexity --json",
                        "an insertion and a deletion, as JSON"}},
          .options = option_table<ScoreOptions>(),
          .run = entry<ScoreOptions, run>,
          .shared = always_shared};
}

}  // namespace groel::tasks
