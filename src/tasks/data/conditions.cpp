// Parses conditions on columns of a table.
#include "tasks/data/conditions.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "io/numbers.h"

namespace groel::tasks {
namespace {

using Relation = Condition::Relation;

struct Sign {
  const char* text;
  Relation relation;
};

// Longer signs before those that they begin with.
constexpr Sign kSigns[] = {{"!=", Relation::none_of}, {"<=", Relation::at_most}, {">=", Relation::at_least},
                           {"=", Relation::one_of},   {"<", Relation::below},    {">", Relation::above}};

bool of_values(Relation relation) { return relation == Relation::one_of || relation == Relation::none_of; }

[[noreturn]] void refuse(const std::string& text) {
  throw Error(ErrorKind::usage,
              {fmt::format("'{}' is no condition", text), "--where",
               "COLUMN=VALUE, COLUMN!=VALUE, or of numbers COLUMN<=3, COLUMN<3, COLUMN>=3, COLUMN>3"});
}

std::vector<std::string> alternatives(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('|', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// The sign that stands first, and where.
std::pair<const Sign*, std::size_t> sign_in(const std::string& text) {
  for (std::size_t at = 1; at < text.size(); ++at)
    for (const Sign& one : kSigns)
      if (text.compare(at, std::string_view(one.text).size(), one.text) == 0) return {&one, at};
  refuse(text);
}

Condition condition_of(const std::string& text, const io::Columns& columns) {
  const auto [sign, at] = sign_in(text);
  Condition out;
  out.relation = sign->relation;
  out.name = text.substr(0, at);
  out.column = columns.named(out.name, "--where");
  const std::string value = text.substr(at + std::string_view(sign->text).size());
  if (of_values(out.relation)) {
    out.values = alternatives(value);
    return out;
  }
  const auto limit = io::parse_number(value);
  if (!limit) refuse(text);
  out.limit = *limit;
  return out;
}

}  // namespace

bool Condition::holds(const std::string& cell) const {
  const bool listed = std::find(values.begin(), values.end(), cell) != values.end();
  if (of_values(relation)) return listed == (relation == Relation::one_of);
  const auto number = io::parse_number(cell);
  if (!number) return false;
  switch (relation) {
    case Relation::below: return *number < limit;
    case Relation::at_most: return *number <= limit;
    case Relation::above: return *number > limit;
    default: return *number >= limit;
  }
}

bool Condition::misses_number(const std::string& cell) const { return compares_numbers() && !io::parse_number(cell); }

std::vector<Condition> conditions_of(const std::vector<std::string>& texts, const io::Columns& columns) {
  std::vector<Condition> out;
  for (const std::string& text : texts) out.push_back(condition_of(text, columns));
  return out;
}

}  // namespace groel::tasks
