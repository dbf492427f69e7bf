// Reads rows of alignments, and chooses among them.
#include "bio/alignment.h"

#include <algorithm>

#include "base/error.h"
#include "bio/sequence_text.h"

namespace groel::bio {
namespace {

std::string_view trimmed_row(std::string_view row) {
  while (!row.empty() && is_space(row.front())) row.remove_prefix(1);
  while (!row.empty() && is_space(row.back())) row.remove_suffix(1);
  return row;
}

std::int64_t differences(std::string_view a, std::string_view b) noexcept {
  std::int64_t out = 0;
  for (std::size_t i = 0; i < a.size(); ++i) out += a[i] != b[i];
  return out;
}

// Calls visit(part, is_name) for each character, and for each name in brackets as a whole.
template <class Visit>
void for_each_part(std::string_view row, const Visit& visit) {
  while (!row.empty()) {
    const std::size_t end = row[0] == '<' ? row.find('>') : std::string_view::npos;
    const std::size_t length = end == std::string_view::npos ? 1 : end + 1;
    visit(row.substr(0, length), length > 1);
    row.remove_prefix(length);
  }
}

}  // namespace

bool is_alignment(std::string_view text) noexcept {
  return trimmed_row(text).find(kRowBreak) != std::string_view::npos;
}

std::vector<std::string_view> alignment_rows(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(kRowBreak, at), text.size());
    if (const std::string_view row = trimmed_row(text.substr(at, end - at)); !row.empty()) out.push_back(row);
    at = end + 1;
  }
  return out;
}

std::string join_rows(const std::vector<std::string>& rows) {
  std::string out;
  for (const std::string& row : rows) {
    if (!out.empty()) out += kRowBreak;
    out += row;
  }
  return out;
}

std::string with_query(std::string_view alignment, std::string_view query) {
  std::vector<std::string> rows{std::string(query)};
  const auto all = alignment_rows(alignment);
  for (std::size_t r = 1; r < all.size(); ++r) rows.emplace_back(all[r]);
  return join_rows(rows);
}

std::string without_insertions(std::string_view row, RowCounts& counts) {
  std::string out;
  for_each_part(row, [&](std::string_view part, bool is_name) {
    const char c = part[0];
    if (!is_name && (is_lower(c) || c == '.'))
      ++counts.insertions;
    else if (!is_name && c == '*')
      ++counts.stars;
    else if (!is_name && is_space(c))
      ++counts.spaces;
    else
      out += part;
  });
  return out;
}

std::string column_letters(std::string_view row) {
  std::string out;
  for_each_part(row, [&](std::string_view part, bool is_name) { out += is_name ? '?' : to_upper(part[0]); });
  return out;
}

double identity(std::string_view a, std::string_view b) noexcept {
  std::int64_t both = 0, same = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!is_letter(a[i]) || !is_letter(b[i])) continue;
    ++both;
    same += a[i] == b[i];
  }
  return both > 0 ? static_cast<double>(same) / static_cast<double>(both) : 0;
}

ChosenRows choose_rows(const std::vector<std::string>& rows, const RowFilter& filter) {
  GROEL_REQUIRE(!rows.empty() && filter.most >= 1);
  ChosenRows out;
  std::vector<std::size_t> candidates;  // without the query
  for (std::size_t r = 1; r < rows.size(); ++r) {
    const double same = identity(rows.front(), rows[r]);
    if (same < filter.least_identity || same > filter.most_identity)
      ++out.filtered;
    else
      candidates.push_back(r);
  }
  out.rows = {0};
  const auto wanted = static_cast<std::size_t>(filter.most);
  if (filter.choice == RowChoice::first || candidates.size() < wanted) {
    const auto count = std::min(candidates.size(), wanted - 1);
    out.rows.insert(out.rows.end(), candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count));
    out.left = static_cast<std::int64_t>(candidates.size() - count);
    return out;
  }
  std::vector<std::int64_t> total(rows.size());  // differences from all that are chosen
  while (out.rows.size() < wanted) {
    for (const std::size_t r : candidates) total[r] += differences(rows[out.rows.back()], rows[r]);
    const auto less = [&](std::size_t a, std::size_t b) { return total[a] < total[b]; };
    const auto next = filter.choice == RowChoice::diverse
                          ? std::max_element(candidates.begin(), candidates.end(), less)
                          : std::min_element(candidates.begin(), candidates.end(), less);
    out.rows.push_back(*next);
    candidates.erase(next);
  }
  std::sort(out.rows.begin(), out.rows.end());
  out.left = static_cast<std::int64_t>(candidates.size());
  return out;
}

}  // namespace groel::bio
