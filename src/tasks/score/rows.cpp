// Reads the variants of rows.
#include "tasks/score/rows.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/words.h"
#include "bio/residues.h"
#include "tasks/reading/input.h"

namespace groel::tasks {
namespace {

const char* meaning(char letter) {
  switch (letter) {
    case 'X': return "X is any residue";
    case 'B': return "B is D or N";
    case 'Z': return "Z is E or Q";
    case 'J': return "J is I or L";
    case 'U': return "U, selenocysteine, was too rare in training for its score to mean anything";
    case 'O': return "O, pyrrolysine, was too rare in training for its score to mean anything";
    default: return "it is none of the 20 residues";
  }
}

[[noreturn]] void refuse(const std::string& what, char letter) {
  throw Error(ErrorKind::bad_input,
              {fmt::format("{}: {}", what, meaning(letter)), {}, "name one of the 20 residues, or leave the row out"});
}

void require_scored(const bio::Variant& variant, const std::string& wild_type) {
  for (const bio::Edit& edit : variant.edits) {
    for (const char letter : edit.to)
      if (!is_scored_residue(letter)) refuse(fmt::format("the new residue is {}", letter), letter);
    if (edit.kind == bio::Edit::Kind::insertion) continue;
    for (std::int64_t position = edit.first; position <= edit.last; ++position)
      if (const char there = wild_type[static_cast<std::size_t>(position - 1)]; !is_scored_residue(there))
        refuse(fmt::format("position {} of the sequence is {}", position, there), there);
  }
}

// Residues that rows name, each with how often.
std::map<std::pair<std::int64_t, char>, std::int64_t> named_residues(const std::vector<VariantRow>& rows) {
  std::map<std::pair<std::int64_t, char>, std::int64_t> out;
  for (const VariantRow& row : rows) {
    if (row.sequence) continue;
    for (const bio::Edit& edit : row.variant.edits) {
      ++out[{edit.first, edit.from_first}];
      if (edit.last != edit.first) ++out[{edit.last, edit.from_last}];
    }
  }
  return out;
}

}  // namespace

bool is_scored_residue(char letter) { return bio::kResidues.find(letter) != std::string_view::npos; }

std::vector<std::int64_t> unscored_positions(const std::string& sequence) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < sequence.size(); ++i)
    if (!is_scored_residue(sequence[i])) out.push_back(static_cast<std::int64_t>(i) + 1);
  return out;
}

std::string unscored_note(const std::string& sequence, std::int64_t offset) {
  constexpr std::size_t kShown = 10;
  const std::vector<std::int64_t> all = unscored_positions(sequence);
  if (all.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < std::min(all.size(), kShown); ++i)
    names += fmt::format("{}{}{}", i > 0 ? ", " : "", sequence[static_cast<std::size_t>(all[i] - 1)], all[i] + offset);
  if (all.size() > kShown) names += ", ...";
  const bool gaps = sequence.find_first_of("-.") != std::string::npos;
  return fmt::format("{} none of the 20 residues, and {} not scored: {}{}",
                     all.size() == 1 ? "1 position holds" : fmt::format("{} positions hold", all.size()),
                     all.size() == 1 ? "is" : "are", names,
                     gaps ? "; gaps count as positions, and the model reads them" : "");
}

void read_variant(VariantRow& row, const std::string& wild_type, std::int64_t offset) {
  row.variant = bio::parse_variant(row.name);
  bio::shift(row.variant, offset);
  bio::check_variant(row.variant, wild_type);
  require_scored(row.variant, wild_type);
}

bio::Variant differences(const std::string& sequence, const std::string& wild_type) {
  bio::Variant out;
  if (sequence.size() != wild_type.size()) {
    const auto unscored = [](const std::string& text) { return unscored_positions(text).size(); };
    if (unscored(sequence) != unscored(wild_type))
      throw Error(ErrorKind::bad_input, {"the sequence has letters that are none of the 20 residues, and not as many "
                                         "as the wild type has",
                                         {},
                                         "sums over residues do not compare then; leave the row out"});
    return out;
  }
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    if (sequence[i] == wild_type[i]) continue;
    const auto position = static_cast<std::int64_t>(i) + 1;
    out.edits.push_back(
        {position, position, wild_type[i], wild_type[i], std::string(1, sequence[i]), bio::Edit::Kind::substitution});
  }
  require_scored(out, wild_type);
  return out;
}

