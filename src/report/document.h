// A page of text, tables and pictures in one HTML file, readable anywhere and offline.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/figure.h"

namespace groel::report {

/// Rows of text under a heading for each column; cells that are numbers are set to the right.
struct TextTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

/// Adds to the end. All text is plain text: what HTML would read as its own is written out.
class Document {
 public:
  explicit Document(std::string title) : title_(std::move(title)) {}

  void heading(const std::string& text);
  void paragraph(const std::string& text);
  /// A paragraph that stands out: good news, or a warning.
  enum class Tone { good, warning };
  void notice(const std::string& text, Tone tone);
  void table(const TextTable& table);
  /// The figure as a still picture, with what it shows for those who cannot see it. -> the picture. Errors: as to_svg.
  std::string figure(const Figure& figure);

  std::string html() const;

 private:
  std::string title_, body_;
};

/// `text` as HTML shows it.
std::string escaped(std::string_view text);

}  // namespace groel::report
