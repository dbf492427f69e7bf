// Compares output files with those of a reference.
#include "golden/file_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

#include "base/text_file.h"
#include "golden/cif_items.h"

namespace groel::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::set<std::string> files_of(const fs::path& folder) {
  std::set<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) out.insert(fs::relative(entry.path(), folder).generic_string());
  return out;
}

std::optional<double> number_of(const std::string& text) {
  if (text.empty() || text.find_first_not_of("+-.0123456789e") != std::string::npos) return std::nullopt;
  std::size_t read = 0;
  try {
    const double out = std::stod(text, &read);
    return read == text.size() ? std::optional(out) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// Of "12.345": 0.001. Numbers with as many digits as a double has are held to 1e-9.
double last_digit(const std::string& number) {
  return std::max(1e-9, std::pow(10.0, -static_cast<double>(number.size() - number.find('.') - 1)));
}

// The steps in which JSON numbers of a key are printed.
double step_of(const std::string& where) { return where.find("/pae/") != std::string::npos ? 0.1 : 0.01; }

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream text(line);
  for (std::string cell; std::getline(text, cell, ',');) out.push_back(cell);
  return out;
}

// Of "AlphaFold-beta-20231127 (3.0.4 @ 2026-11-28 11:49:54)" without the time.
std::string without_time(const std::string& text) { return text.substr(0, text.find(" @ ")); }

}  // namespace

void FileDifferences::problem(const std::string& what) {
  if (problems_++ == 0) first_problem_ = what;
}

void FileDifferences::add(const fs::path& ours, const fs::path& theirs) {
  const std::set<std::string> have = files_of(ours), expected = files_of(theirs);
  for (const std::string& name : have)
    if (!expected.contains(name)) problem(name + " is one too many");
  for (const std::string& name : expected) {
    if (have.contains(name))
      add_file(ours / name, theirs / name, name);
    else
      problem(name + " is not written");
  }
}

void FileDifferences::add_file(const fs::path& ours, const fs::path& theirs, const std::string& name) {
  ++files_;
  const std::string a = read_text(ours), b = read_text(theirs);
  if (name.ends_with(".cif")) return add_cif(a, b, name);
  if (name.ends_with(".csv")) return add_csv(a, b, name);
  if (!name.ends_with(".json")) return a == b ? void() : problem(name + " differs");
  const json flat_a = json::parse(a).flatten(), flat_b = json::parse(b).flatten();
  for (const auto& [key, value] : flat_b.items()) {
    const std::string where = name + ": " + key;
    if (!flat_a.contains(key)) {
      problem(where + " is missing");
    } else if (const json& own = flat_a[key]; value.is_number_float() && own.is_number_float()) {
      ++values_, ++numbers_;
      numbers_apart_ += own != value;
      steps_.add("numbers, steps of the last digit", std::abs(own.get<double>() - value.get<double>()) / step_of(where),
                 where);
    } else {
      add_value(own.dump(), value.dump(), where);
    }
  }
  if (flat_a.size() != flat_b.size()) problem(name + ": other keys");
}

void FileDifferences::add_cif(const std::string& ours, const std::string& theirs, const std::string& name) {
  const CifItems a = cif_items(ours), b = cif_items(theirs);
  for (const auto& [item, values] : a)
    if (!b.contains(item)) problem(name + ": " + item + " is one too many");
  for (const auto& [item, values] : b) {
    const auto found = a.find(item);
    if (found == a.end() || found->second.size() != values.size()) {
      problem(name + ": " + item + (found == a.end() ? " is missing" : " has other rows"));
      continue;
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      add_value(without_time(found->second[i]), without_time(values[i]),
                fmt::format("{}: {} of row {}", name, item, i));
  }
  const auto head = [](const std::string& text) { return text.substr(0, text.find("data_")); };
  if (head(ours) != head(theirs)) problem(name + ": the comment differs");
}

void FileDifferences::add_csv(const std::string& ours, const std::string& theirs, const std::string& name) {
  std::istringstream a(ours), b(theirs);
  std::string line_a, line_b;
  for (int row = 1; std::getline(b, line_b); ++row) {
    std::getline(a, line_a);
    const auto own = cells(line_a), other = cells(line_b);
    if (own.size() != other.size()) return problem(fmt::format("{}:{}: other cells", name, row));
    for (std::size_t i = 0; i < own.size(); ++i) add_value(own[i], other[i], fmt::format("{}:{}", name, row));
  }
  if (std::getline(a, line_a)) problem(name + ": more rows");
}

void FileDifferences::add_value(const std::string& ours, const std::string& theirs, const std::string& where) {
  ++values_;
  const std::string text = theirs.ends_with('\r') ? theirs.substr(0, theirs.size() - 1) : theirs;
  const std::string own = theirs.ends_with('\r') && ours.ends_with('\r') ? ours.substr(0, ours.size() - 1) : ours;
  const auto a = number_of(own), b = number_of(text);
  const bool is_whole = text.find('.') == std::string::npos;
  if (!a || !b || is_whole) return own == text ? void() : problem(fmt::format("{}: '{}', not '{}'", where, own, text));
  ++numbers_;
  if (own == text) return;
  ++numbers_apart_;
  steps_.add("numbers, steps of the last digit", std::abs(*a - *b) / last_digit(text), where);
}

void FileDifferences::write(Rows& rows, const std::string& prefix) const {
  rows.exact(fmt::format("{}: texts and keys of {} files, {} values", prefix, files_, values_),
             problems_ == 0 ? "" : fmt::format("{} differ: {}", problems_, first_problem_));
  steps_.write(rows, prefix + ": ", 1.0001);
  rows.near(prefix + ": part of the numbers with another last digit",
            static_cast<double>(numbers_apart_) / static_cast<double>(std::max<std::size_t>(numbers_, 1)), 1e-3);
}

}  // namespace groel::golden
