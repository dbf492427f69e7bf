// Tables: RFC 4180 rows, and sequences out of their columns.
#include "io/csv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/sequences_text.h"

namespace groel::io {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvRow> rows_of(std::string_view text, char delimiter = ',') {
  LineReader lines(memory_bytes(text), "text");
  CsvReader reader(lines, delimiter);
  std::vector<CsvRow> out;
  for (CsvRow row; reader.next(row);) out.push_back(row);
  return out;
}

TEST(Csv, ReadsTheExamplesOfRfc4180) {
  EXPECT_EQ(rows_of("aaa,bbb,ccc\r\nzzz,yyy,xxx").at(1).fields, (Fields{"zzz", "yyy", "xxx"}));
  EXPECT_EQ(rows_of("\"aaa\",\"bbb\",\"ccc\"\r\n").at(0).fields, (Fields{"aaa", "bbb", "ccc"}));
  EXPECT_EQ(rows_of("\"aaa\",\"b \r\nbb\",\"ccc\"\r\nzzz,yyy,xxx").at(0).fields, (Fields{"aaa", "b \nbb", "ccc"}));
  EXPECT_EQ(rows_of("\"aaa\",\"b\"\"bb\",\"ccc\"").at(0).fields, (Fields{"aaa", "b\"bb", "ccc"}));
}

TEST(Csv, KeepsEmptyFieldsSpacesAndInnerQuotes) {
  EXPECT_EQ(rows_of(",,").at(0).fields, (Fields{"", "", ""}));
  EXPECT_EQ(rows_of("\"\",\"a,b\", c ").at(0).fields, (Fields{"", "a,b", " c "}));
  EXPECT_EQ(rows_of("5\" gel,x").at(0).fields, (Fields{"5\" gel", "x"}));
  EXPECT_EQ(rows_of("a\tb,c", '\t').at(0).fields, (Fields{"a", "b,c"}));
  EXPECT_EQ(rows_of("\"\"\"\"").at(0).fields, (Fields{"\""}));
}

TEST(Csv, NumbersLinesAcrossEmbeddedOnes) {
  const auto rows = rows_of("a,\"1\n\n2\"\n\nb,3\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].fields[1], "1\n\n2");
  EXPECT_EQ(rows[0].line, 1);
  EXPECT_EQ(rows[1].line, 5);
}

TEST(Csv, SaysWhatIsWrongWithARow) {
  const auto rows = rows_of("\"a\"b,c\nd,e\nf,\"g\nh,i\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].problem, "text follows the closing quote of field 1");
  EXPECT_EQ(rows[1].problem, "");
  EXPECT_EQ(rows[1].fields, (Fields{"d", "e"}));
  EXPECT_EQ(rows[2].problem, "the quote that opens field 2 is never closed");
  EXPECT_EQ(rows[2].line, 3);
}

TEST(Csv, BoundsTheNumberOfFields) {
  const auto rows = rows_of(std::string(1'000'000, ',') + "\na,b\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].problem, "the row has more than 65536 fields");
  EXPECT_EQ(rows[0].fields.size(), 65536U);
  EXPECT_EQ(rows[1].fields, (Fields{"a", "b"}));
}

TEST(Table, FindsColumnsByTheirUsualNames) {
  for (const std::string header : {"id,sequence", "Accession,Seq", " Protein ID , AA-Seq", "\"Entry\",\"Sequence\"",
                                   "ACC,sequence", "name,protein"}) {
    const auto records = read_text(header + "\nP1,MK\n");
    ASSERT_EQ(records.size(), 1U) << header;
    EXPECT_EQ(records[0].id, "P1") << header;
    EXPECT_EQ(records[0].header, "P1");
    EXPECT_EQ(records[0].sequence, "MK") << header;
    EXPECT_EQ(records[0].line, 2);
  }
}

TEST(Table, PrefersIdAndSequenceToOtherNames) {
  const auto records = read_text("protein\tname\tsequence\tid\nx\ty\tM K\t z \n");
  EXPECT_EQ(records.at(0).id, "z");
  EXPECT_EQ(records.at(0).sequence, "MK");
}

TEST(Table, NumbersRecordsWithoutIds) {
  const auto records = read_text("protein,length\nMK,2\nAC,2\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].id, "record_1");
  EXPECT_EQ(records[1].id, "record_2");
  EXPECT_EQ(records[1].sequence, "AC");
  EXPECT_EQ(read_text("id,sequence\n,MK\n").at(0).id, "record_1");
}

TEST(Table, TakesTheColumnsAsked) {
  const std::string text = "id,key,sequence,wild type\na,k,MK,AC\n";
  const auto record = read_text(text, "text", {.id_column = "key", .sequence_column = "Wild Type"}).at(0);
  EXPECT_EQ(record.id, "k");
  EXPECT_EQ(record.sequence, "AC");
}

TEST(Table, ListsTheColumnsThereAre) {
  const std::string text = "id,mutant,score\na,A1C,0.5\n";
  EXPECT_EQ(thrown_by([&] { read_text(text); }),
            "text:1: no column looks like a sequence; the columns are 'id', 'mutant', 'score'\n"
            "  name one with `sequence_column`; without a header line, add one");
  EXPECT_EQ(thrown_by([&] { read_text(text, "text", {.sequence_column = "wildtype"}); }),
            "text:1: there is no column 'wildtype'; the columns are 'id', 'mutant', 'score'\n  name one with "
            "`sequence_column`");
  EXPECT_EQ(thrown_by([&] { read_text("sequence\nMK\n", "text", {.id_column = "key"}); }),
            "text:1: there is no column 'key'; the columns are 'sequence'\n  name one with `id_column`");
}

TEST(Table, ListsNoEndOfColumns) {
  std::string header;
  for (int i = 0; i < 1000; ++i) header += "c" + std::to_string(i) + ",";
  const std::string text = thrown_by([&] { read_text(header + "x\n"); });
  EXPECT_NE(text.find("'c39' and 961 more"), std::string::npos) << text;
}

TEST(Table, FailsRecordsAloneAndGoesOn) {
  const auto records =
      read_text("id,sequence,score\na,MK\nb,\"MK\",1\nc,,1\nd,MK,1,2\n\"e\"x,MK,1\nf,M\x02,1\ng,MK,1\n");
  ASSERT_EQ(records.size(), 7U);
  EXPECT_EQ(problem(records[0]),
            "text:2 (a): the row has 2 fields where the header has 3\n"
            "  put fields that hold the delimiter in double quotes");
  EXPECT_EQ(problem(records[1]), "");
  EXPECT_EQ(problem(records[2]), "text:4 (c): the record has no sequence");
  EXPECT_EQ(records[3].error->parts().what, "the row has 4 fields where the header has 3");
  EXPECT_EQ(records[4].error->parts().what, "text follows the closing quote of field 1");
  EXPECT_EQ(records[5].error->parts().what, "the sequence holds the control character \\x02 after residue 1");
  EXPECT_EQ(problem(records[6]), "");
  EXPECT_EQ(records[6].sequence, "MK");
}

TEST(Table, ReadsSemicolonsMarksAndTabs) {
  EXPECT_EQ(read_text("\xEF\xBB\xBFid;sequence\r\na;MK\r\n").at(0).sequence, "MK");
  EXPECT_EQ(read_text("id\tsequence\na\tMK\n", "text", {.format = SequenceFormat::tsv}).at(0).sequence, "MK");
  EXPECT_EQ(read_text("Entry\tSequence\nP1\t\"M\nK\"\n").at(0).sequence, "MK");
}

TEST(Table, WithABrokenHeaderIsAnError) {
  EXPECT_EQ(thrown_by([] { read_text("id,\"sequence\na,MK\n", "t.csv"); }),
            "t.csv:1: the quote that opens field 2 is never closed");
}

}  // namespace
}  // namespace groel::io
