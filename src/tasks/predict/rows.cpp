// Chooses the columns by what is predicted, and fills them.
#include "tasks/predict/rows.h"

#include <algorithm>
#include <numeric>

#include "formats/cell.h"
#include "tasks/reading/csv_text.h"

namespace groel::tasks {

using models::LabelOf;
using models::Problem;
using nlohmann::ordered_json;

/// A row by the names of its columns.
struct PredictionRows::Cells {
  ordered_json values = ordered_json::object();
};

namespace {

// As scripts of the field print them; smaller ones keep their digits.
ordered_json rounded_probability(double probability) {
  const std::string text =
      probability < 0.001 ? fmt::format("{:.3g}", probability) : fmt::format("{:.4f}", probability);
  return std::stod(text);
}

// A float's own digits, not those of the double that it becomes.
ordered_json own_digits(double value) { return std::stod(fmt::format("{}", static_cast<float>(value))); }

// In one line.
std::string told(const Error& error) {
  const Error::Parts& parts = error.parts();
  return parts.where.empty() ? parts.what : parts.where + ": " + parts.what;
}

std::size_t top_of(const std::vector<double>& values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

// Labels of one letter are written one after the other, others with blanks between.
std::string joined_labels(const std::vector<std::string>& labels) {
  const bool letters = std::all_of(labels.begin(), labels.end(), [](const auto& label) { return label.size() == 1; });
  std::string out;
  for (const std::string& label : labels) out += (letters || out.empty() ? "" : " ") + label;
  return out;
}

std::string cell(const ordered_json& value, char separator) {
  if (value.is_null()) return {};
  if (value.is_string()) return formats::cell_text(value.get<std::string>(), separator);
  return value.is_number_float() ? number_text(value.get<double>()) : value.dump();
}

}  // namespace

PredictionRows::PredictionRows(models::Classification classes, RowOptions options)
    : classes_(std::move(classes)),
      options_(std::move(options)),
      by_residue_(classes_.label_of == LabelOf::token),
      columns_(make_columns()) {}

std::string PredictionRows::name_of(std::size_t label) const {
  const auto found = options_.names.find(classes_.labels[label]);
  return found == options_.names.end() ? std::string() : found->second;
}

std::vector<std::string> PredictionRows::make_columns() const {
  const bool likeliest = options_.top > 0;
  std::vector<std::string> out{"id"};
  const auto add = [&](std::initializer_list<const char*> names) { out.insert(out.end(), names.begin(), names.end()); };
  if (by_residue_ && options_.residues == ResidueForm::text)
    add({"sequence", "pred_labels", "confidence"});
  else if (by_residue_)
    add({"position", "residue", "pred_id", "pred_label", "confidence"});
  else if (classes_.problem != Problem::regression && likeliest)
    add({"rank", "label", "probability"});
  else if (classes_.problem == Problem::single_label)
    add({"sequence", "pred_id", "pred_label", "confidence"});
  else if (classes_.problem == Problem::multi_label)
    add({"sequence", "pred_labels", "confidence"});
  else
    add({"sequence"});
  if (!options_.names.empty() && !by_residue_) out.emplace_back("name");
  const bool per_label = !likeliest && (!by_residue_ || options_.residues == ResidueForm::rows);
  if (classes_.problem == Problem::regression || (options_.all_labels && per_label))
    out.insert(out.end(), classes_.labels.begin(), classes_.labels.end());
  out.emplace_back("error");
  return out;
}

void PredictionRows::add_class(Cells& row, const std::vector<double>& p) const {
  const std::size_t top = top_of(p);
  row.values["pred_id"] = top;
  row.values["pred_label"] = classes_.labels[top];
  row.values["confidence"] = rounded_probability(p[top]);
  if (!options_.names.empty()) row.values["name"] = name_of(top);
}

// All that apply, the likeliest first; the confidence is that of the least likely of them, or that none applies.
void PredictionRows::add_labels(Cells& row, const std::vector<double>& p) const {
  std::vector<std::size_t> apply;
  double confidence = 1;
  for (std::size_t c = 0; c < p.size(); ++c)
    if (p[c] >= options_.thresholds[c]) apply.push_back(c);
  std::stable_sort(apply.begin(), apply.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  std::string labels, names;
  for (const std::size_t c : apply) {
    labels += (labels.empty() ? "" : ";") + classes_.labels[c];
    names += (names.empty() ? "" : "; ") + name_of(c);
    confidence = std::min(confidence, p[c]);
  }
  if (apply.empty()) confidence = 1 - p[top_of(p)];
  row.values["pred_labels"] = labels;
  row.values["confidence"] = rounded_probability(confidence);
  if (!options_.names.empty()) row.values["name"] = names;
}

PredictionRows::Cells PredictionRows::protein(const Predicted& of) const {
  Cells row;
  row.values["id"] = of.id;
  row.values["sequence"] = of.sequence;
  const std::vector<double> p = predictors::probabilities(of.outputs.at(0), classes_.problem);
  if (classes_.problem == Problem::single_label) add_class(row, p);
  if (classes_.problem == Problem::multi_label) add_labels(row, p);
  const bool numbers = classes_.problem == Problem::regression;
  if (numbers || options_.all_labels)
    for (std::size_t c = 0; c < p.size(); ++c)
      row.values[classes_.labels[c]] = numbers ? own_digits(p[c]) : rounded_probability(p[c]);
  return row;
}

std::vector<PredictionRows::Cells> PredictionRows::likeliest(const Predicted& of) const {
  const std::vector<double> p = predictors::probabilities(of.outputs.at(0), classes_.problem);
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  std::vector<Cells> out;
  for (std::size_t rank = 0; rank < std::min(order.size(), static_cast<std::size_t>(options_.top)); ++rank) {
    Cells row;
    row.values = {{"id", of.id},
                  {"rank", rank + 1},
                  {"label", classes_.labels[order[rank]]},
                  {"probability", rounded_probability(p[order[rank]])}};
    if (!options_.names.empty()) row.values["name"] = name_of(order[rank]);
    out.push_back(std::move(row));
  }
  return out;
}

std::vector<PredictionRows::Cells> PredictionRows::residue_rows(const Predicted& of) const {
  std::vector<Cells> out;
  for (std::size_t i = 0; i < of.outputs.size(); ++i) {
    const std::vector<double> p = predictors::probabilities(of.outputs[i], classes_.problem);
    Cells row;
    row.values = {{"id", of.id}, {"position", i + 1}};
    row.values["residue"] = i < of.sequence.size() ? std::string(1, of.sequence[i]) : std::string();
    add_class(row, p);
    row.values.erase("name");
    if (options_.all_labels)
      for (std::size_t c = 0; c < p.size(); ++c) row.values[classes_.labels[c]] = rounded_probability(p[c]);
    out.push_back(std::move(row));
  }
  return out;
}

// The confidence is the mean over the residues.
PredictionRows::Cells PredictionRows::residue_text(const Predicted& of) const {
  std::vector<std::string> labels;
  double sum = 0;
  for (const std::vector<float>& row : of.outputs) {
    const std::vector<double> p = predictors::probabilities(row, classes_.problem);
    labels.push_back(classes_.labels[top_of(p)]);
    sum += p[top_of(p)];
  }
  Cells row;
  row.values = {
      {"id", of.id},
      {"sequence", of.sequence},
      {"pred_labels", joined_labels(labels)},
      {"confidence", rounded_probability(sum / static_cast<double>(std::max<std::size_t>(1, labels.size())))}};
  return row;
}

std::vector<PredictionRows::Cells> PredictionRows::cells(const Predicted& of) const {
  if (of.error) {
    Cells row;
    row.values = {{"id", of.id}, {"error", told(*of.error)}};
    return {row};
  }
  if (by_residue_) {
    if (options_.residues == ResidueForm::rows) return residue_rows(of);
    return {residue_text(of)};
  }
  if (options_.top > 0 && classes_.problem != Problem::regression) return likeliest(of);
  return {protein(of)};
}

std::string PredictionRows::line(const Cells& row) const {
  if (options_.form == RowForm::json_lines)
    return row.values.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  const char separator = options_.form == RowForm::tsv ? '\t' : ',';
  std::string out;
  bool first = true;
  for (const std::string& column : columns_) {
    if (!first) out += separator;
    first = false;
    if (const auto found = row.values.find(column); found != row.values.end()) out += cell(*found, separator);
  }
  return out + "\n";
}

std::string PredictionRows::header() const {
  if (options_.form == RowForm::json_lines) return {};
  const char separator = options_.form == RowForm::tsv ? '\t' : ',';
  std::string out;
  for (const std::string& column : columns_)
    out += (out.empty() ? "" : std::string(1, separator)) + formats::cell_text(column, separator);
  return out + "\n";
}

std::string PredictionRows::rows(const Predicted& of) const {
  std::string out;
  for (const Cells& row : cells(of)) out += line(row);
  return out;
}

}  // namespace groel::tasks
