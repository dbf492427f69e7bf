// Reads conditions.
#include "tasks/data/conditions.h"

#include <algorithm>

#include "base/error.h"

namespace groel::tasks {

bool Condition::holds(const std::string& cell) const {
  return (std::find(values.begin(), values.end(), cell) != values.end()) != excludes;
}

std::vector<Condition> conditions_of(const std::vector<std::string>& texts, const io::Columns& columns) {
  std::vector<Condition> out;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorKind::usage, {fmt::format("'{}' is no condition", text), "--where", "COLUMN=VALUE"});
    Condition one;
    one.excludes = text[equals - 1] == '!';
    one.column = columns.named(text.substr(0, equals - (one.excludes ? 1 : 0)), "--where");
    for (std::size_t at = equals + 1; at <= text.size();) {
      const std::size_t end = std::min(text.find('|', at), text.size());
      one.values.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace groel::tasks
