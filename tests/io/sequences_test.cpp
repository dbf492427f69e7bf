// Reading FASTA, FASTQ, A3M: the records, and the messages about malformed ones.
#include "io/sequences.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "io/sequences_text.h"

namespace groel::io {
namespace {

TEST(Fasta, GivesIdHeaderSequenceAndLine) {
  const auto records = read_text(">sp|P1|A first protein\nMKT\nVR QG\t\n\n>b\nAC-.x*\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].id, "sp|P1|A");
  EXPECT_EQ(records[0].header, "sp|P1|A first protein");
  EXPECT_EQ(records[0].sequence, "MKTVRQG");
  EXPECT_EQ(records[0].source, "text");
  EXPECT_EQ(records[0].line, 1);
  EXPECT_FALSE(records[0].error);
  EXPECT_EQ(records[1].id, "b");
  EXPECT_EQ(records[1].sequence, "AC-.x*");
  EXPECT_EQ(records[1].line, 5);
}

TEST(Fasta, TakesEveryLineEndAndNoLastOne) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const auto records = read_text("\xEF\xBB\xBF>a one" + end + "MK" + end + "TV" + end + end + ">b" + end + "AC");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].header, "a one");
    EXPECT_EQ(records[0].sequence, "MKTV");
    EXPECT_EQ(records[1].line, 5);
    EXPECT_EQ(records[1].sequence, "AC");
  }
}

TEST(Fasta, SkipsCommentsAndKeepsInsertionsOfA3m) {
  const auto records = read_text("#A3M#\n; made by hand\n>q\nMK-t.V\n;note\n>r desc # 1\nM#K\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].sequence, "MK-t.V");
  EXPECT_EQ(records[0].line, 3);
  EXPECT_EQ(records[1].header, "r desc # 1");
  EXPECT_EQ(records[1].sequence, "M#K");
}

TEST(Fasta, NamesRecordsThatHaveNoName) {
  const auto records = read_text(">\nMK\n>  P2 padded  \nAC\n> \nTV\n");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].id, "record_1");
  EXPECT_EQ(records[0].header, "");
  EXPECT_EQ(records[1].id, "P2");
  EXPECT_EQ(records[1].header, "P2 padded");
  EXPECT_EQ(records[2].id, "record_3");
}

TEST(Fasta, FailsRecordsAloneAndGoesOn) {
  const auto records = read_text("MKTV\nAC\n>empty one\n>b\nMK\n>c\nM\x01K\n>last\n");
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(problem(records[0]), "text:1: sequence before any header\n  start every record with a line '>name'");
  EXPECT_EQ(records[0].id, "record_1");
  EXPECT_EQ(problem(records[1]), "text:3 (empty): the record has no sequence");
  EXPECT_EQ(problem(records[2]), "");
  EXPECT_EQ(records[2].sequence, "MK");
  EXPECT_EQ(problem(records[3]),
            "text:6 (c): the sequence holds the control character \\x01 after residue 1\n  is this a text file?");
  EXPECT_EQ(problem(records[4]), "text:8 (last): the record has no sequence");
  EXPECT_EQ(records[0].error->kind(), ErrorKind::bad_input);
}

TEST(Fasta, FailsNulInHeaders) {
  const auto records =
      read_text(std::string(">a\0b\nMK\n>c\x01"
                            "d\nMK\n",
                            16));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].error->parts().what, "the header holds a NUL byte");
  EXPECT_FALSE(records[1].error) << "NCBI joins headers by \\x01";
}

