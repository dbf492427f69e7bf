// Tables: which line is the header, what separates fields, what stands for nothing, and what commas mean in numbers.
#include "io/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "io/missing.h"
#include "io/numbers.h"
#include "io/sequences_text.h"

namespace groel::io {
namespace {

using Fields = std::vector<std::string>;

struct ReadTable {
  Fields columns, notes;
  std::vector<CsvRow> rows;
  char delimiter;
  Fields row(std::size_t i) const { return rows.at(i).fields; }
};

ReadTable table_of(std::string_view text, TableOptions options = {}) {
  LineReader lines(memory_bytes(text), "t.csv");
  TableReader reader(lines, std::move(options));
  ReadTable out{{}, {}, {}, reader.delimiter()};
  for (CsvRow row; reader.next(row);) out.rows.push_back(row);
  out.columns = reader.columns().names;
  out.notes = reader.notes();
  return out;
}

TEST(TableReader, FindsTheDelimiter) {
  for (const std::string d : {",", ";", "\t", "|"}) {
    const ReadTable table = table_of("id" + d + "score\nP1" + d + "2\nP2" + d + "3\n");
    EXPECT_EQ(table.columns, (Fields{"id", "score"})) << d;
    EXPECT_EQ(table.row(1), (Fields{"P2", "3"})) << d;
    EXPECT_EQ(table.delimiter, d[0]);
  }
}

TEST(TableReader, PrefersTheDelimiterThatRowsAgreeOn) {
  EXPECT_EQ(table_of("mutant;score, mean\nM1A;0,5\nK2R;1\n").columns, (Fields{"mutant", "score, mean"}));
  EXPECT_EQ(table_of("Entry;Organism\nP1;Homo, sapiens\nP2;Mus\n").row(0), (Fields{"P1", "Homo, sapiens"}));
  EXPECT_EQ(table_of("x;a,y\n1;2,3\n4;5,6\n", {.names = {"a,y"}}).columns, (Fields{"x", "a,y"})) << "names decide";
  EXPECT_EQ(table_of("\"a;b\",c\n1,2\n").columns, (Fields{"a;b", "c"}));
  EXPECT_EQ(table_of("sep=|\na|b,c\n1|2,3\n").columns, (Fields{"a", "b,c"}));
  EXPECT_EQ(table_of("\"sep=;\"\r\na;b\r\n1;2\r\n").row(0), (Fields{"1", "2"}));
}

TEST(TableReader, ASingleColumnIsNotSplit) {
  const ReadTable table = table_of("mutant\nA5D,K9R\n\"M1A\"\n");
  EXPECT_EQ(table.row(0), (Fields{"A5D,K9R"}));
  EXPECT_EQ(table.row(1), (Fields{"M1A"}));
}

TEST(TableReader, PassesOverComments) {
  const ReadTable table = table_of("# MaveDB, urn:mavedb:1\n#\n\n# a, b\nid,score\nP1,2\n# the end\n#5,7\n");
  EXPECT_EQ(table.columns, (Fields{"id", "score"}));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.row(1), (Fields{"#5", "7"})) << "a row like the others";
  EXPECT_EQ(table.rows[0].line, 6);
  EXPECT_EQ(table.notes, (Fields{"t.csv: 4 lines of comment (#) passed over"}));
}

TEST(TableReader, PassesOverLinesOfOtherSystems) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const ReadTable table = table_of("# one" + end + "# two" + end + end + "id,x" + end + "P1,2" + end);
    EXPECT_EQ(table.columns, (Fields{"id", "x"}));
    EXPECT_EQ(table.row(0), (Fields{"P1", "2"}));
    EXPECT_EQ(table.rows[0].line, 5);
  }
}

TEST(TableReader, AHeaderMayBeginWithAHash) {
  EXPECT_EQ(table_of("#id,score\nP1,0.5\n").columns, (Fields{"#id", "score"}));
  EXPECT_EQ(table_of("# made by me\n#query\tsequence\na\tMK\n").columns, (Fields{"#query", "sequence"}));
  EXPECT_EQ(table_of("#x,y\n1,2\n").columns, (Fields{"#x", "y"})) << "numbers are no names";
  EXPECT_EQ(table_of("# made by A, B\nid,score\nP1,2\n").columns, (Fields{"id", "score"}));
  EXPECT_EQ(table_of("#this, that\nalpha,beta\n1,2\n").columns, (Fields{"alpha", "beta"}));
}

