// groel pull, as a user runs it, against a hub on loopback; what it brought is then used by its name.
#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "hub/content_hash.h"
#include "hub/server.h"
#include "support/files.h"
#include "support/program.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kId = "facebook/esm2_t6_8M_UR50D";
const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";

class PullCommand : public ::testing::Test {
 protected:
  PullCommand() {
    for (const char* name : {"config.json", "vocab.txt"}) {
      const std::string path = kEsm2 + "/" + name;
      server_.add(name, {read_file(path), hub::git_hash(path), false});
    }
    const std::string weights = read_file(kEsm2 + "/model.safetensors");
    server_.add("model.safetensors", {weights, sha256(weights), true});
  }

  Outcome run(const std::vector<std::string>& arguments, const std::string& offline = "0") {
    return groel(arguments, {.folder = home_.path().string(),
                             .input = ">a\nMKTAYIAKQR\n",
                             .environment = {{"HOME", home_.path().string()},
                                             {"HF_HOME", home_ / "hf"},
                                             {"HF_HUB_CACHE", ""},
                                             {"HF_TOKEN", "hf_secret"},
                                             {"HF_HUB_OFFLINE", offline},
                                             {"HF_ENDPOINT", server_.url()},
                                             {"no_proxy", "127.0.0.1"}}});
  }

  TemporaryFolder home_;
  HubServer server_{kId, kCommit};
};

TEST_F(PullCommand, WhatItBringsIsFoundByItsName) {
  const std::vector<std::string> embed{"embed", "-", "-f", "jsonl", "-m", kId};
  const Outcome before = run(embed);
  EXPECT_EQ(before.exit, 3) << before;
  EXPECT_TRUE(before.says("groel pull " + kId)) << before;
  const Outcome outcome = run({"pull", "esm2_t6_8M_UR50D", "--json"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const json said = json::parse(outcome.out);
  EXPECT_EQ(said["model"], kId);
  EXPECT_EQ(said["commit"], kCommit);
  EXPECT_EQ(said["files"], json({"config.json", "model.safetensors", "vocab.txt"}));
  EXPECT_EQ(said["path"], home_ / "hf/hub/models--facebook--esm2_t6_8M_UR50D/snapshots/" + kCommit);
  EXPECT_EQ(outcome.err.find("hf_secret"), std::string::npos);
  const Outcome after = run(embed, "1");
  EXPECT_EQ(after.exit, 0) << after;
  EXPECT_EQ(json::parse(run({"pull", kId, "--json"}).out)["downloaded_bytes"], 0);
}

TEST_F(PullCommand, ARevisionComesAfterAnAt) {
  const Outcome outcome = run({"pull", kId + "@" + kCommit, "--files", "vocab.txt"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_NE(outcome.out.find("revision 0123456789ab, 1 file"), std::string::npos) << outcome;
  EXPECT_EQ(server_.requests().front().target, "/api/models/" + kId + "/revision/" + kCommit + "?blobs=true");
}

TEST_F(PullCommand, TheCacheIsLookedAfter) {
  ASSERT_EQ(run({"pull", kId}).exit, 0);
  const fs::path model = fs::path(home_ / "hf/hub/models--facebook--esm2_t6_8M_UR50D");
  EXPECT_EQ(run({"models", "--verify"}).exit, 0);
  write_file(model / "snapshots" / kCommit / "vocab.txt", "spoilt");
  const Outcome spoilt = run({"models", "--verify"});
  EXPECT_EQ(spoilt.exit, 1) << spoilt;
  EXPECT_NE(spoilt.out.find("its content is not what its name says"), std::string::npos) << spoilt;
  write_file(model / "blobs" / "abc.incomplete", "12345");
  EXPECT_EQ(json::parse(run({"models", "--prune", "--json"}).out)["freed_bytes"], 5);
  EXPECT_EQ(run({"models", "--prune", "--verify"}).exit, 2);
  EXPECT_EQ(run({"models", "--remove", "esm2_t6_8M_UR50D"}).exit, 0);
  EXPECT_FALSE(fs::exists(model));
  EXPECT_EQ(run({"models", "--remove", "esm2_t6_8M_UR50D"}).exit, 3);
}

TEST_F(PullCommand, WhatMakesNoSenseIsNamed) {
  EXPECT_EQ(run({"pull", "a/b", "c/d"}).exit, 2);
  EXPECT_EQ(run({"pull", "a/b/c"}).exit, 2);
  const Outcome outcome = run({"pull", kId, "--connections", "0"});
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_TRUE(outcome.says("--connections")) << outcome;
  const Outcome unknown = run({"pull", "someone/else"});
  EXPECT_EQ(unknown.exit, 3) << unknown;
}

}  // namespace
}  // namespace groel::testing
