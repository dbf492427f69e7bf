// groel serve: its routes, forms and limits, over a real connection.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "io/npz.h"
#include "tasks/serving.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

std::string decoded(const std::string& text) {
  static const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6U | static_cast<unsigned>(letters.find(c));
    if ((count += 6) >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xFFU);
  }
  return out;
}

std::vector<float> floats(const std::string& bytes) {
  std::vector<float> out(bytes.size() / 4);
  std::memcpy(out.data(), bytes.data(), out.size() * 4);
  return out;
}

TEST(Serve, GivesTheBitsOfTheCommand) {
  NEEDS_SERVER();
  const TemporaryFolder work;
  Serving server;
  const std::string other = "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEG";
  write_file(work.path() / "s.fasta", std::string(">a\n") + kShort + "\n>b\n" + other + "\n");
  ASSERT_EQ(groel({"embed", work / "s.fasta", "-m", kEsm2, "-o", work / "e.npz", "-i", "mean"}).exit, 0);
  const auto arrays = io::read_npz(work / "e.npz").arrays;
  const json said =
      server.ok("/v1/embeddings", {{"input", {kShort, other}}, {"model", "any"}, {"encoding_format", "base64"}});
  ASSERT_EQ(said["data"].size(), 2U);
  const std::string bytes = decoded(said["data"][0]["embedding"]) + decoded(said["data"][1]["embedding"]);
  bool found = false;
  for (const auto& [name, array] : arrays)
    found = found ||
            (array.bytes.size() == bytes.size() && std::memcmp(array.bytes.data(), bytes.data(), bytes.size()) == 0);
  EXPECT_TRUE(found);
  EXPECT_EQ(said["usage"]["prompt_tokens"], 22 + 35 + 4);
  EXPECT_EQ(said["object"], "list");
  EXPECT_EQ(said["data"][1]["index"], 1);
  // The same as numbers, as a list of ids, cut to some dimensions, and of length 1 as TEI has it.
  const json plain = server.ok("/v1/embeddings", {{"input", kShort}});
  const std::vector<float> expected = floats(decoded(said["data"][0]["embedding"]));
  EXPECT_EQ(plain["data"][0]["embedding"].get<std::vector<float>>(), expected);
  const json tokens = server.ok("/tokenize", {{"inputs", kShort}});
  json ids = json::array();
  for (const json& token : tokens[0]) ids.push_back(token["id"]);
  EXPECT_EQ(server.ok("/v1/embeddings", {{"input", ids}, {"dimensions", 3}})["data"][0]["embedding"]
                .get<std::vector<float>>(),
            std::vector<float>(expected.begin(), expected.begin() + 3));
  double squares = 0;
  const json normalised = server.ok("/embed", {{"inputs", kShort}});
  for (const json& value : normalised[0]) squares += value.get<double>() * value.get<double>();
  EXPECT_NEAR(squares, 1, 1e-5);
  EXPECT_EQ(server.ok("/embed", {{"inputs", {kShort}}, {"normalize", false}})[0].get<std::vector<float>>(), expected);
  EXPECT_EQ(server.ok("/embed_all", {{"inputs", kShort}})[0].size(), 24U);
  const json encoded =
      server.ok("/encode", {{"params", {{"repr_layers", {0, -1}}, {"include", {"mean", "per_residue"}}}},
                            {"items", {{{"sequence", kShort}}}}});
  EXPECT_EQ(encoded["results"][0]["mean"][1]["values"].get<std::vector<float>>(), expected);
  EXPECT_EQ(encoded["results"][0]["per_residue"].size(), 2U);
  EXPECT_EQ(server.end().exit, 0);
}

