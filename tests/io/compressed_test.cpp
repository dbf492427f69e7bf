// Compressed input: gzip and bgzip members, zstd frames, damage, and files that expand to a huge size.
#include "io/compressed.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "io/sequences_text.h"

namespace groel::io {
namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// One block of bgzip: a gzip member whose extra field "BC" holds its size.
std::string bgzip(const std::string& text) {
  const std::string plain = gzip(text);
  std::string out = plain.substr(0, 3) + '\x04' + plain.substr(4, 6) + std::string("\x06\0BC\x02\0", 6);
  const std::size_t size = plain.size() + 8 - 1;
  out += static_cast<char>(size & 0xff);
  out += static_cast<char>(size >> 8);
  return out + plain.substr(10);
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string all_bytes(const std::string& raw, std::size_t piece = 1000) {
  const auto reader = decompress(memory_bytes(raw), "packed");
  std::string out;
  std::string buffer(piece, '\0');
  for (std::size_t got = reader->read(buffer); got > 0; got = reader->read(buffer)) out.append(buffer, 0, got);
  EXPECT_EQ(reader->read(buffer), 0U);
  return out;
}

std::string long_text() {
  std::string out;
  for (int i = 0; i < 50'000; ++i) out += std::to_string(i * 7919) + "\n";
  return out;
}

TEST(Compressed, LeavesPlainBytesAlone) {
  for (const std::string& text : {std::string(), std::string("a"), std::string("\x1f"), long_text()})
    EXPECT_EQ(all_bytes(text), text);
}

TEST(Compressed, ReadsOneAndManyMembersOrFrames) {
  const std::string text = long_text();
  for (const auto pack : {gzip, zstd}) {
    for (const std::size_t piece : {1U, 7U, 100'000U}) EXPECT_EQ(all_bytes(pack(text), piece), text);
    EXPECT_EQ(all_bytes(pack("one\n") + pack("") + pack("two\n")), "one\ntwo\n");
    EXPECT_EQ(all_bytes(pack("")), "");
  }
  EXPECT_EQ(all_bytes(bgzip("one\n") + bgzip("two\n") + bgzip("")), "one\ntwo\n");
  EXPECT_EQ(all_bytes(std::string("\x50\x2a\x4d\x18\x02\0\0\0xy", 10) + zstd("z")), "z");
}

TEST(Compressed, IgnoresZerosBehindGzipButNothingElse) {
  EXPECT_EQ(all_bytes(gzip("a") + std::string(100'000, '\0')), "a");
  EXPECT_EQ(thrown_by([] { all_bytes(gzip("a") + "junk"); }), "packed: something else follows the gzip data");
  EXPECT_NE(thrown_by([] { all_bytes(zstd("a") + "junk"); }), "");
}

TEST(Compressed, SaysWhenItIsCutShort) {
  const std::string gz = gzip("a long enough text\n");
  const std::string zst = zstd("a long enough text\n");
  const std::string remedy = " data ends too early\n  the file was cut short: copy or download it again";
  for (std::size_t size = 2; size < gz.size(); ++size)
    EXPECT_EQ(thrown_by([&] { all_bytes(gz.substr(0, size)); }), "packed: the gzip" + remedy) << size;
  for (std::size_t size = 4; size < zst.size(); ++size)
    EXPECT_EQ(thrown_by([&] { all_bytes(zst.substr(0, size)); }), "packed: the zstd" + remedy) << size;
  EXPECT_EQ(thrown_by([] { all_bytes(bgzip("one\n") + bgzip("two\n")); }), "packed: the bgzip" + remedy);
}

TEST(Compressed, SaysWhenItIsDamaged) {
  std::string gz = gzip(long_text());
  std::string zst = zstd(long_text());
  gz[gz.size() / 2] ^= 0x55;
  gz[gz.size() - 6] ^= 0x55;
  zst[4] ^= 0x55;
  zst[zst.size() / 2] ^= 0x55;
  EXPECT_EQ(thrown_by([&] { all_bytes(gz); }).find("packed: the gzip data is damaged ("), 0U);
  EXPECT_EQ(thrown_by([&] { all_bytes(zst); }).find("packed: the zstd data is damaged ("), 0U);
}

TEST(Compressed, SequencesAreFoundInside) {
  const std::string fasta = ">a one\nMK\n>b\nAC\n";
  for (const auto& raw :
       {gzip(fasta), bgzip(fasta) + bgzip(""), zstd(fasta), gzip(fasta.substr(0, 9)) + gzip(fasta.substr(9))}) {
    const auto records = read_text(raw, "x.fasta");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].header, "a one");
    EXPECT_EQ(records[1].sequence, "AC");
  }
  EXPECT_EQ(read_text(zstd("id,sequence\nx,MK\n")).at(0).id, "x");
  const std::string cut = gzip(fasta).substr(0, 30);
  EXPECT_EQ(thrown_by([&] { read_text(cut, "x.gz"); }).find("x.gz: the gzip data ends too early"), 0U);
}

TEST(Compressed, FloodsAreStopped) {
  const std::string line = zstd(">a\n" + std::string((std::size_t{1} << 28) + 1, 'A'));
  EXPECT_LT(line.size(), 100'000U);
  EXPECT_EQ(thrown_by([&] { read_text(line, "flood"); }),
            "flood: line 2 is longer than 268435456 bytes\n  if this is a file of sequences, break its lines");
  const std::string million = zstd(std::string(1'000'000, 'A') + "\n");
  std::string lines = zstd(">a\n");
  for (int i = 0; i < 270; ++i) lines += million;
  const auto records = read_text(lines + zstd(">b\nMK\n"), "flood");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(problem(records[0]), "flood:1 (a): the sequence is longer than 268435456 residues");
  EXPECT_EQ(records[1].sequence, "MK");
}

}  // namespace
}  // namespace groel::io
