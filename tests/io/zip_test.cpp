// The zip reader on archives made by hand: zip64 records, comments, and wrong directories.
#include <gtest/gtest.h>

#include "io/arrays_testing.h"
#include "io/zip_reader.h"

namespace groel::io {
namespace {

using namespace testing;  // NOLINT

struct Archive {
  std::string name = "a";
  std::string content = "hello";
  std::uint64_t size = 5;
  std::uint64_t header = 0;
  std::uint64_t count = 1;
  std::uint64_t directory_shift = 0;
  std::string comment{};
  int copies = 1;  // directory entries for the one content

  std::string entry(const std::string& entry_name, bool wide) const {
    const std::string extra =
        wide ? little(1, 2) + little(24, 2) + little(size, 8) + little(size, 8) + little(header, 8) : "";
    const std::uint64_t see64 = 0xffffffff;
    return "PK\x01\x02" + little(45, 2) + little(45, 2) + std::string(8, '\0') + little(0, 4) +
           little(wide ? see64 : size, 4) + little(wide ? see64 : size, 4) + little(entry_name.size(), 2) +
           little(extra.size(), 2) + std::string(10, '\0') + little(wide ? see64 : header, 4) + entry_name + extra;
  }

  std::string build(bool wide) const {
    // The local header's own sizes stay zero, as in archives whose sizes follow the data.
    std::string out =
        "PK\x03\x04" + little(45, 2) + std::string(20, '\0') + little(name.size(), 2) + little(0, 2) + name + content;
    const std::uint64_t start = out.size() + directory_shift;
    std::string entries;
    for (int i = 0; i < copies; ++i) entries += entry(i == 0 ? name : name + std::to_string(i), wide);
    out += entries;
    if (wide) {
      const std::uint64_t end = out.size();
      out += "PK\x06\x06" + little(44, 8) + little(45, 2) + little(45, 2) + std::string(8, '\0') + little(count, 8) +
             little(count, 8) + little(entries.size(), 8) + little(start, 8);
      out += "PK\x06\x07" + little(0, 4) + little(end, 8) + little(1, 4);
    }
    return out + "PK\x05\x06" + little(0, 4) + little(wide ? 0xffff : count, 2) + little(wide ? 0xffff : count, 2) +
           little(wide ? 0xffffffff : entries.size(), 4) + little(wide ? 0xffffffff : start, 4) +
           little(comment.size(), 2) + comment;
  }
};

class Zip : public ::testing::TestWithParam<bool> {
 protected:
  static void expect_bad(const Archive& archive, const std::vector<std::string>& texts) {
    const auto box = boxed(archive.build(GetParam()));
    expect_error(ErrorKind::bad_model, texts, [&] { ZipReader(*box, "x.zip"); });
  }
};
INSTANTIATE_TEST_SUITE_P(Both, Zip, ::testing::Bool(), [](const auto& form) { return form.param ? "zip64" : "zip"; });

TEST_P(Zip, FindsTheEntry) {
  Archive archive;
  archive.comment = "a comment that itself says PK\x05\x06 and goes on for a while";
  const auto box = boxed(archive.build(GetParam()));
  const ZipReader zip(*box, "x.zip");
  ASSERT_NE(zip.find("a"), nullptr);
  const auto bytes = zip.find("a")->bytes;
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), "hello");
  EXPECT_EQ(zip.find("b"), nullptr);
}

TEST_P(Zip, RefusesLies) {
  expect_bad({.size = GetParam() ? std::uint64_t{1} << 60 : 4'000'000'000},
             {"x.zip", "entry a claims", "does not hold"});
  expect_bad({.header = GetParam() ? ~std::uint64_t{0} : 0xfffffff0}, {"is not where the directory says"});
  expect_bad({.header = 3}, {"is not where the directory says"});
  expect_bad({.count = 2}, {"more entries than its directory holds"});
  expect_bad({.directory_shift = 1}, {"x.zip"});
  expect_bad({.directory_shift = 1'000'000}, {"outside the file"});
  expect_bad({.name = "\xff"}, {"not UTF-8"});
  expect_bad({.content = std::string(200, 'x'), .size = 200, .count = 9, .copies = 9}, {"entries overlap"});
}

TEST(ZipEnd, RefusesZip64RecordsThatPointAnywhere) {
  const std::string good = Archive().build(true);
  const std::size_t locator = good.find("PK\x06\x07");
  for (const std::uint64_t offset :
       {std::uint64_t{0}, std::uint64_t{locator}, std::uint64_t{locator - 8}, ~std::uint64_t{0}}) {
    std::string bad = good;
    bad.replace(locator + 8, 8, little(offset, 8));
    const auto box = boxed(bad);
    expect_error(ErrorKind::bad_model, {"zip64 end record"}, [&] { ZipReader(*box, "x.zip"); });
  }
}

}  // namespace
}  // namespace groel::io
