// Reads alignments as AlphaFold 3 does.
#include "folding/alignment.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/error.h"
#include "base/printable.h"
#include "base/words.h"

namespace groel::folding {
namespace {

constexpr std::string_view kAminoOrder = "ARNDCQEGHILKMFPSTWYV";

bool is_small(char c) { return c >= 'a' && c <= 'z'; }

std::array<std::int8_t, 256> numbers(Molecule molecule) {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (char c = 'A'; c <= 'Z'; ++c)
    table[static_cast<unsigned char>(c)] = molecule == Molecule::protein ? -1 : kUnknownNucleotide;
  table['-'] = kGap;
  if (molecule == Molecule::protein) {
    for (std::size_t i = 0; i < kAminoOrder.size(); ++i)
      table[static_cast<unsigned char>(kAminoOrder[i])] = static_cast<std::int8_t>(i);
    table['B'] = table['D'], table['Z'] = table['E'], table['U'] = table['C'];
    table['J'] = table['O'] = table['X'] = kUnknownAminoAcid;
    return table;
  }
  const std::string_view order = molecule == Molecule::rna ? "AGCU" : "AGCT";
  for (std::size_t i = 0; i < 4; ++i)
    table[static_cast<unsigned char>(order[i])] = static_cast<std::int8_t>((molecule == Molecule::rna ? 22 : 26) + i);
  return table;
}

const std::array<std::int8_t, 256>& table_of(Molecule molecule) {
  static const auto protein = numbers(Molecule::protein), rna = numbers(Molecule::rna), dna = numbers(Molecule::dna);
  return molecule == Molecule::rna ? rna : molecule == Molecule::dna ? dna : protein;
}

[[noreturn]] void refuse(const std::string& label, std::size_t row, const std::string& what) {
  throw Error(ErrorKind::bad_input, {what, fmt::format("{}, row {}", label, row + 1), {}});
}

// One row's columns and the insertions before each, appended to the alignment.
void add_row(Alignment& to, const AlignmentRow& row, Molecule molecule, const std::string& label) {
  const auto& table = table_of(molecule);
  std::size_t columns = 0;
  std::int32_t inserted = 0;
  for (std::size_t i = 0; i < row.letters.size(); ++i) {
    const int number = table[static_cast<unsigned char>(row.letters[i])];
    if (number < 0) {
      if (!is_small(row.letters[i]))
        refuse(label, to.rows,
               fmt::format("'{}' at {} is no letter of {}", printable(std::string(1, row.letters[i]), LineEnds::escape),
                           i + 1, molecule == Molecule::protein ? "a protein" : "a nucleic acid"));
      ++inserted;
      continue;
    }
    to.letters.push_back(number);
    to.deletions.push_back(inserted);
    inserted = 0;
    ++columns;
  }
  if (to.rows == 0) to.columns = columns;
  if (columns != to.columns)
    refuse(label, to.rows, fmt::format("{} columns where the first row has {}", columns, to.columns));
  to.species.push_back(species_of(row.description));
  ++to.rows;
}

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  return text;
}

bool is_alnum(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// The first line, trimmed, which is taken off the text.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(line);
}

// How many of the characters from `at` on are capitals or digits, `most` at most.
std::size_t run(std::string_view text, std::size_t at, std::size_t most) {
  std::size_t count = 0;
  while (count < most && at + count < text.size() && is_alnum(text[at + count])) ++count;
  return count;
}

}  // namespace

int letter_number(char letter, Molecule molecule) noexcept {
  return table_of(molecule)[static_cast<unsigned char>(letter)];
}

std::vector<AlignmentRow> alignment_rows(std::string_view a3m) {
  std::vector<AlignmentRow> rows;
  while (!a3m.empty()) {
    const std::string_view line = take_line(a3m);
    if (line.starts_with('>'))
      rows.push_back({std::string(line.substr(1)), {}});
    else if (!rows.empty())
      rows.back().letters += line;
  }
  return rows;
}

std::string line_of_no_row(std::string_view a3m) {
  std::string comment;
  while (!a3m.empty()) {
    const std::string_view line = take_line(a3m);
    if (line.starts_with('>')) return {};
    if (!line.empty() && !line.starts_with('#')) return std::string(line);
    if (comment.empty()) comment = line;
  }
  return comment;
}

