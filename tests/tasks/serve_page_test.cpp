// The page of groel serve: what comes with it, what it asks for, and who may have it. tests/browser drives it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <regex>
#include <thread>

#include "base/compress.h"
#include "report/scripts.h"
#include "support/http.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A server of the smallest model, for as long as this lives.
class PageServer {
 public:
  explicit PageServer(const Words& more = {})
      : process_(groel_command(Words{"serve", "-m", kEsm2, "--port", "0", "--threads", "1"} + more), Process::Setup{}) {
    static const std::regex said("served at http://127\\.0\\.0\\.1:(\\d+);");
    std::smatch found;
    for (int i = 0; i < 600 && port_ == 0; ++i) {
      const std::string text = process_.err_so_far();
      if (std::regex_search(text, found, said)) port_ = std::stoi(found[1]);
      if (text.find("built without") != std::string::npos) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  ~PageServer() {
    process_.kill(SIGTERM);
    process_.wait();
  }
  bool runs() const { return port_ != 0; }
  HttpAnswer get(const std::string& path, const std::vector<std::pair<std::string, std::string>>& headers = {}) const {
    return http(port_, "GET", path, {}, headers);
  }
  HttpAnswer post(const std::string& path) const { return http(port_, "POST", path, "{}"); }

 private:
  Process process_;
  int port_ = 0;
};

// The addresses that a page loads.
std::vector<std::string> loaded_by(const std::string& page) {
  static const std::regex address("(?:src|href|data-molecules)=\"([^\"]*)\"");
  std::vector<std::string> out;
  for (std::sregex_iterator at(page.begin(), page.end(), address), end; at != end; ++at)
    if (const std::string one = (*at)[1]; !one.starts_with("data:") && one != "openapi.json") out.push_back(one);
  return out;
}

TEST(ServePage, AsksItsOwnServerAlone) {
  const PageServer server;
  if (!server.runs()) GTEST_SKIP() << "built without libcpp-httplib-dev";
  const HttpAnswer page = server.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.headers, HasSubstr("Content-Type: text/html; charset=utf-8"));
  EXPECT_THAT(page.headers, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'; "));
  EXPECT_THAT(page.headers,
              HasSubstr("connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"));
  EXPECT_THAT(page.headers, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page.headers, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(page.headers, HasSubstr("Cache-Control: no-cache"));
  EXPECT_THAT(page.body, Not(HasSubstr("https:")));
  EXPECT_THAT(page.body, Not(HasSubstr("<style")));
  EXPECT_EQ(server.post("/").status, 405);
  EXPECT_EQ(server.get("/assets/other.js").status, 404);
  EXPECT_EQ(server.get("/assets/").status, 404);
  EXPECT_EQ(server.get("/assets/../info").status, 404);
  if (!report::has_app()) {
    EXPECT_THAT(page.body, HasSubstr("built without the drawing parts"));
    EXPECT_EQ(server.get("/assets/page.js").status, 404);
    return;
  }
  const auto files = loaded_by(page.body);
  EXPECT_GE(files.size(), 3U);
  for (const std::string& file : files) {
    const HttpAnswer part = server.get("/" + file);
    EXPECT_EQ(part.status, 200) << file;
    EXPECT_THAT(part.headers, HasSubstr(file.find(".css") != std::string::npos ? "text/css" : "text/javascript"));
    EXPECT_THAT(part.headers, HasSubstr("immutable")) << file;
    EXPECT_GT(part.body.size(), 5000U) << file;
  }
}

// The library below would compress anything for browsers, by brotli at its slowest, while they wait.
TEST(ServePage, IsSentAsGzipAndAnswersAsTheyAre) {
  const PageServer server;
  if (!server.runs()) GTEST_SKIP() << "built without libcpp-httplib-dev";
  const std::vector<std::pair<std::string, std::string>> any{{"Accept-Encoding", "gzip, deflate, br"}};
  const HttpAnswer info = server.get("/info", any);
  EXPECT_THAT(info.headers, Not(HasSubstr("Content-Encoding")));
  EXPECT_TRUE(info.body.starts_with("{")) << info.body;
  if (!report::has_app()) return;
  const HttpAnswer plain = server.get("/assets/page.js"), packed = server.get("/assets/page.js", any);
  EXPECT_THAT(plain.headers, Not(HasSubstr("Content-Encoding")));
  EXPECT_EQ(plain.body, std::string(report::app_script()));
  EXPECT_THAT(packed.headers, HasSubstr("Content-Encoding: gzip"));
  EXPECT_EQ(packed.body, compressed(report::app_script(), Compression::gzip));
  EXPECT_LT(packed.body.size(), plain.body.size() / 2);
}

TEST(ServePage, IsThereWithoutAKeyAndGivesNothingAway) {
  const TemporaryFolder work;
  const PageServer server({"--api-key-file", write_file(work / "keys", "secret\n")});
  if (!server.runs()) GTEST_SKIP() << "built without libcpp-httplib-dev";
  const HttpAnswer page = server.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, Not(HasSubstr("esm2")));
  for (const std::string& file : loaded_by(page.body)) EXPECT_EQ(server.get("/" + file).status, 200) << file;
  EXPECT_EQ(server.get("/info").status, 401);
  EXPECT_EQ(server.get("/openapi.json").status, 401);
}

}  // namespace
}  // namespace groel::testing