TEST(Serve, HasTheRoutesOfTheModel) {
  NEEDS_SERVER();
  Serving server;
  const json masks = server.ok("/fill-mask", {{"sequence", "MQI<mask>VK<mask>L"}, {"top", 3}});
  ASSERT_EQ(masks["masks"].size(), 2U);
  EXPECT_EQ(masks["masks"][1]["position"], 7);
  EXPECT_EQ(masks["masks"][0]["choices"].size(), 3U);
  const json scores =
      server.ok("/score", {{"sequence", kShort}, {"variants", {"M1A", "M1M"}}, {"method", "wt-marginals"}});
  EXPECT_EQ(scores["scores"][1]["score"], 0);
  EXPECT_EQ(server.ok("/contacts", {{"sequence", kShort}})["contacts"].size(), 22U);
  EXPECT_EQ(server.get("/health").status, 200);
  const json info = json::parse(server.get("/info").body);
  EXPECT_EQ(info["model_type"]["embedding"]["pooling"], "mean");
  const json openapi = json::parse(server.get("/openapi.json").body);
  EXPECT_TRUE(openapi["paths"].contains("/v1/embeddings"));
  EXPECT_FALSE(openapi["paths"].contains("/generate"));
  EXPECT_EQ(server.post("/generate", {{"prompt", "M"}}).status, 404);
  EXPECT_EQ(json::parse(server.get("/v1/models").body)["data"][0]["object"], "model");
  const std::string metrics = server.get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("groel_request_count{method=\"POST\",path=\"/fill-mask\",status=\"200\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("groel_queue_size 0\n"));
}

TEST(Serve, SaysWhatIsWrongInTheFormOfTheRoute) {
  NEEDS_SERVER();
  const TemporaryFolder work;
  Serving server({"--max-inputs", "2", "--max-bytes", "10K", "--access-log", work / "log"});
  const HttpAnswer field = server.post("/v1/embeddings", {{"input", kShort}, {"dimension", 3}});
  EXPECT_EQ(field.status, 400);
  EXPECT_EQ(json::parse(field.body)["error"]["param"], "dimension");
  EXPECT_EQ(json::parse(field.body)["error"]["type"], "invalid_request_error");
  EXPECT_EQ(server.post("/v1/embeddings", {{"model", "x"}}).status, 400);
  EXPECT_EQ(server.post("/v1/embeddings", {{"input", {1, 2, 99999}}}).status, 400);
  EXPECT_EQ(server.post("/v1/embeddings", {{"input", kShort}, {"encoding_format", "hex"}}).status, 400);
  EXPECT_EQ(http(server.port(), "POST", "/embed", "{").status, 400);
  const HttpAnswer cut = server.post("/embed", {{"inputs", kShort}, {"truncate", true}});
  EXPECT_EQ(cut.status, 422);
  EXPECT_EQ(json::parse(cut.body)["error_type"], "Validation");
  EXPECT_EQ(server.post("/embed", {{"inputs", {"M", "M", "M"}}}).status, 413);
  EXPECT_THAT(server.post("/embed", {{"inputs", {kShort, "12"}}}).body, HasSubstr("sequence 1"));
  EXPECT_EQ(server.post("/embed", {{"inputs", std::string(20000, 'A')}}).status, 413);
  EXPECT_EQ(server.get("/embed").status, 405);
  EXPECT_EQ(server.get("/nothing").status, 404);
  EXPECT_EQ(server.post("/score", {{"sequence", kShort}, {"variants", {"A1M"}}}).status, 422);
  const HttpAnswer traced =
      http(server.port(), "POST", "/tokenize", json{{"inputs", kShort}}.dump(), {{"X-Request-Id", "mine-1"}});
  EXPECT_THAT(traced.headers, HasSubstr("X-Request-Id: mine-1"));
  server.end();
  const std::string log = read_file(work / "log");
  EXPECT_THAT(log, HasSubstr("\"id\":\"mine-1\""));
  EXPECT_THAT(log, ::testing::Not(HasSubstr(kShort)));
}

TEST(Serve, AsksForAKey) {
  NEEDS_SERVER();
  const TemporaryFolder work;
  write_file(work.path() / "keys", "first\nsecond key\n");
  Serving server({"--api-key-file", work / "keys"});
  const std::string body = json{{"inputs", kShort}}.dump();
  EXPECT_EQ(http(server.port(), "POST", "/tokenize", body).status, 401);
  EXPECT_EQ(http(server.port(), "POST", "/tokenize", body, {{"Authorization", "Bearer third"}}).status, 401);
  EXPECT_EQ(http(server.port(), "POST", "/tokenize", body, {{"Authorization", "Bearer second key"}}).status, 200);
  EXPECT_EQ(server.get("/metrics").status, 401);
  EXPECT_EQ(server.get("/health").status, 200);
  EXPECT_EQ(groel({"serve", "-m", kEsm2, "--api-key-file", work / "none"}).exit, 3);
}

TEST(Serve, AnswersManyAtOnceEachAsAlone) {
  NEEDS_SERVER();
  Serving server;
  const std::string residues = "ACDEFGHIKLMNPQRSTVWY";
  const auto sequence = [&](int i) {
    std::string out;
    for (int j = 0; j < 20 + 7 * i; ++j) out += residues[static_cast<std::size_t>(i * 7 + j * j + j * i) % 20];
    return out;
  };
  constexpr int kClients = 12;
  std::vector<std::string> alone(kClients), together(kClients);
  for (int i = 0; i < kClients; ++i)
    alone[static_cast<std::size_t>(i)] = server.post("/embed", {{"inputs", sequence(i)}}).body;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i)
    clients.emplace_back([&, i] {
      together[static_cast<std::size_t>(i)] = server.post("/embed", {{"inputs", sequence(i)}}).body;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(together, alone);
  EXPECT_THAT(server.get("/metrics").body, HasSubstr(fmt::format("groel_batch_requests {}\n", 2 * kClients)));
}

TEST(Serve, RefusesMoreThanMayWaitAndLosesNothingThatItTook) {
  NEEDS_SERVER();
  Serving server({"--max-waiting", "2000", "--threads", "1"});
  std::atomic<int> answered{0}, refused{0}, other{0};
  const std::string long_one(900, 'A');
  std::vector<std::thread> clients;
  for (int i = 0; i < 24; ++i)
    clients.emplace_back([&] {
      const HttpAnswer answer = server.post("/embed_all", {{"inputs", long_one}});
      if (answer.status == 200)
        ++answered;
      else if (answer.status == 429 && answer.headers.find("Retry-After: 1") != std::string::npos)
        ++refused;
      else
        ++other;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(other, 0);
  EXPECT_GE(answered, 1);
  EXPECT_EQ(answered + refused, 24);
}

TEST(Serve, EndsWhenWhatHasBegunIsAnswered) {
  NEEDS_SERVER();
  Serving server({"--threads", "1"});
  HttpAnswer answer;
  std::thread client([&] {
    const std::string sequence(1000, 'L');
    answer = server.post("/embed", {{"inputs", std::vector<std::string>(24, sequence)}});
  });
  for (int tries = 0; tries < 1000 && server.get("/metrics").body.find("groel_queue_tokens 0\n") != std::string::npos;
       ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const Outcome said = server.end();
  client.join();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(said.exit, 0) << said;
  EXPECT_TRUE(said.out.starts_with("http://127.0.0.1:")) << said.out;
}

TEST(Serve, WritesProteinsAsTheyCome) {
  NEEDS_SERVER();
  Serving server({}, "groel-writer");
  const json request{{"prompt", "M"}, {"number", 3}, {"seed", 4}, {"max_new_tokens", 12}};
  const json all = server.ok("/generate", request);
  ASSERT_EQ(all["sequences"].size(), 3U);
  json streamed = request;
  streamed["stream"] = true;
  const HttpAnswer events = server.post("/generate", streamed);
  EXPECT_THAT(events.headers, HasSubstr("text/event-stream"));
  std::vector<json> seen;
  for (std::size_t at = 0; (at = events.body.find("data: {", at)) != std::string::npos; ++at)
    seen.push_back(json::parse(events.body.substr(at + 6, events.body.find('\n', at) - at - 6)));
  EXPECT_EQ(json(seen), all["sequences"]);
  EXPECT_TRUE(events.body.ends_with("data: [DONE]\n\n")) << events.body;
}

TEST(Serve, SaysWhatStandsInTheWay) {
  NEEDS_SERVER();
  Serving server;
  const Outcome taken = groel({"serve", "-m", kEsm2, "--port", std::to_string(server.port())});
  EXPECT_EQ(taken.exit, 6) << taken;
  EXPECT_TRUE(taken.says("the address is in use")) << taken;
  EXPECT_EQ(groel({"serve", "-m", kEsm2, "--port", "70000"}).exit, 2);
}

}  // namespace
}  // namespace groel::testing
