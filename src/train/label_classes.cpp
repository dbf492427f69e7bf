// Turns labels as written into classes and numbers.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "base/options.h"
#include "base/words.h"
#include "train/label_mask.h"
#include "train/labels.h"
#include "train/trainee.h"

namespace groel::train {
namespace {

using models::Classification;
using models::LabelOf;
using models::Problem;

constexpr std::size_t kMostClassesOfNumbers = 20;

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), end, value);
  return error == std::errc() && stop == end && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::vector<std::string> pieces_at(const std::string& text, char separator) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    const std::size_t first = text.find_first_not_of(' ', at);
    if (first < end) out.push_back(text.substr(first, text.find_last_not_of(' ', end - 1) - first + 1));
    at = end + 1;
  }
  return out;
}

// One label per residue: words where there are blanks, else characters.
std::vector<std::string> residue_labels(const std::string& text) {
  if (text.find(' ') != std::string::npos) return pieces_at(text, ' ');
  std::vector<std::string> out;
  for (const char c : text) out.emplace_back(1, c);
  return out;
}

bool is_unlabelled(const std::string& label, const std::string& unlabelled) {
  return label.size() == 1 && (label[0] == kMaskedLabel || unlabelled.find(label) != std::string::npos);
}

template <class Take>
void each_row(const RowSplit& rows, const Take& take) {
  for (const LabelledRows* part : {&rows.train, &rows.held_out})
    for (const LabelledRow& row : part->rows) take(row);
}

// What the labels look like, empty ones aside: those are refused, with their row, when they are read.
struct Looks {
  std::size_t texts = 0, numbers = 0, fractions = 0, yes_no = 0, separated = 0;
  std::set<std::string> values;  // some of them

  void take(const std::string& text) {
    if (text.empty()) return;
    ++texts;
    separated += text.find(kLabelSeparator) != std::string::npos;
    if (values.size() <= kMostClassesOfNumbers) values.insert(text);
    const auto value = number_of(text);
    if (!value) return;
    ++numbers;
    fractions += *value != std::floor(*value);
    yes_no += *value == 0 || *value == 1;
  }
};

Problem infer_problem(const RowSplit& rows) {
  Looks looks;
  each_row(rows, [&](const LabelledRow& row) {
    for (const std::string& text : row.labels) looks.take(text);
  });
  if (rows.train.columns.size() > 1) {
    if (looks.numbers == 0)
      throw Error(ErrorKind::bad_input, {"several label columns hold 0 and 1, or numbers; here is other text",
                                         "`label_column`", "name one column of classes"});
    return looks.yes_no == looks.texts ? Problem::multi_label : Problem::regression;
  }
  if (2 * looks.fractions > looks.texts) return Problem::regression;
  const bool many = looks.fractions > 0 || looks.values.size() > kMostClassesOfNumbers;
  if (looks.numbers == looks.texts && many) return Problem::regression;
  return looks.separated > 0 ? Problem::multi_label : Problem::single_label;
}

Problem problem_of(const RowSplit& rows, const LabelOptions& options) {
  if (options.label_of == LabelOf::token || options.problem == "single-label") return Problem::single_label;
  if (options.problem == "multi-label") return Problem::multi_label;
  return options.problem == "regression" ? Problem::regression : infer_problem(rows);
}

std::vector<std::string> sorted_classes(const std::set<std::string>& found) {
  std::vector<std::string> out(found.begin(), found.end());
  if (std::all_of(out.begin(), out.end(), [](const std::string& text) { return number_of(text).has_value(); }))
    std::sort(out.begin(), out.end(),
              [](const std::string& a, const std::string& b) { return *number_of(a) < *number_of(b); });
  return out;
}

std::vector<std::string> classes_of(const RowSplit& rows, const LabelOptions& options, Problem problem) {
  std::set<std::string> found;
  each_row(rows, [&](const LabelledRow& row) {
    const std::string& text = row.labels.at(0);
    if (options.label_of == LabelOf::token) {
      for (const std::string& label : residue_labels(text))
        if (!is_unlabelled(label, options.unlabelled)) found.insert(label);
    } else if (problem == Problem::multi_label) {
      for (const std::string& label : pieces_at(text, kLabelSeparator)) found.insert(label);
    } else if (!text.empty()) {
      found.insert(text);
    }
  });
  return sorted_classes(found);
}

void check_options(const RowSplit& rows, const LabelOptions& options, Problem problem) {
  if (options.label_of == LabelOf::token && options.problem != "auto" && options.problem != "single-label")
    throw Error(ErrorKind::usage, {"a residue has one class", "`problem`", {}});
  if (problem == Problem::single_label && rows.train.columns.size() > 1)
    throw Error(ErrorKind::usage, {"one class each is in one column", "`label_column`", "name one column"});
}