VariantTable every_substitution(const std::string& wild_type, std::int64_t offset) {
  VariantTable table{{"mutant", "position", "wild_type", "mutation"}, {}, false};
  for (std::size_t i = 0; i < wild_type.size(); ++i) {
    const char from = wild_type[i];
    if (!is_scored_residue(from)) continue;
    const auto position = static_cast<std::int64_t>(i) + 1;
    const auto shown = position + offset;
    for (const char to : bio::kResidues) {
      if (to == from) continue;
      VariantRow row;
      row.name = fmt::format("{}{}{}", from, shown, to);
      row.fields = {row.name, fmt::format("{}", shown), std::string(1, from), std::string(1, to)};
      row.variant.edits = {{position, position, from, from, std::string(1, to), bio::Edit::Kind::substitution}};
      table.rows.push_back(std::move(row));
    }
  }
  if (table.rows.empty())
    throw Error(ErrorKind::bad_input, "none of the sequence's positions holds one of the 20 residues");
  return table;
}

std::vector<std::string> row_notes(const std::vector<VariantRow>& rows) {
  std::map<char, std::int64_t> chains;
  std::set<std::string> seen;
  std::int64_t again = 0;
  for (const VariantRow& row : rows) {
    if (row.variant.chain != 0) ++chains[row.variant.chain];
    if (row.error || row.sequence || row.variant.edits.empty()) continue;
    std::vector<std::string> parts;
    for (const bio::Edit& edit : row.variant.edits)
      parts.push_back(fmt::format("{}_{}_{}_{};", edit.first, edit.last, static_cast<int>(edit.kind), edit.to));
    std::sort(parts.begin(), parts.end());
    std::string key;
    for (const std::string& part : parts) key += part;
    again += seen.insert(key).second ? 0 : 1;
  }
  std::vector<std::string> out;
  if (again > 0)
    out.push_back(fmt::format("{} a variant that is in an earlier row, too, and {} scored and counted again",
                              again == 1 ? "1 row has" : fmt::format("{} rows have", again),
                              again == 1 ? "is" : "are"));
  if (!chains.empty()) {
    const std::string names = listed_as(chains, [](const auto& entry) { return fmt::format("{}", entry.first); });
    out.push_back(
        fmt::format("variants name the chain{} {}: the positions are taken for those of the sequence, "
                    "counted from 1",
                    chains.size() == 1 ? "" : "s", names));
  }
  return out;
}

std::optional<FittingOffset> fitting_offset(const std::vector<VariantRow>& rows, const std::string& wild_type) {
  std::map<std::int64_t, std::int64_t> agreeing;  // offset -> residues
  std::int64_t all = 0;
  for (const auto& [named, count] : named_residues(rows)) {
    all += count;
    for (std::size_t i = 0; i < wild_type.size(); ++i)
      if (wild_type[i] == named.second) agreeing[named.first - static_cast<std::int64_t>(i) - 1] += count;
  }
  const auto best = std::max_element(agreeing.begin(), agreeing.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (best == agreeing.end() || best->first == 0) return std::nullopt;
  const auto as_good =
      std::count_if(agreeing.begin(), agreeing.end(), [&](const auto& other) { return other.second == best->second; });
  const auto now = agreeing.find(0);
  const bool few_now = now == agreeing.end() || now->second * 2 < all;
  const bool most = best->second >= 5 && best->second * 10 >= all * 8;  // of a table with some wrong rows
  if (as_good > 1 || !(best->second == all || (most && few_now))) return std::nullopt;
  return FittingOffset{best->first, best->second, all};
}

}  // namespace groel::tasks