TEST(Fasta, ReadsLinesOfAnyLength) {
  const std::string sequence(3'000'000, 'A');
  const auto records = read_text(">" + std::string(200'000, 'h') + "\n" + sequence + "\r\n>b\nMK\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].id.size(), 200'000U);
  EXPECT_EQ(records[0].sequence, sequence);
  EXPECT_EQ(records[1].line, 3);
}

TEST(Fasta, FindsLineEndsAcrossBuffers) {
  for (std::size_t length = (1U << 16) - 8; length < (1U << 16) + 2; ++length) {
    const auto records = read_text(">a\r\n" + std::string(length, 'A') + "\r\nC\r\n>b\r\nMK\r\n");
    ASSERT_EQ(records.size(), 2U);
    ASSERT_EQ(records[0].sequence, std::string(length, 'A') + "C");
    ASSERT_EQ(records[1].line, 4);
  }
}

TEST(Fastq, GivesRecordsWithoutQualities) {
  const auto records = read_text("@r1 x\nMKT\n+\n@+I\n\n@r2\r\nMK\r\nTV\r\n+r2\r\nII\r\nII\r\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].header, "r1 x");
  EXPECT_EQ(records[0].sequence, "MKT");
  EXPECT_FALSE(records[0].error);
  EXPECT_EQ(records[1].id, "r2");
  EXPECT_EQ(records[1].sequence, "MKTV");
  EXPECT_EQ(records[1].line, 6);
  EXPECT_FALSE(records[1].error);
}

TEST(Fastq, FailsRecordsAloneAndGoesOn) {
  const auto records = read_text(
      "@short\nMKT\n+\nI\n@none\n\n+\n\n@noplus\nMK\n@ok\nMK\n+\nII\nstray\nlines\n@ok2\nA\n+\nI\n@cut\nMK\n+\n");
  ASSERT_EQ(records.size(), 7U);
  EXPECT_EQ(problem(records[0]), "text:1 (short): 1 quality values for 3 residues");
  EXPECT_EQ(problem(records[1]), "text:5 (none): the record has no sequence");
  EXPECT_EQ(problem(records[2]), "text:9 (noplus): the record has no '+' line\n  the file may have been cut short");
  EXPECT_EQ(problem(records[3]), "");
  EXPECT_EQ(records[4].error->parts().what, "a FASTQ record does not start with '@'");
  EXPECT_EQ(records[4].line, 15);
  EXPECT_EQ(problem(records[5]), "");
  EXPECT_EQ(problem(records[6]),
            "text:21 (cut): the record ends before its quality\n  the file may have been cut short");
}

TEST(Fastq, SaysWhenItIsCutShort) {
  EXPECT_EQ(problem(read_text("@a\nMK\n").at(0)),
            "text:1 (a): the record has no '+' line\n  the file may have been cut short");
  EXPECT_EQ(problem(read_text("@a").at(0)),
            "text:1 (a): the record has no '+' line\n  the file may have been cut short");
}

TEST(Detection, IsByContent) {
  EXPECT_EQ(read_text("\n\n  \n>a\nMK\n", "x.csv").at(0).sequence, "MK");
  EXPECT_EQ(read_text("sequence\nMK\n", "x.fasta").at(0).sequence, "MK");
  EXPECT_EQ(read_text("name\tseq\na,b\tMK\n", "x.csv").at(0).id, "a,b");
  EXPECT_EQ(read_text("my proteins, 2024\n>a\nMK\n").at(1).sequence, "MK");
  EXPECT_EQ(read_text("#query\tsequence\na\tMK\n").at(0).id, "record_1");
  EXPECT_EQ(read_text("MKT\n", "x.fa.gz").at(0).error->parts().what, "sequence before any header");
}

TEST(Detection, YieldsToTheFormatAsked) {
  const auto records = read_text(">x,sequence\n1,MK\n", "text", {.format = SequenceFormat::csv});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].sequence, "MK");
  EXPECT_EQ(read_text("MK\n", "text", {.format = SequenceFormat::fasta}).at(0).error->parts().what,
            "sequence before any header");
}

TEST(Detection, RefusesOtherTextAndBinaryFiles) {
  const auto what = [](const std::string& text) { return thrown_by([&] { read_text(text); }); };
  EXPECT_EQ(what("MKTV\n"),
            "text: this is not FASTA, FASTQ, CSV or TSV\n  start every record with a line '>name', or name the format");
  EXPECT_EQ(what(std::string("\x89HDF\r\n\x1a\n\0\0\0\0", 12)),
            "text: this is an HDF5 file, not sequences\n  name a file of sequences");
  EXPECT_EQ(what(std::string("PK\x03\x04\x14\0\0", 7)),
            "text: this is a ZIP archive, not sequences\n  decompress it first");
  EXPECT_EQ(what(std::string("\xFD"
                             "7zXZ\0\0",
                             7)),
            "text: the xz data ends too early\n  the file was cut short: copy or download it again");
  EXPECT_EQ(read_text(std::string("\xFF\xFE>\0a\0\n\0M\0", 10)).at(0).sequence, "M") << "UTF-16";
  EXPECT_EQ(what(std::string("id\0sequence\n", 12)),
            "text: this is a binary file, not sequences\n  name a FASTA, FASTQ, A3M, CSV or TSV file");
  const std::string hdf5("\x89HDF\r\n\x1a\n\0\0\0\0", 12);
  EXPECT_THROW(read_text(hdf5, "text", {.format = SequenceFormat::fasta}), Error);
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  const std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) / ("sequences_" + std::to_string(getpid()));
};

