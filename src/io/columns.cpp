// Finds the columns of a table by name.
#include "io/columns.h"

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/options.h"
#include "base/words.h"
#include "io/characters.h"

namespace groel::io {
namespace {

// Names that tables in the wild use, the likelier first.
constexpr std::string_view kIds[]{"id",         "ids",          "name",       "names",
                                  "accession",  "entry",        "protein_id", "acc",
                                  "accessions", "uniprot_id",   "uniprot",    "uniprot_accession",
                                  "identifier", "protein_name", "seq_id",     "sequence_id",
                                  "entry_name", "protein",      "mutant",     "variant"};
constexpr std::string_view kSequences[]{"sequence",         "seq",         "sequences",   "protein_sequence",
                                        "aa_seq",           "aa_sequence", "protein_seq", "amino_acid_sequence",
                                        "mutated_sequence", "primary",     "input",       "protein"};
constexpr std::string_view kVariants[]{"mutant", "mutation", "mutations", "variant",   "variants",
                                       "hgvs",   "hgvs_pro", "hgvsp",     "aa_change", "protein_change"};
constexpr std::string_view kLabels[]{"label", "labels", "target", "class", "family", "annotation", "annotations"};

struct Role {
  ColumnRole role;
  const char* text;
  std::span<const std::string_view> names;
};
constexpr Role kRoles[]{{ColumnRole::id, "an id", kIds},
                        {ColumnRole::sequence, "a sequence", kSequences},
                        {ColumnRole::variant, "a variant", kVariants},
                        {ColumnRole::label, "a label", kLabels}};

const Role& row(ColumnRole role) { return kRoles[static_cast<std::size_t>(role)]; }

bool is_in(std::string_view plain, const Role& role) {
  return std::find(role.names.begin(), role.names.end(), plain) != role.names.end();
}

[[noreturn]] void refuse_double(const std::string& name, const std::string& where) {
  throw Error(ErrorKind::bad_input,
              Error::Parts{fmt::format("two columns are called '{}'", name), where, "rename one of them"});
}

template <class Is>
std::optional<std::size_t> only(const Columns& columns, const std::string& name, const Is& is) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < columns.names.size(); ++i) {
    if (!is(columns.names[i])) continue;
    if (found) refuse_double(name, columns.where);
    found = i;
  }
  return found;
}

}  // namespace

std::string plain_name(std::string_view column) {
  std::string_view text = trimmed(column);
  if (text.starts_with('#')) text = trimmed(text.substr(1));
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
  }
  return out;
}

std::string listed(const std::vector<std::string>& columns) {
  std::vector<std::string> words;
  for (const std::string& column : columns) words.push_back(fmt::format("'{}'", column.substr(0, 80)));
  return groel::listed(words, 40);
}

std::optional<std::size_t> Columns::find(const std::string& name) const {
  if (const auto exact = only(*this, name, [&](const std::string& column) { return column == name; })) return exact;
  const std::string plain = plain_name(name);
  return only(*this, name, [&](const std::string& column) { return plain_name(column) == plain; });
}

std::size_t Columns::named(const std::string& name, const std::string& option) const {
  if (const auto found = find(name)) return *found;
  const auto near = nearest(name, names);
  throw Error(ErrorKind::bad_input,
              Error::Parts{fmt::format("there is no column '{}'; the columns are {}", name, listed(names)), where,
                           near ? fmt::format("did you mean {} '{}'?", option, *near)
                                : fmt::format("name one with {}", option)});
}

std::optional<std::size_t> Columns::usual(ColumnRole role) const {
  for (const std::string_view name : row(role).names)
    if (const auto found =
            only(*this, std::string(name), [&](const std::string& column) { return plain_name(column) == name; }))
      return found;
  return std::nullopt;
}

std::size_t Columns::require(const std::string& name, ColumnRole role, const std::string& option) const {
  if (!name.empty()) return named(name, option);
  if (const auto found = usual(role)) return *found;
  throw Error(ErrorKind::bad_input,
              Error::Parts{fmt::format("no column looks like {}; the columns are {}", row(role).text, listed(names)),
                           where, fmt::format("name one with {}; without a header line, add one", option)});
}

bool is_usual_name(std::string_view column) {
  return std::any_of(std::begin(kRoles), std::end(kRoles),
                     [plain = plain_name(column)](const Role& role) { return is_in(plain, role); });
}

bool is_usual_name(std::string_view column, ColumnRole role) { return is_in(plain_name(column), row(role)); }

}  // namespace groel::io