void check_classes(const Classification& classes, const std::string& where) {
  if (classes.labels.empty()) throw Error(ErrorKind::bad_input, {"no row has a label", where, {}});
  std::set<std::string> known;
  for (const std::string& label : classes.labels)
    if (!known.insert(label).second)
      throw Error(ErrorKind::usage, {fmt::format("'{}' occurs twice", label), "`classes` `label_column`", {}});
  if (classes.problem == Problem::single_label && classes.labels.size() < 2)
    throw Error(ErrorKind::bad_input, {fmt::format("there is only one class to tell apart ('{}')", classes.labels[0]),
                                       where, "labels of at least two classes"});
}

bool any_is_in(const std::vector<std::string>& texts, const std::vector<std::string>& list) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return std::find(list.begin(), list.end(), text) != list.end(); });
}

// Where the labels of each class or output are: by the columns' names, or in their order when none is one of these.
std::vector<std::size_t> columns_of(const std::vector<std::string>& labels, const std::vector<std::string>& columns) {
  std::vector<std::size_t> named, in_order;
  for (const std::string& label : labels) {
    const auto found = std::find(columns.begin(), columns.end(), label);
    if (found != columns.end()) named.push_back(static_cast<std::size_t>(found - columns.begin()));
    in_order.push_back(in_order.size());
  }
  if (named.size() == labels.size()) return named;
  if (columns.size() == labels.size() && any_is_in(columns, labels))
    throw Error(ErrorKind::bad_input, {fmt::format("some of the columns {} have names of outputs and some have none; "
                                                   "the outputs are {}",
                                                   listed(columns, 20), listed(labels, 20)),
                                       "`label_column`", "name the column of each output"});
  return in_order;
}

// Labels of one fault in all rows: the first is named, and all are counted.
class Unfit {
 public:
  explicit Unfit(std::string others) : others_(std::move(others)) {}

  void add(const std::string& label, const LabelledRow& row, const std::function<Error::Parts()>& say) {
    if (!first_) first_ = say();
    ++labels_[label.substr(0, kLongestShown)];
    if (last_row_ != &row) ++rows_;
    last_row_ = &row;
  }

  /// Errors: bad_input where there were any.
  void check() const {
    if (!first_) return;
    Error::Parts parts = *first_;
    if (rows_ > 1)
      parts.what += fmt::format("; {} {}: {}", counted(rows_, "row"), others_, listed(counts(), kMostShown));
    throw Error(ErrorKind::bad_input, parts);
  }

 private:
  static constexpr std::size_t kLongestShown = 40, kMostShown = 10;

  std::vector<std::string> counts() const {
    std::vector<std::string> out;
    for (const auto& [label, count] : labels_) out.push_back(fmt::format("'{}' ({})", label, count));
    return out;
  }

  std::string others_;
  std::optional<Error::Parts> first_;
  std::map<std::string, std::int64_t> labels_;
  const LabelledRow* last_row_ = nullptr;
  std::int64_t rows_ = 0;
};

class Encoder {
 public:
  Encoder(const Classification& classes, const std::vector<std::string>& columns, std::string unlabelled,
          const bio::Tokenizer& tokenizer)
      : classes_(classes),
        columns_(columns_of(classes.labels, columns)),
        unlabelled_(std::move(unlabelled)),
        tokenizer_(tokenizer) {
    for (std::size_t i = 0; i < classes.labels.size(); ++i)
      index_.emplace(classes.labels[i], static_cast<std::int32_t>(i));
    if (classes.problem != Problem::single_label) out_.columns = static_cast<std::int64_t>(classes.labels.size());
    if (classes.problem != Problem::regression) out_.counts.resize(classes.labels.size());
  }

  void take(const LabelledRow& row) {
    row_ = &row;
    const bio::Encoded encoded = read_sequence();
    if (classes_.label_of == LabelOf::token)
      take_residues(encoded.residues());
    else
      take_sequence();
    out_.corpus.add(encoded.residue_ids(), row.where);
  }
  LabelledSet finish() {
    unknown_.check();
    no_numbers_.check();
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& remedy = {}) const {
    throw Error(ErrorKind::bad_input, {what, row_->where, remedy});
  }

  bio::Encoded read_sequence() const {
    try {
      return tokenizer_.encode(row_->sequence);
    } catch (const Error& error) {
      refuse(error.parts().what, "mend or remove the row");
    }
  }

  std::int32_t class_of(const std::string& label) {
    if (label.empty()) refuse("the label is empty", "mend or remove the row");
    const auto found = index_.find(label);
    if (found != index_.end()) {
      ++out_.counts[static_cast<std::size_t>(found->second)];
      return found->second;
    }
    unknown_.add(label, *row_, [&] {
      const auto near = nearest(label, classes_.labels);
      return Error::Parts{
          fmt::format("the label '{}' is none of the classes: {}", label, listed(classes_.labels, 20)), row_->where,
          near ? fmt::format("did you mean '{}'?", *near)
               : "leave such rows out (groel data filter --where COLUMN!=LABEL), or learn from some, too"};
    });
    return 0;
  }

