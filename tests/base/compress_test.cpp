// Compressed text: decompresses to the original, and equal texts give equal bytes.
#include "base/compress.h"

#include <gtest/gtest.h>

#include "io/compressed.h"

namespace groel {
namespace {

std::string decompressed(const std::string& bytes) {
  auto reader = io::decompress(io::memory_bytes(bytes), "memory");
  std::string out;
  char piece[1000];
  for (std::size_t got = 0; (got = reader->read(piece)) > 0;) out.append(piece, got);
  return out;
}

TEST(Compress, GoesByTheName) {
  EXPECT_EQ(compression_of("a.csv.gz"), Compression::gzip);
  EXPECT_EQ(compression_of("a.JSONL.ZST"), Compression::zstd);
  EXPECT_EQ(compression_of("a.csv"), Compression::none);
  EXPECT_EQ(without_compression("b/a.csv.gz"), "b/a.csv");
  EXPECT_EQ(without_compression("b/a.csv"), "b/a.csv");
}

TEST(Compress, ComesBackHoweverItWasCut) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919) + (i % 9 == 0 ? "\n" : ",");
  for (const Compression how : {Compression::none, Compression::gzip, Compression::zstd})
    for (const std::string& whole : {text, std::string()}) {
      const std::string at_once = compressed(whole, how);
      EXPECT_TRUE(decompressed(at_once) == whole);
      EXPECT_TRUE(compressed(whole, how) == at_once);
      Compressor pieces(how);
      std::string out;
      for (std::size_t at = 0; at < whole.size(); at += 777) out += pieces.add(whole.substr(at, 777));
      out += pieces.finish();
      EXPECT_TRUE(decompressed(out) == whole);
      if (how != Compression::none && !whole.empty()) {
        EXPECT_LT(at_once.size(), whole.size() / 2);
      }
    }
}

}  // namespace
}  // namespace groel
