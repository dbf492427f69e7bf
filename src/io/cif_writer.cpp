// Quotes and aligns the values of mmCIF categories.
#include "io/cif_writer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>

#include "base/error.h"

namespace groel::io {
namespace {

bool is_text_field(const std::string& value) {
  return value.find('\n') != std::string::npos ||
         (value.find('"') != std::string::npos && value.find('\'') != std::string::npos);
}

bool begins_as_a_keyword(const std::string& value) {
  static constexpr std::array<std::string_view, 5> kWords{"data_", "loop_", "save_", "stop_", "global_"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return value.size() >= word.size() && std::equal(word.begin(), word.end(), value.begin(), [](char a, char b) {
             return a == std::tolower(static_cast<unsigned char>(b));
           });
  });
}

// As it goes on a line.
std::string quoted(const std::string& value) {
  if (value.find('"') != std::string::npos) return "'" + value + "'";
  constexpr std::string_view kSpecial = "_#$[];";
  const bool needs = value.empty() || value.find_first_of(" \t'") != std::string::npos ||
                     kSpecial.find(value.front()) != std::string_view::npos || begins_as_a_keyword(value);
  return needs ? "\"" + value + "\"" : value;
}

int order_of(const std::string& category) { return category == "_entry" ? 0 : category == "_atom_site" ? 2 : 1; }

}  // namespace

CifCategory::CifCategory(std::string name, std::vector<std::string> items)
    : name_(std::move(name)), items_(std::move(items)) {}

void CifCategory::add(const std::vector<std::string>& row) {
  GROEL_REQUIRE(row.size() == items_.size());
  values_.insert(values_.end(), row.begin(), row.end());
}

void CifCategory::write(std::string& to) const {
  rows() == 1 && name_ != "_atom_site" ? write_pairs(to) : write_loop(to);
}

void CifCategory::write_pairs(std::string& to) const {
  std::size_t width = 0;
  for (const std::string& item : items_) width = std::max(width, item.size() + 1);
  for (std::size_t i = 0; i < items_.size(); ++i) {
    std::string item = items_[i];
    item.resize(width, ' ');
    to += name_ + "." + item + (is_text_field(values_[i]) ? "\n;" + values_[i] + "\n;\n" : quoted(values_[i]) + "\n");
  }
  to += "#\n";
}

void CifCategory::write_loop(std::string& to) const {
  const std::size_t columns = items_.size();
  std::vector<std::size_t> widths(columns);
  for (std::size_t i = 0; i < values_.size(); ++i)
    if (!is_text_field(values_[i])) widths[i % columns] = std::max(widths[i % columns], quoted(values_[i]).size() + 1);
  to += "loop_\n";
  for (const std::string& item : items_) to += name_ + "." + item + "\n";
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::size_t column = i % columns;
    if (is_text_field(values_[i])) {
      to += (column == 0 ? ";" : "\n;") + values_[i] + (column + 1 == columns ? "\n;" : "\n;\n");
    } else {
      std::string cell = quoted(values_[i]);
      cell.resize(std::max(widths[column], std::size_t{1}), ' ');
      to += cell;
    }
    if (column + 1 == columns) to += '\n';
  }
  to += "#\n";
}

std::string cif_text(const std::string& block, std::vector<CifCategory> categories) {
  std::sort(categories.begin(), categories.end(), [](const CifCategory& a, const CifCategory& b) {
    return std::make_tuple(order_of(a.name()), a.name()) < std::make_tuple(order_of(b.name()), b.name());
  });
  std::string out = "data_" + block + "\n#\n";
  for (const CifCategory& category : categories)
    if (category.rows() > 0) category.write(out);
  return out;
}

}  // namespace groel::io
