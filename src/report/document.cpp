// Puts a page together from its parts: text, tables, figures and scripts.
#include "report/document.h"

#include <fmt/format.h>

#include "report/base64.h"
#include "report/picture.h"

namespace groel::report {
namespace {

constexpr const char* kStyle =
    "body{font:16px/1.5 'Helvetica Neue',Arial,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #ddd}"
    ".good,.warning{padding:.7rem 1rem;border-left:5px solid}.good{background:#e8f4ea;border-color:#2e7d32}"
    ".warning{background:#fdf0e3;border-color:#c05600}"
    "img{max-width:100%;height:auto;display:block;margin:1rem 0}"
    "div.table{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}"
    "th,td{padding:.25rem .7rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}"
    "th{vertical-align:bottom}.number{text-align:right}"
    "td.number{white-space:nowrap;font-variant-numeric:tabular-nums}.names{min-width:15rem}";

bool looks_like_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-+eE%[], ") == std::string::npos;
}

bool holds_numbers(const TextTable& table, std::size_t column) {
  return !table.rows.empty() && column < table.rows[0].size() && looks_like_number(table.rows[0][column]);
}

// Of a first column without a heading, which says what the rows are, or of one of numbers.
const char* heading_class(const TextTable& table, std::size_t column) {
  if (column == 0 && table.columns[0].empty()) return " class=\"names\"";
  return holds_numbers(table, column) ? " class=\"number\"" : "";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

void Document::heading(const std::string& text) { body_ += fmt::format("<h2>{}</h2>\n", escaped(text)); }

void Document::paragraph(const std::string& text) { body_ += fmt::format("<p>{}</p>\n", escaped(text)); }

void Document::notice(const std::string& text, Tone tone) {
  body_ += fmt::format("<p class=\"{}\">{}</p>\n", tone == Tone::good ? "good" : "warning", escaped(text));
}

void Document::table(const TextTable& table) {
  body_ += "<div class=\"table\"><table>\n<tr>";
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    body_ += fmt::format("<th{}>{}</th>", heading_class(table, c), escaped(table.columns[c]));
  body_ += "</tr>\n";
  for (const auto& row : table.rows) {
    body_ += "<tr>";
    for (const std::string& cell : row)
      body_ += fmt::format("<td{}>{}</td>", looks_like_number(cell) ? " class=\"number\"" : "", escaped(cell));
    body_ += "</tr>\n";
  }
  body_ += "</table></div>\n";
}

std::string Document::figure(const Figure& figure) {
  std::string svg = to_svg(figure);
  body_ += fmt::format("<img alt=\"{}\" width=\"{}\" height=\"{}\" src=\"data:image/svg+xml;base64,{}\">\n",
                       escaped(figure.title), figure.width, figure.height, base64(svg));
  return svg;
}

std::string Document::html() const {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n{2}</body>\n</html>\n",
      escaped(title_), kStyle, body_);
}

}  // namespace groel::report
