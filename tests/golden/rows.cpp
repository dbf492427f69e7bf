// Makes rows of the result table, and finds the worst of many figures.
#include "golden/rows.h"

#include <fmt/format.h>

namespace groel::golden {

void Rows::near(const std::string& what, double figure, double tolerance, const std::string& where) {
  const bool passed = figure <= tolerance;  // false for what is no number
  rows_.push_back({what, fmt::format("{:.2e}", figure), fmt::format("{:.3g}", tolerance),
                   passed ? Status::passed : Status::missed, passed ? "" : where});
}

void Rows::exact(const std::string& what, const std::string& problem) {
  rows_.push_back({what, "exact", "", problem.empty() ? Status::passed : Status::missed, problem});
}

void Rows::miss(const std::string& what, const std::string& problem) {
  rows_.push_back({what, "-", "", Status::missed, problem});
}

void Rows::not_run(const std::string& what, const std::string& reason) {
  rows_.push_back({what, "-", "", Status::not_run, reason});
}

void Worst::add(const std::string& what, double figure, const std::string& where) {
  const auto [found, is_new] = worst_.try_emplace(what, Figure{figure, where});
  if (!is_new && !(figure <= found->second.value)) found->second = {figure, where};
}

void Worst::write(Rows& rows, const std::string& prefix, double tolerance) const {
  for (const auto& [what, figure] : worst_) rows.near(prefix + what, figure.value, tolerance, figure.where);
}

}  // namespace groel::golden
