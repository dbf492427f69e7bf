// TOML as a list of keys.
#include "base/toml.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace groel {
namespace {

using nlohmann::json;

TEST(Toml, KeysHaveTablesValuesAndPlaces) {
  const auto entries =
      parse_toml("b = 2\na = 'x'\n[t]\nc = [ 'p', 'q' ]\n[t.u]\nd = 1.5\ne = true\nf = 2024-01-01\n", "f.toml");
  ASSERT_EQ(entries.size(), 6U);
  const auto expect = [&](std::size_t i, const std::string& table, const std::string& key, const json& value,
                          const std::string& where) {
    EXPECT_EQ(entries[i].table, table);
    EXPECT_EQ(entries[i].key, key);
    EXPECT_EQ(entries[i].value, value);
    EXPECT_EQ(entries[i].where, where);
  };
  expect(0, "", "a", "x", "f.toml:2:1");
  expect(1, "", "b", 2, "f.toml:1:1");
  expect(2, "t", "c", json{"p", "q"}, "f.toml:4:1");
  expect(3, "t.u", "d", 1.5, "f.toml:6:1");
  expect(4, "t.u", "e", true, "f.toml:7:1");
  expect(5, "t.u", "f", nullptr, "f.toml:8:1");
}

TEST(Toml, ErrorsNameLineAndColumn) {
  try {
    parse_toml("a = = 3", "f.toml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_EQ(error.parts().where, "f.toml:1:5");
  }
}

}  // namespace
}  // namespace groel
