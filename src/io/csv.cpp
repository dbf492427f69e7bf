// Reads CSV rows (RFC 4180): only a quoted field can continue on the next line.
#include "io/csv.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"

namespace groel::io {
namespace {

// A field costs 32 bytes however short it is: a line of nothing but commas must not take 32 times its size.
constexpr std::size_t kMostFields = std::size_t{1} << 16;

}  // namespace

// Where the reader is in the current line, and how much text the row has taken so far.
struct CsvReader::Cursor {
  std::string_view line;
  std::size_t at = 0;
  std::size_t row_size = 0;

  bool ended() const { return at == line.size(); }
};

bool CsvReader::next(CsvRow& row) {
  row.fields.clear();
  row.problem.clear();
  Cursor cursor;
  do {
    if (!lines_.next(cursor.line)) return false;
  } while (cursor.line.empty());
  row.line = lines_.number();
  while (read_field(cursor, row)) {
  }
  return true;
}

// False after the last field of the row.
bool CsvReader::read_field(Cursor& cursor, CsvRow& row) {
  if (row.fields.size() == kMostFields) {
    row.problem = fmt::format("the row has more than {} fields", kMostFields);
    return false;
  }
  row.fields.emplace_back();
  if (!cursor.ended() && cursor.line[cursor.at] == '"') {
    if (!read_quoted(cursor, row)) return false;
  } else {
    const std::size_t end = std::min(cursor.line.find(delimiter_, cursor.at), cursor.line.size());
    row.fields.back() = cursor.line.substr(cursor.at, end - cursor.at);
    cursor.at = end;
  }
  if (cursor.ended()) return false;
  if (cursor.line[cursor.at] != delimiter_) {
    row.problem = fmt::format("text follows the closing quote of field {}", row.fields.size());
    return false;
  }
  ++cursor.at;
  return true;
}

// Leaves the cursor after the closing quote; false when there is none.
bool CsvReader::read_quoted(Cursor& cursor, CsvRow& row) {
  std::string& field = row.fields.back();
  ++cursor.at;
  for (;;) {
    const std::size_t quote = std::min(cursor.line.find('"', cursor.at), cursor.line.size());
    field += cursor.line.substr(cursor.at, quote - cursor.at);
    cursor.at = quote;
    if (cursor.ended()) {
      cursor.row_size += cursor.line.size() + 1;
      if (cursor.row_size > kLongestText)
        throw Error(ErrorKind::bad_input,
                    Error::Parts{fmt::format("a row is longer than {} bytes", kLongestText),
                                 fmt::format("{}:{}", lines_.label(), row.line), "is a closing quote missing?"});
      if (!lines_.next(cursor.line)) {
        row.problem = fmt::format("the quote that opens field {} is never closed", row.fields.size());
        return false;
      }
      cursor.at = 0;
      field += '\n';
      continue;
    }
    ++cursor.at;
    if (cursor.ended() || cursor.line[cursor.at] != '"') return true;
    field += cursor.line[cursor.at++];
  }
}

}  // namespace groel::io
