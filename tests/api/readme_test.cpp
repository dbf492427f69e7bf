// The README shows examples/embed.cpp as it is.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace groel {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(GROEL_SOURCE_DIR) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Readme, ShowsTheExampleThatIsBuilt) {
  const std::string readme = read_file("README.md");
  const auto marked = readme.find("<!-- SNIPPET(public API)");
  ASSERT_NE(marked, std::string::npos);
  const std::string fence = "```cpp\n";
  const auto begin = readme.find(fence, marked) + fence.size();
  const auto end = readme.find("```\n", begin);
  ASSERT_LT(end, readme.find("<!-- /SNIPPET -->", marked));
  EXPECT_EQ(readme.substr(begin, end - begin), read_file("examples/embed.cpp"));
}

}  // namespace
}  // namespace groel
