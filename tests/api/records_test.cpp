// The public RecordReader, and embeddings where a bad sequence fails alone.
#include <groel/groel.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/errors.h"
#include "support/files.h"

namespace groel {
namespace {

using testing::error_of;

class Told final : public Sink {
 public:
  void note(std::string_view text) override { all += std::string(text) + "\n"; }
  void warning(std::string_view text) override { all += std::string(text) + "\n"; }
  std::string all;
};

TEST(RecordReader, ReadsAndSaysWhatItPassedOver) {
  const testing::TemporaryFolder folder;
  const std::string path = testing::write_file(folder / "in.fasta", "# x\n>a first one\nmk\nL*\n>b\n\n>c\nMK\n");
  Told told;
  const Model model = Model::load(GROEL_TEST_DATA "/esm2-tiny", Dtype::f32, Session({.threads = 1, .sink = &told}));
  RecordReader reader(path, model);
  ProteinRecord a, b, c;
  ASSERT_TRUE(reader.next(a) && reader.next(b) && reader.next(c));
  EXPECT_EQ(a.id, "a");
  EXPECT_EQ(a.header, "a first one");
  EXPECT_EQ(a.sequence, "mkL*");
  EXPECT_EQ(a.source, path);
  EXPECT_EQ(a.line, 2);
  EXPECT_FALSE(a.error);
  ASSERT_TRUE(b.error);
  EXPECT_EQ(b.error->kind(), ErrorKind::bad_input);
  EXPECT_EQ(c.sequence, "MK");
  EXPECT_EQ(told.all, "");
  EXPECT_FALSE(reader.next(c));
  EXPECT_NE(told.all.find("comment"), std::string::npos) << told.all;
  EXPECT_NE(told.all.find("lower"), std::string::npos) << told.all;
  const std::string once = told.all;
  EXPECT_FALSE(reader.next(c));
  EXPECT_EQ(told.all, once);
}

TEST(RecordReader, AnAlignmentIsOneRecordForModelsThatReadThem) {
  const testing::TemporaryFolder folder;
  const std::string path = testing::write_file(folder / "in.a3m", ">q\nMKTAY\n>r\nMKaTAY\n");
  const auto count = [](RecordReader reader) {
    ProteinRecord record;
    int n = 0;
    for (; reader.next(record); ++n) EXPECT_FALSE(record.error);
    return n;
  };
  EXPECT_EQ(count(RecordReader(path)), 2);
  EXPECT_EQ(count(RecordReader(path, Model::load(GROEL_TEST_DATA "/esm2-tiny"))), 2);
  EXPECT_EQ(count(RecordReader(path, Model::load(GROEL_TEST_DATA "/msa-tiny"))), 1);
}

TEST(RecordReader, RefusesWhatIsNoFileOfRecords) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(error_of([] { RecordReader{"/no/such.fasta"}; }).kind(), ErrorKind::not_found);
  RecordReader empty(testing::write_file(folder / "empty.fasta", ""));
  ProteinRecord record;
  EXPECT_EQ(error_of([&] { empty.next(record); }).kind(), ErrorKind::bad_input);
}

TEST(Embedder, EachFailsAlone) {
  const Model model = Model::load(GROEL_TEST_DATA "/esm1b-tiny");
  const Embedder embedder(model);
  const std::vector<std::string> sequences{"MKL", "MK1", std::string(5000, 'A'), "", "MKTAY"};
  const auto each = embedder.each(sequences);
  ASSERT_EQ(each.size(), 5U);
  for (const std::size_t bad : {1U, 2U, 3U}) {
    const auto* const error = std::get_if<Error>(&each[bad]);
    ASSERT_NE(error, nullptr) << bad;
    EXPECT_EQ(error->kind(), ErrorKind::bad_input);
    EXPECT_EQ(error->parts().where.find("sequence"), std::string::npos) << error->what();
  }
  for (const std::size_t good : {0U, 4U}) {
    const Embedding alone = embedder(sequences[good]);
    EXPECT_TRUE(
        std::ranges::equal(std::get<Embedding>(each[good]).at(Output::mean).values(), alone.at(Output::mean).values()));
  }
}

}  // namespace
}  // namespace groel
