// Long lists of a protein and a term, and of predictions its score, one row each: tables with a header, the two or
// three bare columns of CAFA's files, and CAFA's submissions (AUTHOR, MODEL, … END). Streamed.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/progress.h"
#include "io/columns.h"

namespace groel::tasks {

/// Texts numbered in the order in which they first occur.
class Names {
 public:
  std::uint32_t place_of(const std::string& name) {
    const auto [found, is_new] = places_.emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.push_back(&found->first);
    return found->second;
  }
  /// The number of a text that is there; none: kMissing.
  std::uint32_t find(const std::string& name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? kMissing : found->second;
  }
  const std::string& name(std::uint32_t place) const { return *names_[place]; }
  std::size_t size() const { return names_.size(); }
  static constexpr std::uint32_t kMissing = ~std::uint32_t{0};

 private:
  std::unordered_map<std::string, std::uint32_t> places_;
  std::vector<const std::string*> names_;
};

struct ListRow {
  const std::vector<std::string>& fields;
  const std::string& id;
  const std::string& term;
  const std::string* score = nullptr;  ///< null: the list has none
  std::string_view source;             ///< of the file
  std::int64_t line = 0;

  std::string where() const { return fmt::format("{}:{}", source, line); }
};

struct ListReading {
  std::vector<std::string> paths{};
  std::string id_column{}, term_column{};
  enum class Scores { none, optional, required } scores = Scores::none;
  /// Called with the columns of each file before its rows; may be empty.
  std::function<void(const io::Columns&)> opened{};
};

/// Calls `visit` for every row that has an id and a term; -> how many have not. Errors: as io::read_table; bad_input
/// for a column that is not there.
std::int64_t read_lists(const ListReading& how, const std::function<void(const ListRow&)>& visit, Sink& sink);

/// Whether a text is written as the ids of ontologies are: "GO:0005634", "HP:0000118".
bool is_term_id(std::string_view text);

}  // namespace groel::tasks
