// groel pull, as a user runs it, against a hub on loopback; what it brought is then used by its name.
#include <pty.h>

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

  std::vector<std::pair<std::string, std::string>> environment(const std::string& offline = "0") const {
    return {{"HOME", home_.path().string()},
            {"HF_HOME", home_ / "hf"},
            {"HF_HUB_CACHE", ""},
            {"XDG_CACHE_HOME", home_ / "caches"},
            {"TORCH_HOME", home_ / "torch"},
            {"HF_TOKEN", "hf_secret"},
            {"HF_HUB_OFFLINE", offline},
            {"HF_ENDPOINT", server_.url()},
            {"GROEL_FILE_MIRROR", server_.url() + "/large"},
            {"no_proxy", "127.0.0.1"}};
  }
  Outcome run(const std::vector<std::string>& arguments, const std::string& offline = "0") {
    return groel(arguments,
                 {.folder = home_.path().string(), .input = ">a\nMKTAYIAKQR\n", .environment = environment(offline)});
  }

  // On a terminal of its own, where whoever sits there answers the first question. Both streams are `out`.
  Outcome run_on_terminal(const std::vector<std::string>& arguments, const std::string& answer) {
    Outcome out;
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
      for (const auto& [name, value] : environment()) ::setenv(name.c_str(), value.c_str(), 1);
      std::vector<std::string> command = groel_command(arguments);
      std::vector<char*> argv;
      for (std::string& word : command) argv.push_back(word.data());
      argv.push_back(nullptr);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    char buffer[4096];
    bool answered = false;
    for (ssize_t count; (count = ::read(terminal, buffer, sizeof buffer)) > 0;) {
      out.out.append(buffer, static_cast<std::size_t>(count));
      if (answered || out.out.find("[y/N]") == std::string::npos) continue;
      answered = ::write(terminal, answer.data(), answer.size()) > 0;
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(terminal);
    out.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
  }

  void add_file(const std::string& place, const std::string& content) {
    server_.add(place, {content, sha256(content), true});
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

TEST_F(PullCommand, EveryCommandPullsWhereItIsTold) {
  const std::vector<std::string> embed{"embed", "-", "-f", "jsonl", "-m", "esm2-8m"};
  EXPECT_EQ(run(embed).exit, 3);
  EXPECT_TRUE(server_.requests().empty()) << "nobody was asked, and nothing was downloaded";
  std::vector<std::string> pulling = embed;
  pulling.emplace_back("--pull");
  const Outcome outcome = run(pulling);
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_EQ(outcome.out, run({"embed", "-", "-f", "jsonl", "-m", kEsm2}).out);
  EXPECT_EQ(run(embed, "1").exit, 0);
  EXPECT_EQ(run({"--pull", "info", "esm2-8m"}).exit, 0);
  EXPECT_EQ(run({"embed", "-", "-f", "jsonl", "-m", "esm2-35m", "--pull"}).exit, 3) << "the hub has none";
}

TEST_F(PullCommand, OnATerminalItIsAskedOnce) {
  const std::vector<std::string> info{"info", "esm2-8m"};
  const Outcome refused = run_on_terminal(info, "n\n");
  EXPECT_EQ(refused.exit, 3) << refused;
  for (const char* text : {"is not on this machine", "29.9 MB", "MIT", "Download it into", "groel pull "})
    EXPECT_NE(refused.out.find(text), std::string::npos) << text << refused;
  EXPECT_EQ(refused.out.find("[y/N]"), refused.out.rfind("[y/N]"));
  EXPECT_TRUE(server_.requests().empty());
  const Outcome agreed = run_on_terminal(info, "y\n");
  EXPECT_EQ(agreed.exit, 0) << agreed;
  const Outcome there = run_on_terminal(info, "");
  EXPECT_EQ(there.exit, 0) << there;
  EXPECT_EQ(there.out.find("[y/N]"), std::string::npos);
  EXPECT_EQ(run_on_terminal({"-q", "info", "esm2-35m"}, "").out.find("[y/N]"), std::string::npos);
}

TEST_F(PullCommand, FilesOfThePublisherGoWhereFairEsmLooks) {
  const std::string models = "dl.fbaipublicfiles.com/fair-esm/models/";
  add_file(models + "esm1v_t33_650M_UR90S_2.pt", "whatever it is");
  const Outcome outcome = run({"pull", "esm1v-2", "--source", "publisher"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_NE(outcome.out.find("no published hash: not checked"), std::string::npos) << outcome;
  EXPECT_EQ(read_file(home_ / "torch/hub/checkpoints/esm1v_t33_650M_UR90S_2.pt"), "whatever it is");
  add_file(models + "esm2_t6_8M_UR50D.pt", "not what is known");
  const Outcome other = run({"pull", "esm2-8m", "--source", "publisher"});
  EXPECT_EQ(other.exit, 5) << other;
  EXPECT_TRUE(other.says("46f002a9870c9bdecd0ea887acb1f9a38a6b561e8f8bf8a6990b679b9d31b928")) << other;
  EXPECT_EQ(run({"pull", "esmc-300m", "--source", "publisher"}).exit, 3);
  for (const ServerRequest& request : server_.requests()) EXPECT_EQ(request.authorization, "");
}

TEST_F(PullCommand, TermsAreShownAndAccepted) {
  const Outcome outcome = run({"pull", "alphafold2"});
  EXPECT_EQ(outcome.exit, 2) << outcome;
  for (const char* text : {"--accept-terms", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"})
    EXPECT_TRUE(outcome.says(text)) << text << outcome;
  EXPECT_TRUE(server_.requests().empty());
  const std::string google = "storage.googleapis.com/";
  add_file(google + "alphafold/alphafold_params_2022-12-06.tar", "parameters");
  const Outcome accepted = run({"pull", "alphafold2", "--accept-terms", "--json"});
  ASSERT_EQ(accepted.exit, 0) << accepted;
  EXPECT_TRUE(accepted.says("does not run AlphaFold 2")) << accepted;
  const json said = json::parse(accepted.out);
  EXPECT_EQ(said["files"][0]["hash"], nullptr);
  EXPECT_EQ(said["path"], home_ / "caches/groel/downloads/alphafold2");
  EXPECT_EQ(read_file(home_ / "caches/groel/downloads/alphafold2/alphafold_params_2022-12-06.tar"), "parameters");
  add_file(google + "alphafold3/af3.bin.zst", "parameters");
  EXPECT_NE(run_on_terminal({"pull", "alphafold3"}, "n\n").out.find("non-commercial use alone"), std::string::npos);
  EXPECT_EQ(run_on_terminal({"pull", "alphafold3"}, "y\n").exit, 5) << "accepted, and then of another hash";
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
