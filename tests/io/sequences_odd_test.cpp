// Sequence files as they are in practice: odd bytes, lost line ends, missing values, PIR, and files of other kinds.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/foreign.h"
#include "io/sequences_summary.h"
#include "io/sequences_text.h"

namespace groel::io {
namespace {

using namespace std::string_literals;

struct Read {
  std::vector<SequenceRecord> records;
  ReadingNotes notes;
  std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const SequenceRecord& record : records) out.push_back(record.id);
    return out;
  }
};

Read read_noted(const std::string& text, const SequenceReaderOptions& options = {}) {
  Read out;
  SequenceReader reader = SequenceReader::from_memory(text, "text", options);
  for (SequenceRecord record; reader.next(record);) out.records.push_back(record);
  out.notes = reader.notes();
  return out;
}

using Ids = std::vector<std::string>;

TEST(OddBytes, AtTheEndsOfLinesTakeNoRecordAlong) {
  for (const std::string& odd :
       {"\0"s, "\0\0\0"s, "\x1A"s, "\xEF\xBB\xBF"s, "\xC2\xA0"s, "\xE2\x80\x8B"s, "\x80\xFE"s}) {
    const Read read = read_noted(">a\nMK\n" + odd + ">b two\nAC" + odd + "\n" + odd + "\n" + odd + "TV\n" + odd);
    ASSERT_EQ(read.ids(), (Ids{"a", "b"})) << odd;
    EXPECT_EQ(problem(read.records[0]), "");
    EXPECT_EQ(problem(read.records[1]), "");
    EXPECT_EQ(read.records[0].sequence, "MK");
    EXPECT_EQ(read.records[1].sequence, "ACTV");
    EXPECT_EQ(read.records[1].header, "b two");
    EXPECT_EQ(read.notes.odd_bytes, static_cast<std::int64_t>(5 * odd.size()));
    EXPECT_EQ(read.notes.first_odd, "text:3");
  }
}

TEST(OddBytes, BeforeTheFirstHeaderAndInHeaders) {
  const Read read = read_noted("\0>a\nMK\n  \t>b Größe-α\nAC\n>c\0\nTV\n"s);
  ASSERT_EQ(read.ids(), (Ids{"a", "b", "c"}));
  for (const SequenceRecord& record : read.records) EXPECT_EQ(problem(record), "");
  EXPECT_EQ(read.records[1].header, "b Größe-α");
  EXPECT_EQ(read.notes.odd_bytes, 2);
}

TEST(OddBytes, InsideALineFailTheRecordAlone) {
  const Read read = read_noted(">a\nM\0K\n>b\nMK\n"s);
  ASSERT_EQ(read.ids(), (Ids{"a", "b"}));
  EXPECT_EQ(read.records[0].error->parts().what, "the sequence holds the control character \\x00 after residue 1");
  EXPECT_EQ(problem(read.records[1]), "");
}

TEST(LostLineEnds, BeginARecordWhereItsHeaderStands) {
  const Read read = read_noted(">one\nMKTAYIAK\nQRQ>two a protein\nMA\nAG>three\nMK<mask>L>four\n<mask>A\n");
  ASSERT_EQ(read.ids(), (Ids{"one", "two", "three", "four"}));
  for (const SequenceRecord& record : read.records) EXPECT_EQ(problem(record), "");
  EXPECT_EQ(read.records[0].sequence, "MKTAYIAKQRQ");
  EXPECT_EQ(read.records[1].header, "two a protein");
  EXPECT_EQ(read.records[1].line, 3);
  EXPECT_EQ(read.records[2].sequence, "MK<mask>L");
  EXPECT_EQ(read.records[3].sequence, "<mask>A");
  EXPECT_EQ(read.notes.headers_inside, 3);
  EXPECT_EQ(read.notes.first_inside, "text:3");
  const Read empty = read_noted("MK>a\nAC>\n", {.format = SequenceFormat::fasta});
  ASSERT_EQ(empty.ids(), (Ids{"record_1", "a", "record_3"}));
  EXPECT_EQ(empty.records[0].error->parts().what, "sequence before any header");
  EXPECT_EQ(empty.records[2].error->parts().what, "the record has no sequence");
}

TEST(Comments, AreCounted) { EXPECT_EQ(read_noted("#30\t1\n>a\nMK\n; note\nTV\n").notes.comment_lines, 2); }

