// UTF-8: sound text stays, malformed bytes are replaced one by one.
#include "formats/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace groel::formats {
namespace {

const std::string kBad = "\xEF\xBF\xBD";

TEST(Utf8, SoundTextStays) {
  const std::vector<std::string> sound{"", "plain", "é ß α 蛋 \U0001F9EC", "\x7f", "\U0010FFFF", "\u0800"};
  for (const std::string& text : sound) EXPECT_EQ(clean_utf8(text), text);
  EXPECT_EQ(decode_utf8("aβ\U0001F9EC"), U"aβ\U0001F9EC");
}

TEST(Utf8, MalformedBytesAreReplaced) {
  EXPECT_EQ(clean_utf8("a\xff"
                       "b"),
            "a" + kBad + "b");
  EXPECT_EQ(clean_utf8("\xe9t\xe9"), kBad + "t" + kBad);                 // Latin-1
  EXPECT_EQ(clean_utf8("\xc0\xaf"), kBad + kBad);                        // overlong '/'
  EXPECT_EQ(clean_utf8("\xe0\x80\x80"), kBad + kBad + kBad);             // overlong
  EXPECT_EQ(clean_utf8("\xed\xa0\x80"), kBad + kBad + kBad);             // surrogate
  EXPECT_EQ(clean_utf8("\xf4\x90\x80\x80"), kBad + kBad + kBad + kBad);  // above U+10FFFF
  EXPECT_EQ(clean_utf8("\xce"), kBad);                                   // cut
  EXPECT_EQ(clean_utf8(std::string("a\0b", 3)), "a" + kBad + "b");
}

}  // namespace
}  // namespace groel::formats
