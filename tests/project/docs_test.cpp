// Checks that the tables in docs/ agree with the code.
#include <groel/error.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/options.h"
#include "models/published.h"
#include "project/layers.h"

namespace groel::project {
namespace {

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" `"));
  text.erase(text.find_last_not_of(" `") + 1);
  return text;
}

/// The cells of the Markdown table rows of a page, header and rule left out.
std::vector<std::vector<std::string>> table_rows(const std::string& page, const std::string& header) {
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (const std::string& line : split_lines(page)) {
    if (line.rfind(header, 0) == 0) inside = true;
    if (!inside || line.rfind("|---", 0) == 0 || line.rfind(header, 0) == 0) continue;
    if (line.rfind('|', 0) != 0) break;
    std::istringstream cells(line.substr(1));
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, '|');) rows.back().push_back(trimmed(cell));
  }
  return rows;
}

std::string doc(const std::string& name) { return read_text(std::string(GROEL_SOURCE_DIR "/docs/") + name); }

TEST(Docs, TableRowsAreRead) {
  using Rows = std::vector<std::vector<std::string>>;
  EXPECT_EQ(table_rows("x\n| a | b |\n|---|---|\n| `c` | d e |\n\n| f | g |\n", "| a |"), (Rows{{"c", "d e"}}));
}

TEST(Docs, ErrorTableIsThatOfTheCode) {
  std::vector<std::vector<std::string>> expected;
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    expected.push_back({std::string(name(kind)), std::to_string(exit_code(kind)), std::to_string(http_status(kind))});
  }
  std::vector<std::vector<std::string>> written = table_rows(doc("errors.md"), "| kind |");
  for (std::vector<std::string>& row : written) {
    ASSERT_EQ(row.size(), 4U);
    EXPECT_FALSE(row.back().empty()) << row.front() << " is not explained";
    row.pop_back();
  }
  EXPECT_EQ(written, expected);
}

TEST(Docs, LayerTableIsThatOfTheCode) {
  LayerTable written;
  for (const std::vector<std::string>& row : table_rows(doc("architecture.md"), "| layer |")) {
    ASSERT_EQ(row.size(), 3U);
    std::istringstream names(row[1]);
    std::set<std::string>& below = written[row[0]];
    for (std::string name; names >> name;) below.insert(name);
    EXPECT_FALSE(row[2].empty()) << row[0] << " is not explained";
  }
  EXPECT_EQ(written, parse_layers(read_text(GROEL_SOURCE_DIR "/src/layers.txt")));
}

/// The table of published checkpoints, from the manifest that `groel models` prints.
std::string published_table() {
  std::string out =
      "| id | family | layers | width | heads | parameters | download | licence | short name |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const models::PublishedModel& model : models::published_models())
    out += fmt::format("| `{}` | {} | {} | {} | {} | {:.0f} M | {} | {} | `{}` |\n", model.id, model.generation,
                       model.layers, model.width, model.heads, static_cast<double>(model.parameters()) / 1e6,
                       format_bytes(static_cast<std::size_t>(model.file_bytes())), model.licence, model.nickname());
  return out;
}

// GROEL_WRITE_DOCS=1 writes the table where it belongs.
TEST(Docs, PublishedModelsAreThoseOfTheManifest) {
  std::string page = doc("models.md");
  const std::size_t begin = page.find("| id |");
  ASSERT_NE(begin, std::string::npos);
  std::size_t end = begin;
  while (page[end] == '|') end = page.find('\n', end) + 1;
  const std::string table = published_table();
  if (std::getenv("GROEL_WRITE_DOCS") != nullptr)
    std::ofstream(GROEL_SOURCE_DIR "/docs/models.md") << page.substr(0, begin) << table << page.substr(end);
  else
    EXPECT_EQ(page.substr(begin, end - begin), table) << "GROEL_WRITE_DOCS=1 with this test writes it";
}

}  // namespace
}  // namespace groel::project
