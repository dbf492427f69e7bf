// groel serve: folding as a job - states, stages, events, files, the end, and what is refused.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "support/golden.h"
#include "tasks/serving.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kTinyFold = GROEL_TEST_DATA "/esmfold-tiny";
const std::string kTinyNetwork = GROEL_TEST_DATA "/af3-tiny/af3.bin";

class ServeJobs : public ::testing::Test {
 protected:
  void SetUp() override { NEEDS_SERVER(); }
  static std::string begin(const Serving& server, const json& request) {
    const HttpAnswer answer = server.post("/fold", request);
    EXPECT_EQ(answer.status, 202) << answer.body;
    const json job = json::parse(answer.body, nullptr, false);
    EXPECT_THAT(answer.headers, HasSubstr("Location: /jobs/" + job["id"].get<std::string>()));
    return job["id"];
  }
  static json end_of(const Serving& server, const std::string& id) {
    for (int i = 0; i < 1200; ++i) {
      json job = server.ok("/jobs/" + id);
      if (job["state"] != "waiting" && job["state"] != "running" && job["state"] != "cancelling") return job;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ADD_FAILURE() << "the job comes to no end";
    return {};
  }
  static json long_one() { return {{"sequence", std::string(700, 'A')}, {"num_recycles", 60}}; }

  TemporaryFolder work_;
};

TEST_F(ServeJobs, FoldsAsTheCommandDoes) {
  const Golden golden("esmfold-tiny");
  const std::string sequence = golden.sequences()[0];
  Serving server({"--fold-model", kTinyFold, "--access-log", work_ / "log"});
  const std::string id = begin(server, {{"sequence", sequence}, {"arrays", true}});
  const json job = end_of(server, id);
  ASSERT_EQ(job["state"], "done") << job;
  EXPECT_THAT(job["stages"].dump(), HasSubstr("folding"));
  EXPECT_EQ(job["progress"]["of_all"], 1.0);
  write_file(work_.path() / "s.fasta", ">sequence\n" + sequence + "\n");
  done({"fold", work_ / "s.fasta", "-m", kTinyFold, "-o", work_ / "out", "--arrays"});
  std::size_t same = 0;
  for (const json& file : job["files"]) {
    const std::string name = file["name"];
    const HttpAnswer answer = server.get(file["path"]);
    EXPECT_EQ(answer.status, 200) << name;
    EXPECT_EQ(answer.body.size(), file["bytes"].get<std::size_t>()) << name;
    if (name.ends_with(".json") && !name.ends_with(".pae.json")) continue;  // it has the seconds
    EXPECT_EQ(answer.body, read_file(work_ / ("out/" + name))) << name;
    ++same;
  }
  EXPECT_EQ(same, 4U) << job["files"];
  EXPECT_EQ(job["result"]["structures"][0]["residues"], sequence.size());
  EXPECT_THAT(job.dump(), Not(HasSubstr("/tmp/")));
  EXPECT_EQ(server.get("/jobs/" + id + "/files/../input/sequences.fasta").status, 404);
  EXPECT_EQ(server.get("/jobs/" + id + "/files/%2e%2e/%2e%2e/x").status, 404);
  EXPECT_EQ(server.remove("/jobs/" + id).status, 200);
  EXPECT_EQ(server.get("/jobs/" + id).status, 404);
  EXPECT_EQ(server.get(job["files"][0]["path"]).status, 404);
  EXPECT_EQ(server.ok("/embed", {{"inputs", kShort}}).size(), 1U);  // the model of -m is served beside it
  server.end();
  EXPECT_THAT(read_file(work_ / "log"), Not(HasSubstr(sequence)));
}

TEST_F(ServeJobs, ANetworkOfJobsFoldsAloneAndTellsItsStages) {
  Serving server({}, kTinyNetwork);
  const json job{{"dialect", "alphafold3"},
                 {"version", 1},
                 {"name", "two chains"},
                 {"modelSeeds", {3}},
                 {"sequences",
                  {{{"protein",
                     {{"id", "A"},
                      {"sequence", "MKTAYIAK"},
                      {"unpairedMsa", ""},
                      {"pairedMsa", ""},
                      {"templates", json::array()}}}},
                   {{"ligand", {{"id", "B"}, {"ccdCodes", {"ZN"}}}}}}}};
  const json request{{"job", job},
                     {"num_recycles", 1},
                     {"num_diffusion_samples", 2},
                     {"num_diffusion_steps", 3},
                     {"ideal_coordinates", true}};
  const std::string id = begin(server, request);
  const HttpAnswer events = server.get("/jobs/" + id + "/events");
  EXPECT_THAT(events.headers, HasSubstr("text/event-stream"));
  const std::size_t last = events.body.rfind("event: end\ndata: ");
  ASSERT_NE(last, std::string::npos) << events.body;
  const json ended = json::parse(events.body.substr(last + 17));
  EXPECT_EQ(ended["state"], "done") << ended;
  EXPECT_EQ(ended["stages"],
            json({"two chains, seed 3: trunk", "two chains, seed 3: diffusion", "two chains, seed 3: confidence"}))
      << ended["stages"];
  std::set<std::string> names;
  for (const json& file : ended["files"]) names.insert(file["name"].get<std::string>());
  EXPECT_TRUE(names.contains("two_chains/seed-3_sample-1/two_chains_seed-3_sample-1_model.cif")) << ended["files"];
  EXPECT_THAT(server.get("/jobs/" + id + "/files/two_chains/two_chains_model.cif").body, HasSubstr("_atom_site."));
  // One sequence, without alignments.
  json alone = request;
  alone.erase("job");
  alone["sequence"] = "MKTAY:GAV";
  EXPECT_EQ(end_of(server, begin(server, alone))["state"], "done");
  EXPECT_EQ(server.post("/embed", {{"inputs", kShort}}).status, 404);
  EXPECT_EQ(json::parse(server.get("/info").body)["model_id"], kTinyNetwork);
  // What names files of the server, and what is no job.
  json named = job;
  named["sequences"][0]["protein"].erase("unpairedMsa");
  named["sequences"][0]["protein"]["unpairedMsaPath"] = "/etc/passwd";
  const HttpAnswer refused = server.post("/fold", {{"job", named}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("names a file of the server"));
  json odd = job;
  odd["sequences"][0]["protein"]["sequence"] = "MK7";
  EXPECT_EQ(server.post("/fold", {{"job", odd}}).status, 422);
  EXPECT_EQ(server.post("/fold", {{"job", job}, {"num_diffusion_samples", 1000}}).status, 422);
  EXPECT_EQ(server.post("/fold", {{"job", job}, {"output", "/tmp/x"}}).status, 422);
  for (const json& nothing : {json::array(), json::object()})
    EXPECT_EQ(server.post("/fold", {{"job", nothing}}).status, 422) << nothing;
  const HttpAnswer other = server.post("/fold", {{"job", job}, {"arrays", true}});
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.body, HasSubstr("goes with sequences"));
  EXPECT_EQ(server.post("/fold", {{"job", job}, {"num_seeds", 0}}).status, 422);
}

TEST_F(ServeJobs, WaitsInLineEndsWhenAskedAndRefusesMore) {
  Serving server({"--fold-model", kTinyFold, "--max-waiting-jobs", "1", "--max-kept-jobs", "2"});
  const std::string first = begin(server, long_one());
  for (int i = 0; i < 400 && server.ok("/jobs/" + first)["state"] == "waiting"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::string second = begin(server, {{"sequence", "MKTAYIAK"}});
  EXPECT_EQ(server.ok("/jobs/" + second)["jobs_before"], 1);
  const HttpAnswer third = server.post("/fold", {{"sequence", "MKTAYIAK"}});
  EXPECT_EQ(third.status, 429);
  EXPECT_THAT(third.headers, HasSubstr("Retry-After"));
  EXPECT_THAT(server.get("/metrics").body, HasSubstr("groel_job_queue_size 1\n"));
  EXPECT_EQ(server.remove("/jobs/" + first).status, 200);
  EXPECT_EQ(end_of(server, first)["state"], "cancelled");
  EXPECT_EQ(end_of(server, second)["state"], "done");
  const std::string fourth = begin(server, {{"sequence", "MKT"}});
  EXPECT_EQ(end_of(server, fourth)["state"], "done");
  EXPECT_EQ(server.get("/jobs/" + first).status, 404) << "two are kept";
  EXPECT_EQ(server.get("/jobs/" + second).status, 200);
  for (const json& wrong : {json{{"sequence", "MK7"}}, json{{"sequence", "MKT"}, {"sequences", {"MKT"}}},
                            json{{"sequence", "MKT\n>x\nMKT"}}, json{{"sequence", "MKT"}, {"num_recycles", "three"}},
                            json{{"sequence", "MKT"}, {"model", "x"}}, json{{"sequence", "MKT"}, {"num_seeds", 2}},
                            json{{"job", json::object()}}})
    EXPECT_EQ(server.post("/fold", wrong).status, 422) << wrong;
}

TEST_F(ServeJobs, WhatFailsSaysWhy) {
  const fs::path model = work_.path() / "model";
  fs::copy(kTinyFold, model, fs::copy_options::recursive);
  Serving server({"--fold-model", model.string()});
  fs::remove(model / "model.safetensors");
  const json job = end_of(server, begin(server, {{"sequence", "MKT"}}));
  EXPECT_EQ(job["state"], "failed") << job;
  EXPECT_THAT(job["error"]["message"].get<std::string>(), HasSubstr("model"));
  EXPECT_TRUE(job["files"].empty());
  const Outcome none = groel({"serve", "--fold-model", "facebook/esmfold_v1", "--port", "0"},
                             {"", "", {{"HF_HOME", work_ / "hf"}, {"TORCH_HOME", work_ / "torch"}}});
  EXPECT_EQ(none.exit, 3) << none;
}

TEST_F(ServeJobs, EndsWithTheServerAndLeavesNothing) {
  const fs::path place = work_.path() / "tmp";
  fs::create_directories(place);
  Serving server({"--fold-model", kTinyFold}, kEsm2, {"", "", {{"TMPDIR", place.string()}}});
  const std::string id = begin(server, long_one());
  HttpAnswer events;
  std::thread reader([&] { events = server.get("/jobs/" + id + "/events"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_FALSE(fs::is_empty(place));
  const Outcome said = server.end();
  reader.join();
  EXPECT_EQ(said.exit, 0) << said;
  EXPECT_THAT(events.body, HasSubstr("\"state\":\"cancel"));
  EXPECT_TRUE(fs::is_empty(place));
}

}  // namespace
}  // namespace groel::testing
