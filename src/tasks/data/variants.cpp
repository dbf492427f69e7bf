// groel data variants: the sequences that a table of variants stands for, and how many mutations each has.
#include "bio/variants.h"

#include <cctype>

#include "tasks/data/raw_table.h"
#include "tasks/data/row_text.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"

namespace groel::tasks {
namespace {

// The one protein of a file.
std::string wild_type_of(const std::string& path, Sink& sink) {
  const RawTable table = read_raw_table(path, all_columns, sink);
  const auto column = sequence_column_of(table.columns, {});
  if (!column || table.rows.size() != 1)
    throw Error(ErrorKind::bad_input, {fmt::format("one wild type is wanted, and {} here",
                                                   counted(table.rows.size(), "protein is", "proteins are")),
                                       path, "a FASTA file of the protein that the variants are of"});
  return table.cells[*column][0];
}

// Variants that make no protein, with the first one's reason.
struct Unreadable {
  std::int64_t count = 0;
  std::string first;

  void add(const Error& error) {
    if (count++ == 0) first = error.parts().what;
  }
};

// "A108D:N144D" of "SA108D:SN144D".
std::string without_prefix(const std::string& text, const std::string& prefix) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0;
    if (begins && !prefix.empty() && text.compare(at, prefix.size(), prefix) == 0)
      at += prefix.size();
    else
      out += text[at++];
  }
  return out;
}

bio::Variant fitting_variant(const std::string& text, const DataOptions& options, const std::string& wild_type) {
  bio::Variant out = bio::parse_variant(without_prefix(text, options.prefix));
  bio::shift(out, options.offset);
  bio::check_variant(out, wild_type);
  return out;
}

std::vector<std::string> header_of(const RawTable& table) {
  std::vector<std::string> out = table.columns.names;
  for (const char* name : {"mutation_count", "sequence"}) {
    if (table.columns.find(name))
      throw Error(ErrorKind::bad_input, {fmt::format("there is a column '{}' already", name), table.source,
                                         "give it another name: groel data filter --rename OLD=NEW"});
    out.emplace_back(name);
  }
  return out;
}

}  // namespace

void variants_data(const DataOptions& options, Context& context) {
  const std::vector<std::string> files = options.files(2, 2);
  const RawTable table = read_raw_table(files[0], all_columns, context.sink);
  const std::string wild_type = wild_type_of(files[1], context.sink);
  const std::size_t column =
      table.columns.require(options.mutation_column, io::ColumnRole::variant, "--mutation-column");
  const char delimiter = delimiter_for(options);
  TextOutput output(options, context.out);
  output.add(row_text(header_of(table), delimiter));
  Unreadable unreadable;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    std::vector<std::string> cells = cells_of(table, row);
    try {
      const bio::Variant variant = fitting_variant(table.cells[column][row], options, wild_type);
      cells.push_back(std::to_string(variant.edits.size()));
      cells.push_back(bio::apply_variant(variant, wild_type));
      output.add(row_text(cells, delimiter));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_input && error.kind() != ErrorKind::unsupported) throw;
      unreadable.add(error);
    }
  }
  const auto rows = static_cast<std::int64_t>(table.rows.size());
  if (unreadable.count == rows)
    throw Error(ErrorKind::bad_input, {fmt::format("no variant of {} fits the wild type: {}", rows, unreadable.first),
                                       table.source, "look at --offset, --prefix and --mutation-column"});
  output.finish();
  if (unreadable.count > 0)
    context.sink.warning(fmt::format("{} left out whose variant makes no protein, as {}",
                                     counted(unreadable.count, "row"), unreadable.first));
  context.sink.note(fmt::format("{} of {} kept", rows - unreadable.count, counted(rows, "row")));
}

}  // namespace groel::tasks
