// groel serve: routes that give what commands give - searches, perplexities, predictions, scans - and their
// description.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <fstream>

#include "tasks/reading.h"
#include "tasks/serving.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

class ServeRoutes : public ::testing::Test {
 protected:
  void SetUp() override { NEEDS_SERVER(); }
  std::string index() const {
    done({"embed", kProteins, "-m", kEsm2, "-o", work_ / "p.h5"});
    done({"search", "index", work_ / "p.h5", "-o", work_ / "p.index"});
    return work_ / "p.index";
  }
  TemporaryFolder work_;
};

TEST_F(ServeRoutes, SearchesAsTheCommandDoes) {
  const std::string file = index();
  Serving server({"--index", file});
  write_file(work_.path() / "q.fasta", std::string(">0\n") + kShort + "\n>1\nMQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEG\n");
  const json told = groel_json({"search", "query", file, "--sequences", work_ / "q.fasta", "-k", "4"});
  const json said =
      server.ok("/search", {{"sequences", {kShort, "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEG"}}, {"neighbours", 4}});
  EXPECT_EQ(said["queries"], told["queries"]);
  EXPECT_EQ(said["queries"][0]["hits"].size(), 4U);
  EXPECT_EQ(said["column"], told["column"]);
  const json by_id = server.ok("/search", {{"ids", {"P69905", "nobody"}}, {"neighbours", 2}, {"exact", true}});
  EXPECT_EQ(by_id["queries"][0]["hits"],
            groel_json({"search", "query", file, "--ids", "P69905", "-k", "2", "-m", kEsm2})["queries"][0]["hits"]);
  EXPECT_THAT(by_id["queries"][1].dump(), HasSubstr("no id 'nobody'"));
  // What was embedded elsewhere finds the same.
  const json vector = server.ok("/v1/embeddings", {{"input", kShort}})["data"][0]["embedding"];
  EXPECT_EQ(server.ok("/search", {{"embeddings", {vector}}, {"neighbours", 4}})["queries"][0]["hits"],
            said["queries"][0]["hits"]);
  for (const json& wrong : {json{{"sequences", kShort}, {"ids", "P69905"}}, json{{"embeddings", {{1, 2}}}},
                            json{{"sequences", kShort}, {"k", 4}}, json{{"sequences", kShort}, {"neighbours", 0}}})
    EXPECT_EQ(server.post("/search", wrong).status, 422) << wrong;
}

TEST_F(ServeRoutes, CarriesLabelsOver) {
  Serving server({"--index", index(), "--annotations", GROEL_SOURCE_DIR "/examples/families.csv"});
  const json said = server.ok("/search", {{"ids", "P69905"}, {"neighbours", 5}});
  EXPECT_EQ(said["queries"][0]["labels"],
            groel_json({"search", "query", work_ / "p.index", "--ids", "P69905", "-k", "5", "--annotations",
                        GROEL_SOURCE_DIR "/examples/families.csv", "-m", kEsm2})["queries"][0]["labels"]);
  EXPECT_GE(said["queries"][0]["labels"].size(), 1U);
}

TEST_F(ServeRoutes, RefusesAnIndexOfAnotherModel) {
  const Outcome said = groel({"serve", "-m", kEsm1b, "--port", "0", "--index", index()});
  EXPECT_EQ(said.exit, 2) << said;
  EXPECT_TRUE(said.says("their vectors do not compare")) << said;
  Serving without;
  EXPECT_EQ(without.post("/search", {{"ids", "P69905"}}).status, 404);
}

TEST_F(ServeRoutes, PerplexitiesAndScansAreThoseOfTheCommands) {
  Serving server;
  const json said = server.ok("/perplexity", {{"sequences", {kShort, "MKX"}}});
  const json told = groel_json({"perplexity", kShort});
  EXPECT_EQ(said["records"][0]["perplexity"], told["records"][0]["perplexity"]);
  EXPECT_EQ(said["records"][1]["predicted_residues"], 2);
  EXPECT_EQ(server.post("/perplexity", {{"sequences", {kShort, "1"}}}).status, 422);
  const json scan = server.ok("/score", {{"sequence", "MKTAY"}, {"scan", true}, {"method", "wt-marginals"}});
  ASSERT_EQ(scan["scores"].size(), 95U);
  const json scores = groel_json({"score", "MKTAY", "--scan", "--method", "wt-marginals"})["variants"];
  for (std::size_t i = 0; i < scores.size(); ++i) {
    EXPECT_EQ(scan["scores"][i]["variant"], scores[i]["variant"]);
    EXPECT_EQ(scan["scores"][i]["score"], scores[i]["scores"]["score"]);
  }
  EXPECT_EQ(server.post("/score", {{"sequence", "MKTAY"}, {"scan", true}, {"variants", "K2A"}}).status, 422);
}

