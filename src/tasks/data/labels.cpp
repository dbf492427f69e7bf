// groel data labels: a long list of id and label as one row per id.
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "formats/cell.h"
#include "tasks/data/labelled_ids.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"
#include "tasks/evaluate/class_names.h"

namespace groel::tasks {
namespace {

constexpr std::uint32_t kLeftOut = ~std::uint32_t{0};

// The column of each term; kLeftOut for those that are too rare. Columns are in order of their names.
struct TermColumns {
  std::vector<std::uint32_t> of_term;
  std::vector<std::string> names;
  std::size_t rare = 0, general = 0;
};

std::size_t ids_of(const LabelledIds& list) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < list.pairs.size(); ++i)
    count += i == 0 || list.pairs[i] >> 32 != list.pairs[i - 1] >> 32 ? 1 : 0;
  return count;
}

TermColumns columns_of(const LabelledIds& list, const DataOptions& options) {
  std::vector<std::int64_t> counts(list.terms.size());
  for (const std::uint64_t pair : list.pairs) ++counts[static_cast<std::uint32_t>(pair)];
  const double most = options.max_part * static_cast<double>(ids_of(list));
  TermColumns out{std::vector<std::uint32_t>(counts.size(), kLeftOut), {}, 0, 0};
  std::unordered_map<std::string_view, std::uint32_t> terms;
  for (std::uint32_t term = 0; term < counts.size(); ++term) {
    if (counts[term] == 0) continue;
    if (counts[term] < options.min_count || static_cast<double>(counts[term]) > most) {
      ++(counts[term] < options.min_count ? out.rare : out.general);
      continue;
    }
    terms.emplace(list.terms.name(term), term);
    out.names.push_back(list.terms.name(term));
  }
  out.names = ordered_classes(std::move(out.names));
  for (std::uint32_t column = 0; column < out.names.size(); ++column) out.of_term[terms.at(out.names[column])] = column;
  return out;
}

// Writes rows of 0 and 1, or of labels.
class RowWriter {
 public:
  RowWriter(const DataOptions& options, const TermColumns& terms, TextOutput& output)
      : lists_(options.form == "lists"), terms_(terms), output_(output) {
    const bool tabs = options.output && without_compression(*options.output).extension() == ".tsv";
    delimiter_ = tabs ? '\t' : ',';
    zeros_.resize(terms.names.size() * 2);
    for (std::size_t i = 0; i < zeros_.size(); i += 2) {
      zeros_[i] = delimiter_;
      zeros_[i + 1] = '0';
    }
    text_ = "id";
    if (lists_) text_ += fmt::format("{}labels", delimiter_);
    for (std::size_t i = 0; lists_ && i < terms.names.size(); ++i) check_listed(terms.names[i]);
    for (std::size_t i = 0; !lists_ && i < terms.names.size(); ++i)
      (text_ += delimiter_) += formats::cell_text(terms.names[i], delimiter_);
    text_ += '\n';
  }

  void add(const std::string& id, std::vector<std::uint32_t>& columns) {
    std::sort(columns.begin(), columns.end());
    text_ += formats::cell_text(id, delimiter_);
    const std::size_t begin = text_.size();
    if (!lists_) {
      text_ += zeros_;
      for (const std::uint32_t column : columns) text_[begin + 2 * std::size_t{column} + 1] = '1';
    } else {
      std::string list;
      for (const std::uint32_t column : columns) (list += list.empty() ? "" : ";") += terms_.names[column];
      (text_ += delimiter_) += formats::cell_text(list, delimiter_);
    }
    text_ += '\n';
    if (text_.size() > (std::size_t{1} << 20)) flush();
  }
  void flush() {
    output_.add(text_);
    text_.clear();
  }

 private:
  static void check_listed(const std::string& name) {
    if (name.find(';') == std::string::npos) return;
    throw Error(ErrorKind::bad_input, {fmt::format("the label '{}' holds ';', which stands between labels", name),
                                       "--form lists", "--form matrix gives it a column; --stop-list leaves it out"});
  }

  bool lists_;
  const TermColumns& terms_;
  TextOutput& output_;
  char delimiter_ = ',';
  std::string zeros_, text_;
};

struct WrittenLabels {
  std::size_t proteins = 0, labels = 0, unlabelled = 0;
};

WrittenLabels write_rows(const LabelledIds& list, const TermColumns& terms, RowWriter& writer) {
  WrittenLabels out;
  std::vector<std::uint32_t> columns;
  for (std::size_t at = 0; at < list.pairs.size();) {
    const auto id = static_cast<std::uint32_t>(list.pairs[at] >> 32);
    columns.clear();
    for (; at < list.pairs.size() && list.pairs[at] >> 32 == id; ++at)
      if (const std::uint32_t column = terms.of_term[static_cast<std::uint32_t>(list.pairs[at])]; column != kLeftOut)
        columns.push_back(column);
    if (columns.empty()) {
      ++out.unlabelled;
      continue;
    }
    writer.add(list.ids.name(id), columns);
    ++out.proteins;
    out.labels += columns.size();
  }
  writer.flush();
  return out;
}

struct ToldLabels {
  const LabelledIds& list;
  const TermColumns& terms;
  const WrittenLabels& written;
};

void tell(const ToldLabels& told, const DataOptions& options, Sink& sink) {
  const auto& [list, terms, written] = told;
  const auto left_out = [&](std::int64_t count, const std::string& what) {
    if (count > 0) sink.note(fmt::format("{} {}", counted(count, "row"), what));
  };
  left_out(list.passed_over, "left out by --where or --stop-list");
  left_out(list.without, "without an id or a label left out");
  left_out(list.repeated, "repeated an earlier one");
  if (terms.general > 0)
    sink.note(fmt::format("{} that more than {} of the proteins have left out as too general",
                          counted(terms.general, "label"), options.max_part));
  if (terms.rare > 0)
    sink.note(fmt::format("{} with fewer than {} rows left out", counted(terms.rare, "label"), options.min_count));
  if (written.unlabelled > 0)
    sink.note(fmt::format("{} left out that had no other label", counted(written.unlabelled, "protein")));
}

}  // namespace

void label_data(const DataOptions& options, Context& context) {
  check_label_options(options);
  TextOutput output(options, context.out);
  LabelledIds list = read_labelled_ids(options.files(1, 1000), options, context.sink);
  const std::size_t given = list.pairs.size();
  if (options.ontology.ontology) carry_up(list, options, context.sink);
  const TermColumns terms = columns_of(list, options);
  if (terms.names.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("none of {} is left", counted(list.terms.size(), "label")),
                                       {},
                                       "look at --min-count, --max-part, --where and --stop-list"});
  RowWriter writer(options, terms, output);
  const WrittenLabels written = write_rows(list, terms, writer);
  output.finish();
  context.sink.note(fmt::format("{} of {} rows give {} with {}, {:.2f} each", given, list.rows,
                                counted(written.proteins, "protein"), counted(terms.names.size(), "label"),
                                static_cast<double>(written.labels) / static_cast<double>(written.proteins)));
  tell({list, terms, written}, options, context.sink);
}

}  // namespace groel::tasks
