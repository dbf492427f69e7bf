// Every kind of input gives the same records; records keep what they are, and fail alone.
#include "base/sha256.h"
#include "tasks/jsonl.h"

namespace groel::testing {
namespace {

const std::string kFasta = ">one the first\nMKTAYIAKQR\n>two\nGAVLI\nMFW\n";

class EmbedInput : public ::testing::Test {
 protected:
  // Ids, lengths and vectors of the two records of kFasta, whatever they come from.
  void expect_same(const std::vector<std::string>& arguments, const Process::Setup& setup = {}) const {
    const auto expected = embed_lines({"-"}, {.folder = "", .input = kFasta, .environment = {}});
    const auto records = embed_lines(arguments, setup);
    ASSERT_EQ(records.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i)
      for (const char* member : {"id", "length", "sha256", "items"}) EXPECT_EQ(records[i][member], expected[i][member]);
  }
  std::string write(const std::string& name, const std::string& text) const { return write_file(folder_ / name, text); }
  TemporaryFolder folder_;
};

TEST_F(EmbedInput, FastaFastqAndTables) {
  expect_same({write("a.fasta", kFasta)});
  expect_same({write("a.txt", "\r\n>one the first\r\nMKTAYIAKQR\r\n>two\r\nGAVLIMFW\r\n")});
  expect_same({write("a.fastq", "@one\nMKTAYIAKQR\n+\nIIIIIIIIII\n@two\nGAVLIMFW\n+\nIIIIIIII\n")});
  expect_same({write("a.csv", "id,sequence\none,MKTAYIAKQR\ntwo,GAVLIMFW\n")});
  expect_same({write("a.tsv", "sequence\tid\nMKTAYIAKQR\tone\nGAVLIMFW\ttwo\n")});
  expect_same({write("b.csv", "seq,name,note\nMKTAYIAKQR,one,\"a, b\"\nGAVLIMFW,two,\n"), "--id-column", "name",
               "--sequence-column", "seq"});
  expect_same({write("noext", "id,sequence\none,MKTAYIAKQR\ntwo,GAVLIMFW\n"), "--input-format", "csv"});
}

TEST_F(EmbedInput, Compressed) {
  write("a.fasta", kFasta);
  ASSERT_EQ(
      bash("gzip -k a.fasta && zstd -q a.fasta", {.folder = folder_.path().string(), .input = {}, .environment = {}})
          .exit,
      0);
  expect_same({folder_ / "a.fasta.gz"});
  expect_same({folder_ / "a.fasta.zst"});
  expect_same({"-"}, {.folder = "", .input = read_file(folder_ / "a.fasta.gz"), .environment = {}});
}

TEST_F(EmbedInput, SeveralFilesAreOneInput) {
  expect_same({write("a.fasta", ">one the first\nMKTAYIAKQR\n"), write("b.csv", "id,sequence\ntwo,GAVLIMFW\n")});
}

TEST_F(EmbedInput, AlignedSequencesKeepTheirGapsAsTokens) {
  const auto records = embed_lines({write("a.a3m", ">q\nMK-L\n>h\nmk.LA\n")});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0]["length"], 4);
  EXPECT_EQ(records[1]["length"], 5);
  EXPECT_EQ(records[1]["sha256"], sha256("MK.LA"));
}