  double number(std::size_t column) {
    const std::string& text = row_->labels[column];
    const auto value = number_of(text);
    const bool too_large = value && std::abs(*value) > std::numeric_limits<float>::max();
    if (!value || too_large)
      no_numbers_.add(text, *row_, [&] {
        return Error::Parts{fmt::format("the label '{}' is {}", text,
                                        too_large ? "larger than numbers here can be (3.4e38)" : "not a number"),
                            row_->where, "mend or remove the row"};
      });
    return too_large ? 0 : value.value_or(0);
  }

  void take_residues(std::int64_t residues) {
    const std::vector<std::string> labels = residue_labels(row_->labels.at(0));
    if (static_cast<std::int64_t>(labels.size()) != residues)
      refuse(fmt::format("{} for {}", counted(labels.size(), "label"), counted(residues, "residue")),
             "one character, or one word between blanks, for each residue");
    for (const std::string& label : labels)
      out_.classes.push_back(is_unlabelled(label, unlabelled_) ? kNoTarget : class_of(label));
  }

  void take_sequence() {
    switch (classes_.problem) {
      case Problem::single_label: out_.values.push_back(static_cast<float>(class_of(row_->labels.at(0)))); return;
      case Problem::regression:
        require_columns();
        for (const std::size_t c : columns_) out_.values.push_back(static_cast<float>(number(c)));
        return;
      case Problem::multi_label: break;
    }
    if (row_->labels.size() == 1 && !(classes_.labels.size() == 1 && number_of(row_->labels[0])))
      take_set();
    else
      take_yes_no();
  }

  void take_set() {
    const std::size_t begin = out_.values.size();
    out_.values.resize(begin + classes_.labels.size(), 0.0F);
    for (const std::string& label : pieces_at(row_->labels[0], kLabelSeparator))
      out_.values[begin + static_cast<std::size_t>(class_of(label))] = 1;
  }

  void take_yes_no() {
    require_columns();
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const double value = number(columns_[c]);
      if (value != 0 && value != 1) refuse(fmt::format("the label '{}' is neither 0 nor 1", row_->labels[columns_[c]]));
      out_.values.push_back(static_cast<float>(value));
      out_.counts[c] += value == 1 ? 1 : 0;
    }
  }

  void require_columns() const {
    if (row_->labels.size() != classes_.labels.size())
      refuse(fmt::format("{} for {} of the model", counted(row_->labels.size(), "label column"),
                         counted(classes_.labels.size(), "output")),
             "name as many with `label_column`");
  }

  const Classification& classes_;
  std::vector<std::size_t> columns_;  // of each class or output, where there is a column each
  std::string unlabelled_;
  const bio::Tokenizer& tokenizer_;
  std::map<std::string, std::int32_t> index_;
  const LabelledRow* row_ = nullptr;
  LabelledSet out_;
  Unfit unknown_{"have labels that are none"}, no_numbers_{"have none that can be learned"};
};

}  // namespace

Classification infer_classification(const RowSplit& rows, const LabelOptions& options) {
  const std::vector<std::string>& columns = rows.train.columns;
  Classification out{options.label_of, problem_of(rows, options), options.classes, models::Pooling::cls};
  if (out.label_of == LabelOf::sequence) out.pooling = options.pooling;
  check_options(rows, options, out.problem);
  const bool named_by_columns =
      out.problem == Problem::regression || (out.problem == Problem::multi_label && columns.size() > 1);
  if (out.labels.empty()) out.labels = named_by_columns ? columns : classes_of(rows, options, out.problem);
  check_classes(out, rows.train.rows.at(0).where);
  return out;
}

std::string order_note(const std::vector<std::string>& columns, const Classification& classes) {
  const bool matters = classes.problem == Problem::regression || columns.size() > 1;
  if (!matters || columns.size() != classes.labels.size() || any_is_in(columns, classes.labels)) return {};
  return fmt::format("{} {} taken for {}{}: none has the name of an output", columns.size() == 1 ? "column" : "columns",
                     listed(columns, 20) + (columns.size() == 1 ? " is" : " are"), listed(classes.labels, 20),
                     columns.size() == 1 ? "" : ", in this order");
}

LabelledSet encode_labels(const LabelledRows& rows, const Classification& classes, const std::string& unlabelled,
                          const bio::Tokenizer& tokenizer) {
  if (classes.label_of == LabelOf::token && !tokenizer.one_token_each())
    throw Error(ErrorKind::unsupported,
                {"labels of residues are learned by models whose tokens each stand for one", {}, {}});
  Encoder encoder(classes, rows.columns, unlabelled, tokenizer);
  for (const LabelledRow& row : rows.rows) encoder.take(row);
  return encoder.finish();
}

}  // namespace groel::train