TEST(TableReader, TrimsAndFitsRows) {
  const ReadTable table = table_of("a, b ,\n1, 2 ,\n3,4\n,,\n5,6,,\n\"\",\n");
  EXPECT_EQ(table.columns, (Fields{"a", "b", ""}));
  ASSERT_EQ(table.rows.size(), 3U);
  for (const CsvRow& row : table.rows) EXPECT_EQ(row.problem, "");
  EXPECT_EQ(table.row(1), (Fields{"3", "4", ""}));
  EXPECT_EQ(table.row(2), (Fields{"5", "6", ""}));
  EXPECT_EQ(table.notes, (Fields{"t.csv: 2 rows without any value left out"}));
  EXPECT_EQ(table_of("a,b\n1,2,3\n").rows[0].problem, "the row has 3 fields where the header has 2");
  EXPECT_EQ(table_of("a,b\n1\n").rows[0].problem, "the row has 1 fields where the header has 2");
}

TEST(TableReader, KnowsTheRowNamesOfR) {
  const ReadTable table = table_of("x\ty\np\t1\t2\nq\t3\t4\n");
  EXPECT_EQ(table.columns, (Fields{"", "x", "y"}));
  EXPECT_EQ(table.row(1), (Fields{"q", "3", "4"}));
  ASSERT_EQ(table.notes.size(), 1U);
  EXPECT_EQ(table_of("x,y\np,1,2\nq,3\n").columns, (Fields{"x", "y"})) << "not every row has one more";
}

TEST(TableReader, ReadsListsAndDataWithoutHeader) {
  const auto list =
      table_of("# mine\nA5D,K9R\n\n# more\nM1A\n", {.is_list = [](const std::string& line) { return line[0] == 'A'; }});
  EXPECT_EQ(list.columns, (Fields{"column_1"}));
  ASSERT_EQ(list.rows.size(), 2U);
  EXPECT_EQ(list.row(0), (Fields{"A5D,K9R"}));
  const auto data = table_of("p,1.5\nq,2\n", {.is_data = [](const Fields& row) { return row[1] == "1.5"; }});
  EXPECT_EQ(data.columns, (Fields{"column_1", "column_2"}));
  EXPECT_EQ(data.rows.size(), 2U);
  EXPECT_EQ(data.notes, (Fields{"t.csv: the first line is data: the table has no header"}));
}

TEST(TableReader, ReadsWindowsText) {
  const std::string utf16("\xFF\xFEi\0d\0\t\0\xE9\0\r\0\n\0P\0\t\0\x3D\xD8\x00\xDE\r\0\n\0", 26);
  const ReadTable table = table_of(utf16);
  EXPECT_EQ(table.columns, (Fields{"id", "é"}));
  EXPECT_EQ(table.row(0), (Fields{"P", "😀"}));
  EXPECT_EQ(table_of(std::string("\xFE\xFF\0a\0,\0b\0\n\0"
                                 "1\0,\0"
                                 "2",
                                 16))
                .row(0),
            (Fields{"1", "2"}));
  EXPECT_EQ(table_of("\xEF\xBB\xBFid;x\r1;2\r").row(0), (Fields{"1", "2"}));
}

TEST(TableReader, RefusesOtherFiles) {
  const auto what = [](std::string_view text) {
    return thrown_by([&] { table_of(text, {.wanted = "a table of labels"}); });
  };
  const std::string sheet = std::string("PK\x03\x04\x14\0\0\0\x08\0", 10) + "[Content_Types].xml .. xl/workbook.xml";
  EXPECT_EQ(what(sheet),
            "t.csv: this is a spreadsheet (Excel or OpenDocument), not a table of labels\n"
            "  save the sheet as CSV (\"CSV UTF-8\") or as tab-separated text");
  EXPECT_NE(what("<!DOCTYPE html>\n<html>").find("a web page (HTML)"), std::string::npos);
  EXPECT_NE(what(std::string("i\0d\0,\0x\0", 8)).find("UTF-16 text without a byte order mark"), std::string::npos);
}

