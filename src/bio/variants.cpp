// Checks variants against a sequence and applies them to it.
#include "bio/variants.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace groel::bio {
namespace {

void check_place(char residue, std::int64_t position, std::string_view wild_type) {
  const auto length = static_cast<std::int64_t>(wild_type.size());
  if (position < 1 || position > length)
    throw Error(ErrorKind::bad_input,
                {fmt::format("position {} lies outside the sequence (1 to {})", position, length), {}, {}});
  const char there = wild_type[static_cast<std::size_t>(position - 1)];
  if (there != residue)
    throw Error(ErrorKind::bad_input, {fmt::format("residue {} is {}, not {}", position, there, residue), {}, {}});
}

}  // namespace

bool Variant::changes_length() const {
  std::int64_t change = 0;
  for (const Edit& edit : edits) {
    const std::int64_t replaced = edit.kind == Edit::Kind::insertion ? 0 : edit.last - edit.first + 1;
    change += edit.kind == Edit::Kind::duplication ? replaced : static_cast<std::int64_t>(edit.to.size()) - replaced;
  }
  return change != 0;
}

bool Variant::only_substitutions() const {
  return std::all_of(edits.begin(), edits.end(),
                     [](const Edit& edit) { return edit.kind == Edit::Kind::substitution; });
}

void shift(Variant& variant, std::int64_t offset) {
  for (Edit& edit : variant.edits) {
    edit.first -= offset;
    edit.last -= offset;
  }
}

void check_variant(const Variant& variant, std::string_view wild_type) {
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (const Edit& edit : variant.edits) {
    check_place(edit.from_first, edit.first, wild_type);
    check_place(edit.from_last, edit.last, wild_type);
    if (edit.kind != Edit::Kind::insertion) ranges.emplace_back(edit.first, edit.last);
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].first <= ranges[i - 1].second)
      throw Error(ErrorKind::bad_input, {fmt::format("position {} is changed twice", ranges[i].first), {}, {}});
  for (const Edit& edit : variant.edits)
    for (const auto& [first, last] : ranges)
      if (edit.kind == Edit::Kind::insertion && first <= edit.first && edit.last <= last)
        throw Error(ErrorKind::bad_input,
                    {fmt::format("the insertion after {} lies inside another change", edit.first), {}, {}});
}

std::string apply_variant(const Variant& variant, std::string_view wild_type) {
  std::vector<Edit> edits = variant.edits;
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    const auto place = [](const Edit& e) { return 2 * e.first + (e.kind == Edit::Kind::insertion ? 1 : 0); };
    return place(a) > place(b);  // from the end on, so that no edit moves the place of another
  });
  std::string out(wild_type);
  for (const Edit& edit : edits) {
    const auto begin = static_cast<std::size_t>(edit.first - 1);
    const auto count = static_cast<std::size_t>(edit.last - edit.first + 1);
    if (edit.kind == Edit::Kind::insertion)
      out.insert(begin + 1, edit.to);
    else if (edit.kind == Edit::Kind::duplication)
      out.insert(begin + count, out.substr(begin, count));
    else
      out.replace(begin, count, edit.to);
  }
  if (out.empty()) throw Error(ErrorKind::bad_input, "the variant deletes the whole sequence");
  return out;
}

}  // namespace groel::bio