TEST_F(EmbedInput, MissingColumnsAreNamed) {
  const std::string table = write("a.csv", "id,sequence\none,MKL\n");
  for (const char* option : {"--id-column", "--sequence-column"}) {
    const Outcome outcome = groel({"embed", table, "-m", kEsm2, "-f", "jsonl", option, "sequnce"});
    EXPECT_TRUE(outcome.exit == 2 || outcome.exit == 4) << outcome;
    EXPECT_TRUE(outcome.says("sequnce")) << outcome;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(EmbedInput, DuplicatesStayApartAndEqualSequencesAreComputedOnce) {
  const std::string input = ">a x\nMKLV\n>b\nGAVL\n>a y\nmklv*\n>c\nMKLV\n";
  const std::string out = folder_ / "out.jsonl";
  const Outcome outcome = groel({"embed", write("a.fasta", input), "-m", kEsm2, "-o", out, "--json"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const json summary = json::parse(outcome.out);
  EXPECT_EQ(summary["records"], 4);
  EXPECT_EQ(summary["distinct_sequences"], 2);
  EXPECT_EQ(summary["residues"], 8);
  EXPECT_EQ(summary["tokens"], 12);
  EXPECT_GT(summary["tokens_per_second"].get<double>(), summary["residues_per_second"].get<double>());
  EXPECT_EQ(summary["lower_case"], 4);
  EXPECT_EQ(summary["stars_dropped"], 1);
  EXPECT_EQ(summary["unknown_letters"], 0);
  EXPECT_TRUE(outcome.says("4 lower-case letters")) << outcome;
  EXPECT_TRUE(outcome.says("1 trailing * dropped")) << outcome;
  const auto records = json_lines(read_file(out));
  ASSERT_EQ(records.size(), 4U);
  for (const auto& [i, id, header] : {std::tuple{0, "a", "a x"}, {1, "b", "b"}, {2, "a", "a y"}, {3, "c", "c"}}) {
    EXPECT_EQ(records[static_cast<std::size_t>(i)]["id"], id);
    EXPECT_EQ(records[static_cast<std::size_t>(i)]["header"], header);
  }
  EXPECT_EQ(records[0]["sha256"], records[2]["sha256"]);
  EXPECT_EQ(records[0]["items"], records[3]["items"]);
  EXPECT_NE(records[0]["items"], records[1]["items"]);
}

TEST_F(EmbedInput, BadRecordsFailAlone) {
  const std::string input = ">good\nMKLV\n>digit\nMK1V\n>stop\nMK*V\n>empty\n>tag\nMK<foo>\n>unknown\nMKJV\n";
  const Outcome outcome = groel({"embed", write("a.fasta", input), "-m", kEsm2, "-f", "jsonl"});
  EXPECT_EQ(outcome.exit, 1) << outcome;
  EXPECT_TRUE(outcome.says("record 'digit' failed")) << outcome;
  EXPECT_TRUE(outcome.says("1 unknown letter read as <unk>")) << outcome;
  EXPECT_TRUE(outcome.says("4 of them failed")) << outcome;
  const auto records = json_lines(outcome.out);
  ASSERT_EQ(records.size(), 6U);
  for (const std::size_t i : {1, 2, 3, 4}) {
    EXPECT_FALSE(records[i].contains("items"));
    EXPECT_EQ(records[i]["error"]["kind"], "bad_input");
    EXPECT_FALSE(records[i]["error"]["message"].get<std::string>().empty());
  }
  EXPECT_NE(records[1]["error"]["message"].get<std::string>().find("position 3 is '1'"), std::string::npos);
  EXPECT_TRUE(records[0].contains("items"));
  EXPECT_TRUE(records[5].contains("items"));
}

TEST_F(EmbedInput, LongSequencesGoByThePolicy) {
  const std::string sequence(30, 'M');
  std::string long_one;
  for (int i = 0; i < 1100; ++i) long_one += "ACDEFGHIKLMNPQRSTVWY"[(i * 7 + i / 20) % 20];
  const std::string path = write("a.fasta", fasta({{"short", sequence}, {"long", long_one}}));
  const auto failed = embed_lines({path, "-m", kEsm1b}, {}, 1);
  const std::string message = failed.at(1)["error"]["message"];
  EXPECT_NE(message.find("1100 residues"), std::string::npos) << message;
  EXPECT_NE(message.find("--long"), std::string::npos) << message;
  const std::int64_t limit = json::parse(groel({"info", kEsm1b, "--json"}).out)["max_residues"];
  const auto cut = embed_lines({path, "-m", kEsm1b, "--long", "truncate"});
  EXPECT_EQ(cut.at(1)["length"], limit);
  const std::string head = write("b.fasta", fasta({{"head", long_one.substr(0, static_cast<std::size_t>(limit))}}));
  EXPECT_EQ(cut.at(1)["items"], embed_lines({head, "-m", kEsm1b}).at(0)["items"]);
  EXPECT_EQ(cut.at(1)["sha256"], sha256(long_one)) << "of the whole sequence";
  const auto windowed = embed_lines({path, "-m", kEsm1b, "--long", "window", "-i", "per-residue"});
  EXPECT_EQ(windowed.at(1)["length"], 1100);
  EXPECT_EQ(windowed.at(1)["items"][0]["shape"][0], 1100);
}

// Means of windows are put together from vectors of residues, which models whose tokens are shared do not have.
TEST_F(EmbedInput, WindowsThatAModelCannotJoinAreRefusedAtOnce) {
  const std::string path = write("a.fasta", fasta({{"short", "MKTAYI"}}));
  const Outcome refused =
      groel({"embed", path, "-m", data("gpt2-tiny").string(), "-o", folder_ / "g.h5", "--long", "window"});
  EXPECT_EQ(refused.exit, exit_code(ErrorKind::unsupported)) << refused;
  EXPECT_FALSE(refused.says("are kept")) << refused;
}

TEST_F(EmbedInput, MemoryTooSmallForARecordFailsItAlone) {
  const std::string path = write("a.fasta", fasta({{"short", "MKLV"}, {"long", std::string(3000, 'A')}}));
  const auto records = embed_lines({path, "-i", "contacts", "--memory", "100M"}, {}, 1);
  EXPECT_TRUE(records.at(0).contains("items"));
  EXPECT_EQ(records.at(1)["error"]["kind"], "memory");
  const std::string said = records.at(1)["error"]["message"];
  EXPECT_TRUE(said.find("--memory") != std::string::npos && said.find('`') == std::string::npos) << said;
  const Outcome none = groel({"embed", path, "-m", kEsm2, "-f", "jsonl", "--memory", "1M"});
  EXPECT_EQ(none.exit, 7) << none;
  EXPECT_TRUE(none.says("--memory")) << none;
}

}  // namespace
}  // namespace groel::testing