TEST(Columns, ThatAreTwiceAreAQuestion) {
  const Columns columns{{"id", "score", "Score", "score"}, "t.csv:1"};
  EXPECT_EQ(columns.named("Score", "--x"), 2U);
  EXPECT_EQ(thrown_by([&] { columns.named("score", "--x"); }),
            "t.csv:1: two columns are called 'score'\n  rename one of them");
  EXPECT_THROW(columns.find("SCORE"), Error);
  EXPECT_EQ(columns.usual(ColumnRole::id), 0U);
  EXPECT_EQ(thrown_by([&] { columns.require("", ColumnRole::sequence, "--sequence-column"); }),
            "t.csv:1: no column looks like a sequence; the columns are 'id', 'score', 'Score', 'score'\n"
            "  name one with --sequence-column; without a header line, add one");
}

TEST(Missing, IsOneRule) {
  using enum ValueKind;
  for (const char* text : {"",     " ",    "NA", "NaN", "nan", "N/A", "n/a", "#N/A",  "None",    "NULL",
                           "null", "<NA>", "-",  ".",   "?",   "--",  "\\N", "#REF!", "#DIV/0!", "NaT"})
    for (const ValueKind kind : {sequence, name, quantity}) EXPECT_TRUE(is_missing(text, kind)) << text;
  for (const char* text : {"none", "na", "Nan", "missing", "unknown", "Null"}) {
    EXPECT_TRUE(is_missing(text, sequence)) << text;
    EXPECT_TRUE(is_missing(text, quantity)) << text;
  }
  for (const char* text : {"none", "Na", "missing", "unknown", "P1", "+", "a-b"}) EXPECT_FALSE(is_missing(text, name));
  for (const char* text : {"nan", "NaN", "None", "null", "NULL", "<NA>", "N/A", "none"})
    EXPECT_TRUE(is_missing(text, record)) << text;
  for (const char* text : {"NA", "NAN", "MKV", "-", "A"}) EXPECT_FALSE(is_missing(text, record)) << text;
  for (const char* text : {"MKV", "M-K", "NAN1", "0", "NANA"}) EXPECT_FALSE(is_missing(text, sequence)) << text;
  EXPECT_TRUE(is_missing(std::string(500, '-'), sequence)) << "a row of an alignment";
}

TEST(Numbers, AsTheyAreWritten) {
  EXPECT_EQ(parse_number(" -1.5e-3 "), -0.0015);
  EXPECT_EQ(parse_number("+2"), 2.0);
  EXPECT_EQ(parse_number("\xE2\x88\x92"
                         "0.5"),
            -0.5);
  EXPECT_TRUE(std::isinf(*parse_number("-Inf")));
  for (const char* text : {"", "nan", "1,5", "1.5x", "0x1", "+-1", "<0.1", "12%"})
    EXPECT_FALSE(parse_number(text)) << text;
  EXPECT_EQ(parse_decimal_comma("-0,25"), -0.25);
  for (const char* text : {"1", "1.000,5", "1,", "1,2,3", ","}) EXPECT_FALSE(parse_decimal_comma(text)) << text;
}

TEST(Numbers, CommasAreDecimalWhereTheColumnIsConsistent) {
  const Numbers german = read_numbers({"0,5", "1", "0,25", "NA", "-2"}, ';');
  EXPECT_TRUE(german.decimal_commas);
  EXPECT_EQ(german.values[0], 0.5);
  EXPECT_EQ(german.values[2], 0.25);
  EXPECT_EQ(german.missing, 1U);
  EXPECT_EQ(german.unreadable, 0U);
  EXPECT_EQ(notes_of(german, "x"),
            (Fields{"column 'x': commas are read as decimal points", "column 'x': 1 of 5 values is missing"}));
  const Fields mixed_texts{"0,5", "0.7", "<1"};
  const Numbers mixed = read_numbers(mixed_texts, ';');
  EXPECT_FALSE(mixed.decimal_commas);
  EXPECT_EQ(mixed.unreadable, 2U);
  EXPECT_EQ(left_out_of(mixed, mixed_texts, "x"),
            "column 'x': 2 of 3 values left out, as no finite numbers; the first is '0,5'");
}

TEST(Numbers, ThousandsAreNoFractions) {
  EXPECT_EQ(read_numbers({"1,234", "22,000"}, ',').unreadable, 2U) << "of a table separated by commas";
  EXPECT_EQ(read_numbers({"1,234", "22,000"}, ';').values[0], 1.234) << "one that is not has decimal commas";
  EXPECT_EQ(read_numbers({"1,234", "0,5"}, ',').values[0], 1.234) << "0,5 is no thousand";
}

}  // namespace
}  // namespace groel::io