TEST(MissingSequences, FailTheirRecords) {
  const auto table = read_text("id,sequence\np1,MK\np2,nan\np3,NA\np4,None\np5,<NA>\np6,#N/A\np7,null\np8,---\n");
  ASSERT_EQ(table.size(), 8U);
  EXPECT_EQ(problem(table[0]), "");
  for (std::size_t i = 1; i < 8; ++i) ASSERT_TRUE(table[i].error) << i;
  EXPECT_EQ(problem(table[2]),
            "text:4 (p3): the record has no sequence: 'NA' stands for a missing value\n"
            "  for the peptide, give it as FASTA");
  const auto fasta = read_text(">a\nnan\n>b\nNA\n>c\nNone\n>d\nNAN\n>e\nNULL\n");
  EXPECT_EQ(fasta[0].error->parts().what, "the record has no sequence: 'nan' stands for a missing value");
  EXPECT_FALSE(fasta[1].error) << "asparagine and alanine";
  EXPECT_TRUE(fasta[2].error);
  EXPECT_FALSE(fasta[3].error);
  EXPECT_TRUE(fasta[4].error);
  EXPECT_TRUE(read_text("@r\nNone\n+\nIIII\n").at(0).error);
}

TEST(MissingSequences, MissingIdsAreNumbered) {
  const Read read = read_noted("id,sequence\nNA,MK\n,AC\nP3,TV\n");
  EXPECT_EQ(read.ids(), (Ids{"record_1", "record_2", "P3"}));
  EXPECT_EQ(read.notes.missing_ids, 2);
}

TEST(Pir, IsRead) {
  const Read read = read_noted(
      ">P1;CRAB_ANAPL\nALPHA CRYSTALLIN B CHAIN.\n  MDITI HNPLI\n  "
      "RRPLF*\n\n>F1;frag\n\nMK*\n>P1;noted\nMKTAYIAKQRQISFVKSHFSRQ*\n");
  ASSERT_EQ(read.ids(), (Ids{"CRAB_ANAPL", "frag", "noted"}));
  for (const SequenceRecord& record : read.records) EXPECT_EQ(problem(record), "");
  EXPECT_EQ(read.records[0].header, "CRAB_ANAPL ALPHA CRYSTALLIN B CHAIN.");
  EXPECT_EQ(read.records[0].sequence, "MDITIHNPLIRRPLF");
  EXPECT_EQ(read.records[1].sequence, "MK");
  EXPECT_EQ(read.records[2].sequence, "MKTAYIAKQRQISFVKSHFSRQ") << "a description that was left out";
  EXPECT_EQ(read.notes.others.size(), 1U);
}

TEST(Pir, FailsRecordsAlone) {
  const auto records =
      read_text(">P1;a\nfirst\nMK*\n>DL;b\na gene\nACGT*\n>P1;c\nno star\nMK\n>P1;d\nx\nM*K\n>P1;e\ny\nMK\n");
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(problem(records[0]), "");
  EXPECT_EQ(records[1].error->parts().what, "the record is of type DL, which is no protein");
  EXPECT_EQ(records[2].error->parts().what, "no '*' ends the sequence");
  EXPECT_EQ(records[3].error->parts().what, "text follows the '*' that ends the sequence");
  EXPECT_EQ(records[4].error->parts().remedy, "the file may have been cut short");
}

