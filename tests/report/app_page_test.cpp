// The pages of groel serve and groel open as texts; tests/browser drives them.
#include "report/app_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "report/scripts.h"

namespace groel::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AppPage, OfAServerIsWholeOrSaysWhatIsMissing) {
  const auto& files = server_page();
  ASSERT_FALSE(files.empty());
  EXPECT_EQ(files.front().path, "/");
  const std::string index(files.front().text);
  std::set<std::string> paths;
  for (const PageFile& file : files) paths.insert(file.path);
  EXPECT_EQ(paths.size(), files.size());
  if (!has_app()) {
    EXPECT_EQ(files.size(), 1U);
    EXPECT_THAT(index, HasSubstr("./run --pictures"));
    EXPECT_THAT(index, Not(HasSubstr("<script")));
    return;
  }
  EXPECT_TRUE(paths.contains("/assets/page.js") && paths.contains("/assets/page.css"));
  // A policy without 'unsafe-inline' lets neither scripts nor styles stand in the page.
  EXPECT_THAT(index, Not(HasSubstr("<script>")));
  EXPECT_THAT(index, Not(HasSubstr("style=")));
  EXPECT_THAT(std::string(server_page_policy()), Not(HasSubstr("unsafe")));
}

TEST(AppPage, OfAResultHoldsItAsText) {
  const nlohmann::json result{{"source", "a<b></script>"}, {"notes", {"</script><script>alert(1)</script>"}}};
  if (!has_app()) {
    EXPECT_THROW(result_page(result), Error);
    return;
  }
  const std::string page = result_page(result);
  EXPECT_THAT(page, HasSubstr("<title>a&lt;b&gt;&lt;/script&gt;</title>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert(1)")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

}  // namespace
}  // namespace groel::report
