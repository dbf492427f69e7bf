// The layout of a table, found from its first lines: comments, header and delimiter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/sequences_lines.h"

namespace groel::io {

/// What stands for "no delimiter": it is in no line.
inline constexpr char kNoDelimiter = '\n';

struct TableLayout {
  std::int64_t comments = 0;  ///< lines passed over; the next line is the header
  char delimiter = kNoDelimiter;
  std::string first;          ///< the line of the header
  bool short_header = false;  ///< every row that is seen, at least two, has one field more than the header
};

/// Passes over blank lines, comments and "sep=;"; `names` are columns that the caller knows of.
TableLayout find_layout(LineReader& lines, const std::vector<std::string>& names);

/// The lines that `head` begins with, comments left out, as find_layout would see them: for telling formats apart.
std::vector<std::string_view> content_lines(std::string_view head, std::size_t most);

/// The delimiter that makes most sense of a header and the rows after it.
char choose_delimiter(const std::vector<std::string_view>& lines, const std::vector<std::string>& names);

/// Fields of a line, without quotes around them.
std::vector<std::string> split_fields(std::string_view line, char delimiter);

}  // namespace groel::io
