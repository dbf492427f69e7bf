// Pages show the examples as they are built.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace groel {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(GROEL_SOURCE_DIR) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The code that a page shows between the marks of a snippet.
std::string snippet(const std::string& page, const std::string& name, const std::string& language = "cpp") {
  const std::string text = read_file(page);
  const auto marked = text.find("<!-- SNIPPET(" + name + ")");
  const std::string fence = "```" + language + "\n";
  const auto begin = text.find(fence, marked) + fence.size();
  const auto end = text.find("```\n", begin);
  EXPECT_TRUE(marked != std::string::npos && end < text.find("<!-- /SNIPPET -->", marked)) << page;
  return text.substr(begin, end - begin);
}

TEST(Pages, ShowTheExamplesThatAreBuilt) {
  EXPECT_EQ(snippet("README.md", "public API"), read_file("examples/embed.cpp"));
  EXPECT_EQ(snippet("docs/api.md", "handles"), read_file("examples/handles.cpp"));
  EXPECT_EQ(snippet("docs/api.md", "esm3"), read_file("examples/esm3.cpp"));
  EXPECT_EQ(snippet("docs/c.md", "c", "c"), read_file("examples/embed.c"));
  EXPECT_EQ(snippet("docs/python.md", "python", "python"), read_file("examples/embed.py"));
}

}  // namespace
}  // namespace groel