TEST_F(ServeRoutes, PredictsAsTheCommandDoes) {
  for (const std::string name : {"esm2-cls-tiny", "esm2-multilabel-tiny"}) {
    const std::string model = std::string(GROEL_TEST_DATA "/") + name;
    Serving server({}, model);
    json told;
    std::istringstream(done({"predict", kShort, "-m", model, "--all-labels", "-f", "jsonl"}).out) >> told;
    const json said = server.ok("/predict", {{"inputs", kShort}});
    ASSERT_GE(said.size(), 2U) << name;
    for (const json& one : said) {
      const std::string column = one["label"].get<std::string>();
      EXPECT_NEAR(one["score"].get<double>(), told.value(column, -1.0), 6e-5) << "a table has four digits: " << told;
    }
    for (std::size_t i = 1; i < said.size(); ++i) EXPECT_GE(said[i - 1]["score"], said[i]["score"]);
  }
  Serving other({}, GROEL_SOURCE_DIR "/examples/mitochondrion");  // a head of its own
  const json classes = other.ok("/predict", {{"inputs", {kShort, kShort}}});
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(classes[0], classes[1]);
}

// What is inside a field is looked at as fields are.
TEST_F(ServeRoutes, NothingInsideAFieldIsPassedOver) {
  Serving server;
  const json items{{{"sequence", kShort}}};
  ASSERT_EQ(server.post("/encode", {{"params", {{"repr_layers", {0}}}}, {"items", items}}).status, 200);
  for (const json& params : {json{{"repr_layer", {0}}}, json{{"include", nullptr}}, json{{"include", json::array()}},
                             json{{"include", "mean"}}, json{{"repr_layers", json::array()}}, json{{"repr_layers", 0}}})
    EXPECT_EQ(server.post("/encode", {{"params", params}, {"items", items}}).status, 422) << params;
  const HttpAnswer typo = server.post("/encode", {{"params", {{"repr_layer", {0}}}}, {"items", items}});
  EXPECT_THAT(typo.body, HasSubstr("params.repr_layer"));
  const json named{{{"sequence", kShort}, {"id", "a"}}};
  EXPECT_EQ(server.post("/encode", {{"items", named}}).status, 422);
  const json ids{0, 20, 5, 2};
  ASSERT_EQ(server.post("/v1/embeddings", {{"input", {ids, ids}}}).status, 200);
  for (const json& wrong : {json{{"a", 5}}, json(5), json(nullptr), json("MKT")})
    EXPECT_EQ(server.post("/v1/embeddings", {{"input", {ids, wrong}}}).status, 400) << wrong;
}

TEST_F(ServeRoutes, DescribesEachRouteWithTheFieldsThatItTakes) {
  Serving server({"--index", index(), "--fold-model", GROEL_TEST_DATA "/esmfold-tiny"});
  const json openapi = server.ok("/openapi.json");
  EXPECT_EQ(openapi["openapi"], "3.0.3");
  int routes = 0;
  for (const auto& [path, methods] : openapi["paths"].items())
    for (const auto& [method, operation] : methods.items()) {
      ++routes;
      EXPECT_FALSE(operation["summary"].get<std::string>().empty()) << path;
      EXPECT_TRUE(operation["responses"].is_object()) << path;
      // Every part of a path in braces is described, and nothing else.
      std::size_t braces = 0;
      for (const char c : path) braces += c == '{' ? 1 : 0;
      EXPECT_EQ(operation.value("parameters", json::array()).size(), braces) << path;
      if (method != "post") continue;
      const json& fields = operation["requestBody"]["content"]["application/json"]["schema"]["properties"];
      ASSERT_FALSE(fields.empty()) << path;
      for (const auto& [name, schema] : fields.items())
        EXPECT_TRUE(schema.contains("type") || schema.contains("enum") || schema.contains("description"))
            << path << name;
      // A field that is not described is refused, and the first that is described is none of these.
      const HttpAnswer refused = server.post(path, {{"no_such_field", 1}});
      EXPECT_TRUE(refused.status == 400 || refused.status == 422) << path << refused.body;
      EXPECT_THAT(refused.body, HasSubstr("no_such_field")) << path;
    }
  EXPECT_GE(routes, 18);
  const json& fold = openapi["paths"]["/fold"]["post"]["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_EQ(fold["properties"]["num_diffusion_samples"]["default"], 5);
  EXPECT_TRUE(openapi["paths"]["/fold"]["post"]["responses"].contains("202"));
  EXPECT_TRUE(openapi["paths"]["/jobs/{id}"].contains("delete"));
}

}  // namespace
}  // namespace groel::testing
