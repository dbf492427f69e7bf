// Text is made safe to show on a terminal.
#include "base/printable.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace groel {
namespace {

TEST(Printable, LeavesTextAlone) {
  for (const char* text : {"", "P01308 insulin", "α-hélice 蛋白质 🧬", "a\tb", "two\nlines"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, WritesControlCharactersOut) {
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("a\rb\x7f\b"), "a\\x0db\\x7f\\x08");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\u{9b}31m")
      << "C1: another ESC [";
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "fdp.exe"),
            "\\u{202e}fdp.exe");
  EXPECT_EQ(printable("\xe2\x81\xa6"), "\\u{2066}");
  EXPECT_EQ(printable("a\nb", LineEnds::escape), "a\\x0ab");
}

TEST(Printable, ShowsBytesThatAreNoText) {
  EXPECT_EQ(printable("\xff\x9b"), "\\xff\\x9b") << "C1 as a byte";
  EXPECT_EQ(printable("\xc0\x80"), "\\xc0\\x80") << "an overlong form";
  EXPECT_EQ(printable("\xe2\x80"), "\\xe2\\x80") << "cut short";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
}

TEST(Errors, AreNotCutByNulNorSteeredByEscapes) {
  const Error error(ErrorKind::bad_input, {"no residues", std::string("in.fa:1 (a\0b\x1b[2J)", 17), "remove it"});
  EXPECT_STREQ(error.what(), "in.fa:1 (a\\x00b\\x1b[2J): no residues\n  remove it");
}

}  // namespace
}  // namespace groel