TEST(Pir, IsNotSeenInFasta) {
  const auto records = read_text(">P1;not PIR\nMKTAYIAK\nQRQ\n>b\nAC\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].sequence, "MKTAYIAKQRQ");
}

TEST(ForeignFiles, AreNamed) {
  const std::vector<std::pair<std::string, std::string>> files{
      {"CLUSTAL O(1.2.4) multiple sequence alignment\n\na MK\n", "a Clustal alignment"},
      {"# STOCKHOLM 1.0\n#=GF ID x\na MK\n//\n", "a Stockholm alignment"},
      {" 2 10\na MKTAYIAKQR\nb MKTAYIAKQR\n", "a PHYLIP alignment"},
      {"#NEXUS\nbegin data;\n", "a NEXUS file"},
      {"LOCUS       NP_1  10 aa  linear\n", "a GenBank flat file"},
      {"ID   INS_HUMAN   Reviewed;  110 AA.\nAC   P01308;\n", "a Swiss-Prot or EMBL flat file"},
      {"!!AA_MULTIPLE_ALIGNMENT 1.0\n", "a GCG file (MSF or RSF)"},
      {"x.msf  MSF: 10  Type: P  Check: 1  ..\n\n Name: a\n\n//\n", "a GCG alignment (MSF)"},
      {"<!DOCTYPE HTML>\n<html>", "a web page (HTML)"},
      {"<?xml version=\"1.0\"?>\n<uniprot>", "an XML file"},
      {"{\"id\": 1}\n", "a JSON file"},
      {"HEADER    CHROMOSOMAL PROTEIN\n", "a PDB structure"},
      {"data_1UBQ\n#\nloop_\n", "an mmCIF structure"},
      {"##gff-version 3\n", "a GFF annotation"},
      {"@HD\tVN:1.6\n@SQ\tSN:x\n", "a SAM file of reads"},
      {"%PDF-1.7\n", "a PDF document"},
      {"{\\rtf1\\ansi", "a rich-text (RTF) document"},
      {"\xD0\xCF\x11\xE0\xA1\xB1", "an old Excel or Word file (.xls, .doc)"},
      {"PK\x03\x04\x14" + "\0\0"s + "word/document.xml", "a word processor's document"},
      {"SQLite format 3" + "\0"s, "an SQLite database"}};
  for (const auto& [text, name] : files) {
    const std::string said = thrown_by([&text = text] { read_text(text); });
    EXPECT_EQ(said.find("text: this is " + name + ", not sequences\n"), 0U) << name << ": " << said;
    EXPECT_NE(said.find("\n  "), std::string::npos) << "a remedy";
  }
  for (const char* text : {">a\nMK\n", "id,sequence\na,MK\n", "data_set,sequence\nx,MK\n", "@r\nMK\n+\nII\n"})
    EXPECT_FALSE(recognise_foreign(text)) << text;
}

class Talk : public Sink {
 public:
  void note(std::string_view text) override { said += std::string(text) + "\n"; }
  void warning(std::string_view text) override { said += "warning: " + std::string(text) + "\n"; }
  std::string said;
};

// What a summary says of records.
std::string told(const std::vector<std::string>& sequences, Gaps gaps = Gaps::keep) {
  SequenceSummary summary(gaps);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    SequenceRecord record;
    record.id = "r" + std::to_string(i);
    record.sequence = sequences[i];
    summary.take(record);
  }
  Talk talk;
  summary.tell(talk);
  return talk.said;
}

TEST(Nucleotides, AreWarnedOf) {
  const std::string gene = "ATGAAAACCGCGTATATTGCGAAACAGCGTCAGATTAGCTTTGTG";
  EXPECT_NE(told({gene}).find("warning: nucleotides (ACGTUN) alone: 1 of 1 record long enough to tell"),
            std::string::npos);
  EXPECT_NE(told({gene, gene, "MKTAYIAKQRQISFVKSHFSRQLEERLGLI"}).find("alone: 2 of 3 records"), std::string::npos);
  EXPECT_NE(told({"augaaaaccgcguauauugcgaaacagcgu"}).find("warning"), std::string::npos) << "lower case";
  EXPECT_NE(told({"AUGAAAACCGCGUAUAUU"}).find("warning"), std::string::npos) << "RNA is told from proteins by its U";
  EXPECT_NE(told({gene.substr(0, 20) + "R" + gene.substr(20) + "---"}).find("nucleotides"), std::string::npos);
  for (const char* peptide :
       {"GTGG", "ATGNNNAAACCC", "GAGAGAGAGAGAGAGAGAGAGAGAGAGAGAGAGA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_EQ(told({peptide}), "") << peptide;
  EXPECT_EQ(told({gene, "MKTAYIAKQRQISFVKSHFSRQLEERLGLI"}), "") << "one of two is not most";
}

TEST(GapsOfSequences, AreCountedAndDropped) {
  EXPECT_EQ(told({"MK--T.A", "MKT", "M~K"}),
            "warning: 4 gaps (- . ~ …) in 2 records: - and . are read as positions of their own, ~ and … fail; "
            "`gaps=drop` leaves all out\n");
  EXPECT_EQ(told({"MK--T.A"}, Gaps::drop), "3 gaps (- . ~ …) in 1 record dropped\n");
  SequenceSummary summary(Gaps::drop);
  SequenceRecord record;
  record.sequence =
      "M-K..T~\xE2\x80\xA6"
      "A";
  summary.take(record);
  EXPECT_EQ(record.sequence, "MKTA");
  EXPECT_EQ(summary.to_json()["gaps_dropped"], 5);
  record.sequence = "---";
  summary.take(record);
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->parts().what, "the record has no residues, only gaps");
}

TEST(RepeatedIds, AreNoted) {
  SequenceSummary summary;
  SequenceRecord record;
  record.id = "a";
  record.sequence = "MK";
  summary.take(record);
  summary.take(record);
  Talk talk;
  summary.tell(talk);
  EXPECT_EQ(talk.said, "1 record has an id that an earlier one has; they are kept apart\n");
}

}  // namespace
}  // namespace groel::io