TEST_F(Files, AreReadInOrder) {
  const std::string first = write("a.fasta", ">a\nMK\n>broken\n");
  const std::string second = write("b.csv", "id,sequence\nb,AC\n");
  const auto records = read_sequences({first, second});
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].source, first);
  EXPECT_TRUE(records[1].error);
  EXPECT_EQ(records[2].source, second);
  EXPECT_EQ(records[2].id, "b");
}

TEST_F(Files, WithoutRecordsAreErrors) {
  const std::string good = write("a.fasta", ">a\nMK\n");
  for (const std::string text : {"", "\n \n", "; nothing\n", "id,sequence\n", "\xEF\xBB\xBF"}) {
    const std::string path = write("empty", text);
    EXPECT_EQ(thrown_by([&] {
                read_sequences({good, path});
              }),
              path + ": there are no sequences in it\n  is the file empty?");
  }
}

TEST_F(Files, ThatCannotBeReadAreNamed) {
  const std::string missing = (folder_ / "missing.fasta").string();
  EXPECT_EQ(thrown_by([&] { SequenceReader{missing}; }), missing + ": cannot open the file: No such file or directory");
  try {
    SequenceReader reader(missing);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
  }
  EXPECT_EQ(thrown_by([&] { SequenceReader{folder_.string()}; }),
            folder_.string() +
                ": this is a folder, not a file\n  it holds no files of sequences (.fasta, .fa, .faa, …); name the "
                "file that is meant");
}

TEST_F(Files, MayBeStdin) {
  const int saved = dup(STDIN_FILENO);
  const int file = open(write("in.fasta", ">a\nMK\n").c_str(), O_RDONLY);
  dup2(file, STDIN_FILENO);
  const auto records = read_sequences({"-"});
  EXPECT_EQ(thrown_by([] { read_sequences({"-"}); }), "stdin: there are no sequences in it\n  is the file empty?");
  dup2(saved, STDIN_FILENO);
  close(file);
  close(saved);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].source, "stdin");
  EXPECT_EQ(records[0].sequence, "MK");
}

TEST(Pipes, GiveRecordsBeforeTheyEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string text = ">a\nMK\n>b\n";
  ASSERT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  SequenceReader reader("/dev/fd/" + std::to_string(ends[0]));
  SequenceRecord record;
  ASSERT_TRUE(reader.next(record));  // would hang if the reader wanted more than it needs
  EXPECT_EQ(record.sequence, "MK");
  close(ends[1]);
  EXPECT_TRUE(reader.next(record));
  EXPECT_EQ(record.id, "b");
  EXPECT_FALSE(reader.next(record));
  close(ends[0]);
}

TEST(Examples, AreTheirProteins) {
  const std::vector<std::pair<std::string, std::size_t>> expected{
      {"sp|P01308|INS_HUMAN", 110},  {"sp|P69905|HBA_HUMAN", 142},      {"sp|P68871|HBB_HUMAN", 147},
      {"sp|P02144|MYG_HUMAN", 154},  {"sp|P62987|RL40_HUMAN/1-76", 76}, {"sp|P42212|GFP_AEQVI", 238},
      {"sp|P00698|LYSC_CHICK", 147}, {"sp|P61626|LYSC_HUMAN", 148},     {"sp|P04637|P53_HUMAN", 393},
      {"sp|P99999|CYC_HUMAN", 105},  {"sp|P62593|BLAT_ECOLX", 286},     {"sp|P0DP23|CALM1_HUMAN", 149},
      {"sp|P01116|RASK_HUMAN", 189}, {"sp|P00441|SODC_HUMAN", 154},     {"sp|P01542|CRAM_CRAAB", 46}};
  const auto records = read_sequences({GROEL_SOURCE_DIR "/examples/proteins.fasta"});
  ASSERT_EQ(records.size(), expected.size());
  std::string all;
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_FALSE(records[i].error);
    EXPECT_EQ(records[i].id, expected[i].first);
    EXPECT_EQ(records[i].sequence.size(), expected[i].second);
    EXPECT_EQ(records[i].sequence.find_first_not_of("ACDEFGHIKLMNPQRSTVWY"), std::string::npos);
    all += records[i].sequence + "\n";
  }
  EXPECT_EQ(sha256(all), "26dfea035637f19ad95a017454d307afa7012eaa5789d0c934d8a65f1491c157");
}

}  // namespace
}  // namespace groel::io