std::string a3m_text(const std::vector<AlignmentRow>& rows) {
  std::string text;
  for (const AlignmentRow& row : rows) text += ">" + row.description + "\n" + row.letters + "\n";
  return text;
}

Alignment read_alignment(const std::string& a3m, const std::string& query, Molecule molecule,
                         const std::string& label) {
  Alignment alignment;
  auto rows = alignment_rows(a3m);
  if (rows.empty()) rows.push_back({"Original query", query});
  for (const AlignmentRow& row : rows) add_row(alignment, row, molecule, label);
  bool same = alignment.columns == query.size();
  for (std::size_t i = 0; same && i < query.size(); ++i)
    same = alignment.letters[i] == letter_number(query[i], molecule);
  if (!same)
    throw Error(ErrorKind::bad_input,
                {fmt::format("the first row is not the chain's sequence: expected {}, found {}",
                             printable(query.substr(0, 60)), printable(rows[0].letters.substr(0, 60))),
                 label, "modified residues have the letter of what they are made from, and letters but the 20 are X"});
  return alignment;
}

Alignment gap_alignment(std::size_t columns) {
  Alignment alignment{
      1, columns, std::vector<std::int32_t>(columns, kGap), std::vector<std::int32_t>(columns, 0), {""}};
  return alignment;
}

// tr|sp, an accession of 6 to 10, perhaps an isoform "_2", and an entry name whose part after "_" is the species.
std::string species_of(std::string_view description) {
  const std::string_view text = trimmed(description);
  if (!text.starts_with("tr|") && !text.starts_with("sp|")) return {};
  std::size_t at = 3 + run(text, 3, 10);
  if (at < 3 + 6) return {};
  if (at < text.size() && text[at] == '_') {
    const std::size_t digits = ++at;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) ++at;
    if (at == digits) return {};
  }
  if (at >= text.size() || text[at] != '|') return {};
  const std::size_t entry = run(text, ++at, 10);
  at += entry;
  if (entry == 0 || at >= text.size() || text[at] != '_') return {};
  return std::string(text.substr(at + 1, run(text, at + 1, 5)));
}

std::vector<AlignmentRow> without_duplicates(const std::vector<AlignmentRow>& rows) {
  std::vector<AlignmentRow> kept;
  std::set<std::string> seen;
  for (const AlignmentRow& row : rows) {
    std::string columns = row.letters;
    std::erase_if(columns, is_small);
    if (seen.insert(std::move(columns)).second) kept.push_back(row);
  }
  return kept;
}

std::string query_alone(const std::string& query) { return a3m_text({{"Original query", query}}); }

// With some of a protein's alignments and templates given it is not known whether the others are wanted.
void check_partial(const JobChain& chain) {
  const bool unpaired = chain.unpaired_msa.has_value(), paired = chain.paired_msa.has_value();
  const bool templates = chain.templates && !chain.templates->empty();
  if (unpaired == paired && (unpaired || !templates)) return;
  std::vector<std::string> given;
  if (unpaired) given.emplace_back("unpairedMsa");
  if (paired) given.emplace_back("pairedMsa");
  if (templates) given.emplace_back("templates");
  throw Error(
      ErrorKind::bad_input,
      {fmt::format("expected all or none of unpairedMsa, pairedMsa and templates, found {} alone", listed(given)),
       fmt::format("protein chain {}", chain.id),
       "\"\" is an alignment of the sequence alone, [] is no templates; without alignments and templates all are "
       "searched"});
}

void complete_alignments(Job& job, const ComponentTable& components) {
  for (JobChain& chain : job.chains) {
    if (chain.molecule != Molecule::protein && chain.molecule != Molecule::rna) continue;
    if (chain.molecule == Molecule::protein) check_partial(chain);
    const std::string query = query_sequence(chain, components);
    const auto complete = [&](std::optional<std::string>& a3m, const char* which) {
      if (!a3m) return;
      if (a3m->empty()) *a3m = query_alone(query);
      if (query.size() > 4) read_alignment(*a3m, query, chain.molecule, fmt::format("{} of chain {}", which, chain.id));
    };
    complete(chain.unpaired_msa, "unpairedMsa");
    complete(chain.paired_msa, "pairedMsa");
    chain.sequence = query;
  }
}

}  // namespace groel::folding
