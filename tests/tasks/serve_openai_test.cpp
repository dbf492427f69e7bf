// groel serve by OpenAI's protocol: their own client in JavaScript (tests/clients), and what it was recorded to send.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

#include "tasks/serving.h"

namespace groel::testing {
namespace {

const std::string kClients = GROEL_SOURCE_DIR "/tests/clients";

TEST(ServeOpenai, ItsClientInJavaScriptGetsWhatItKnows) {
  NEEDS_SERVER();
  if (bash("command -v node").exit != 0) GTEST_SKIP() << "node is not installed";
  if (!std::filesystem::exists(kClients + "/node_modules/openai"))
    GTEST_SKIP() << "the client is not there: cd tests/clients && npm ci --ignore-scripts";
  const TemporaryFolder work;
  write_file(work.path() / "keys", "secret\n");
  Serving server({"--api-key-file", work / "keys", "--max-inputs", "64", "--max-bytes", "100K", "--max-waiting", "4000",
                  "--threads", "1"});
  const Outcome said =
      Process({"node", kClients + "/openai.mjs", fmt::format("http://127.0.0.1:{}", server.port()), "secret"}, {})
          .wait();
  EXPECT_EQ(said.exit, 0) << said;
  for (const char* check : {"models", "numbers", "tokens_and_dimensions", "a_batch", "errors", "too_much_at_once"})
    EXPECT_THAT(said.out, ::testing::HasSubstr(fmt::format("ok {}\n", check)));
}

// Lines of {"path", "body"}, as openai 6.30.1 sent them: node tests/clients/openai.mjs URL KEY recorded.jsonl.
TEST(ServeOpenai, TakesWhatItsClientWasRecordedToSend) {
  NEEDS_SERVER();
  Serving server({"--max-inputs", "64"});
  std::istringstream lines(read_file(kClients + "/recorded.jsonl"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const json request = json::parse(line);
    const json& body = request["body"];
    const HttpAnswer answer = server.post(request["path"], body);
    const int expected = request.value("status", 200);
    ASSERT_EQ(answer.status, expected) << line << answer.body;
    const json said = json::parse(answer.body);
    if (expected != 200) {
      EXPECT_TRUE(said["error"]["message"].is_string() && said["error"].contains("code")) << answer.body;
      continue;
    }
    const json& input = body["input"];
    const std::size_t inputs = input.is_array() && !input[0].is_number() ? input.size() : 1;
    ASSERT_EQ(said["data"].size(), inputs) << line;
    EXPECT_EQ(said["object"], "list");
    EXPECT_EQ(said["usage"]["prompt_tokens"], said["usage"]["total_tokens"]);
    const json& vector = said["data"][0]["embedding"];
    const std::size_t width = body.value("dimensions", 64);
    if (body.value("encoding_format", "float") == "base64")
      EXPECT_EQ(vector.get<std::string>().size(), (width * 4 + 2) / 3 * 4) << line;
    else
      EXPECT_EQ(vector.size(), width) << line;
  }
  EXPECT_GE(count, 8);
}

}  // namespace
}  // namespace groel::testing
