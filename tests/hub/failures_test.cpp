// What servers and networks do wrong, each against a real server on loopback.
#include <sys/resource.h>

#include <chrono>
#include <csignal>

#include "base/interrupt.h"
#include "hub/hub_fixture.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using Failures = HubTest;
using Answers = std::vector<std::pair<int, std::string>>;

TEST_F(Failures, ConnectionsThatBreakAtAnyByteAreGoneOnWith) {
  for (const std::size_t at : {1, 4095, 4096, 12'345, 49'999}) {
    fs::remove_all(folder_ / "cache");
    weights_ = noise(at < 1000 ? 150 : 1'000'003);
    add_large("model.safetensors", weights_);
    server_.set({.break_after = at});
    EXPECT_EQ(pull().received, weights_.size() + 33) << at;  // no byte came twice
    EXPECT_EQ(pulled_weights(), weights_) << at;
  }
}

TEST_F(Failures, WhatCameBeforeAFailureIsGoneOnWithByTheNextCall) {
  server_.set({.break_after = 30'000, .breaks = 1});
  patience_.attempts = connections_ = 1;
  EXPECT_EQ(refused().kind(), ErrorKind::io);
  const auto kept = fs::file_size(hub::partial_path(blob()));
  EXPECT_GE(kept, 30'000U);
  EXPECT_EQ(read_file(hub::partial_path(blob())), weights_.substr(0, kept));
  server_.set({});
  EXPECT_EQ(pull().received, weights_.size() - kept);
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Failures, APartialFileOfPythonIsGoneOnWith) {
  fs::create_directories(blob().parent_path());
  write_file(hub::partial_path(blob()), weights_.substr(0, 777'777));
  EXPECT_EQ(pull().received, weights_.size() - 777'777 + 33);
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Failures, ASpoiltPartialFileIsBegunAgain) {
  fs::create_directories(blob().parent_path());
  write_file(hub::partial_path(blob()), noise(600'000, 99));
  pull();
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Failures, AWrongHashIsRefusedAndNothingIsKept) {
  server_.add("model.safetensors", {noise(1'000'003, 3), sha256(weights_), true});
  const Error error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::bad_model);
  EXPECT_NE(error.parts().what.find(sha256(noise(1'000'003, 3))), std::string::npos);
  EXPECT_FALSE(fs::exists(blob()));
  EXPECT_EQ(fs::file_size(hub::partial_path(blob())), 0U);
}

TEST_F(Failures, AWrongHashOfASmallFileIsRefused) {
  server_.add("config.json", {"{}", std::string(40, 'a'), false});
  EXPECT_EQ(refused().kind(), ErrorKind::bad_model);
}

TEST_F(Failures, AWrongLengthIsRefused) {
  server_.set({.extra_length = 5});
  const Error error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_NE(error.parts().what.find("not the one it announced"), std::string::npos) << error.what();
}

TEST_F(Failures, AFileThatChangesBetweenTwoRangesIsBegunAgain) {
  connections_ = 1;
  server_.set({.other_content = noise(1'000'003, 8), .other_from = 5, .other_to = 6});
  EXPECT_EQ(pull().received, weights_.size() + 33 + 5 * 50'000);
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Failures, AFileThatStaysAnotherIsRefused) {
  connections_ = 1;
  server_.set({.other_content = noise(1'000'003, 8), .other_from = 5});
  EXPECT_EQ(refused().kind(), ErrorKind::bad_model);
  EXPECT_FALSE(fs::exists(blob()));
}

TEST_F(Failures, ServersWithoutRangesSendTheFileWhole) {
  server_.set({.no_ranges = true});
  pull();
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Failures, ServersWithoutRangesThatBreakAreTriedAFewTimes) {
  connections_ = 1;
  server_.set({.break_after = 30'000, .breaks = 3, .no_ranges = true});
  pull();
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Failures, ASilentServerIsGivenUp) {
  server_.set({.piece_milliseconds = 30'000});
  patience_.attempts = 1;
  const Error error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_NE(error.parts().what.find("nothing more comes"), std::string::npos) << error.what();
}

TEST_F(Failures, RefusalsNameTheToken) {
  for (const int status : {401, 403}) {
    server_.set({.answers = Answers(1, {status, "X-Error-Code: GatedRepo\r\n"})});
    const Error error = refused();
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_NE(error.parts().remedy.find("HF_TOKEN"), std::string::npos);
  }
  EXPECT_EQ(server_.requests().size(), 2U);  // no second try
}

TEST_F(Failures, ATokenOpensAndIsNeverSaid) {
  server_.set({.token = "hf_secret"});
  EXPECT_EQ(std::string(refused().what()).find("hf_secret"), std::string::npos);
  token_ = "hf_wrong";
  EXPECT_EQ(std::string(refused().what()).find("hf_wrong"), std::string::npos);
  token_ = "hf_secret";
  EXPECT_EQ(pull().commit, kCommit);
}

TEST_F(Failures, TheTokenNeverGoesToAnotherHost) {
  HubServer other(kId, kCommit);
  other.add("model.safetensors", {weights_, sha256(weights_), true});
  other.add("pytorch_model.bin", {"x", sha256("x"), true});
  server_.set({.token = "hf_secret", .large_files_at = other.url()});
  token_ = "hf_secret";
  pull();
  EXPECT_EQ(pulled_weights(), weights_);
  ASSERT_GT(other.requests().size(), 1U);
  for (const ServerRequest& request : other.requests()) EXPECT_EQ(request.authorization, "");
  for (const ServerRequest& request : server_.requests()) EXPECT_EQ(request.authorization, "Bearer hf_secret");
  EXPECT_LT(server_.gets_of("model.safetensors"), 20);  // where the redirect led is remembered
}

TEST_F(Failures, AnAddressThatWasLentIsAskedForAgainWhenItIsOver) {
  HubServer other(kId, kCommit);
  other.add("model.safetensors", {weights_, sha256(weights_), true});
  other.set({.refused_body = 3});
  server_.set({.large_files_at = other.url()});
  connections_ = 1;
  pull();
  EXPECT_EQ(pulled_weights(), weights_);
  EXPECT_EQ(server_.gets_of("model.safetensors"), 2);
}

TEST_F(Failures, WhatIsNotThereIsNotFound) {
  server_.set({.answers = {{404, "X-Error-Code: RevisionNotFound\r\n"}}});
  Error error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_NE(error.parts().what.find("no such revision"), std::string::npos);
  server_.set({.answers = {{404, ""}}});
  error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
}

TEST_F(Failures, ServersThatAskToWaitAreWaitedFor) {
  server_.set({.answers = {{429, "Retry-After: 1\r\n"}}});
  const auto before = std::chrono::steady_clock::now();
  pull();
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(950));
}

TEST_F(Failures, ServersThatAskForTooLongAreNot) {
  server_.set({.answers = {{429, "Retry-After: 3600\r\n"}}});
  const Error error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_NE(error.parts().remedy.find("3600 seconds"), std::string::npos) << error.what();
  EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(Failures, ServerErrorsPassOrAreSaid) {
  server_.set({.answers = {{500, ""}, {503, ""}}});
  EXPECT_EQ(pull().commit, kCommit);
  fs::remove_all(folder_ / "cache");
  server_.set({.answers = Answers(3, {502, ""})});
  EXPECT_NE(refused().parts().what.find("HTTP 502"), std::string::npos);
}

TEST_F(Failures, RedirectsWithoutEndAreRefused) {
  const std::string target = "/api/models/" + kId + "/revision/main?blobs=true";
  server_.set({.redirects = {{target, target}}});
  EXPECT_NE(refused().parts().what.find("without end"), std::string::npos);
}

TEST_F(Failures, RedirectsToFilesAreRefused) {
  const std::string target = "/api/models/" + kId + "/revision/main?blobs=true";
  server_.set({.redirects = {{target, "file:///etc/passwd"}}});
  EXPECT_EQ(refused().kind(), ErrorKind::io);
}

TEST_F(Failures, AHostThatNobodyListensAtIsUnreachable) {
  hub::HubAccess nowhere = access();
  nowhere.address = "http://127.0.0.1:1";
  const Error error = error_of([&] { hub::pull_model(cache_, request(), nowhere); });
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_NE(error.parts().what.find("cannot reach http://127.0.0.1:1"), std::string::npos) << error.what();
  EXPECT_NE(error.parts().remedy.find("HF_ENDPOINT"), std::string::npos);
}

TEST_F(Failures, ProxiesAreThoseOfTheEnvironment) {
  ::setenv("http_proxy", server_.url().c_str(), 1);
  hub::HubAccess behind = access();
  behind.address = "http://hub.invalid";
  EXPECT_EQ(hub::pull_model(cache_, request(), behind).commit, kCommit);
  EXPECT_EQ(pulled_weights(), weights_);
  for (const ServerRequest& request : server_.requests()) EXPECT_EQ(request.host, "http://hub.invalid");
  ::unsetenv("http_proxy");
}

TEST_F(Failures, AnAnswerThatIsNoHubsIsSaid) {
  server_.set({.answers = {{200, ""}}});
  EXPECT_NE(refused().parts().what.find("not that of a hub"), std::string::npos);
}

TEST_F(Failures, AProcessThatIsKilledLeavesABeginningToGoOnWith) {
  server_.set({.piece_milliseconds = 10});
  const int ended = in_child(
      [&] {
        pull();
        return 0;
      },
      [&](pid_t child) {
        wait_for_partial(100'000);
        ::kill(child, SIGKILL);
      });
  EXPECT_EQ(ended, -SIGKILL);
  const auto kept = fs::file_size(hub::partial_path(blob()));
  ASSERT_LT(kept, weights_.size());
  EXPECT_EQ(read_file(hub::partial_path(blob())), weights_.substr(0, kept));
  server_.set({});
  EXPECT_EQ(pull().received, weights_.size() - kept);
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Failures, TwoProcessesDownloadAFileOnce) {
  server_.set({.piece_milliseconds = 1});
  const int ended = in_child(
      [&] {
        pull();
        return 0;
      },
      [&](pid_t) { pull(); });
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(pulled_weights(), weights_);
  EXPECT_EQ(server_.bytes_sent(), weights_.size() + 33);
}

TEST_F(Failures, AWriteThatFailsIsSaidAndWhatCameIsKept) {
  const int ended = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{300'000, 300'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const Error error = refused();
    return error.kind() == ErrorKind::io && error.parts().where == hub::partial_path(blob()).string() ? 7 : 8;
  });
  EXPECT_EQ(ended, 7);
  EXPECT_EQ(fs::file_size(hub::partial_path(blob())), 300'000U);
}

TEST_F(Failures, ACacheThatCannotBeWrittenIsSaid) {
  write_file(folder_ / "file", "");
  cache_ = hub::Cache(fs::path(folder_ / "file") / "cache");
  EXPECT_EQ(refused().kind(), ErrorKind::io);
}

TEST_F(Failures, AReadOnlyCacheThatLacksSomethingIsSaid) {
  const fs::path root = cache_.root();
  fs::create_directories(root);
  fs::permissions(root, fs::perms(0555));
  fs::permissions(folder_.path(), fs::perms(0755));
  const int ended = in_child([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 1;
    const Error error = refused();
    return error.kind() == ErrorKind::io && error.parts().remedy.find("HF_HUB_CACHE") != std::string::npos ? 7 : 8;
  });
  fs::permissions(root, fs::perms(0755));
  EXPECT_EQ(ended, 7);
}

TEST_F(Failures, AWholeReadOnlyCacheIsReadAllTheSame) {
  pull();
  std::vector<fs::path> folders{folder_.path()};
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
    if (entry.is_directory()) folders.push_back(entry.path());
  for (const fs::path& one : folders) fs::permissions(one, fs::perms(0555));
  const int ended = in_child([&] {
    if (::getuid() == 0 && ::setuid(65534) != 0) return 1;
    if (pull().received != 0) return 2;
    return 0;
  });
  for (const fs::path& one : folders) fs::permissions(one, fs::perms(0755));
  EXPECT_EQ(ended, 0);
}

TEST_F(Failures, CancelledWorkStopsAndKeepsWhatCame) {
  server_.set({.piece_milliseconds = 10});
  CancelFlag cancel{false};
  std::thread stopper([&] {
    wait_for_partial(20'000);
    cancel = true;
  });
  {
    WorkContext context = work_context();
    context.cancel = &cancel;
    const WorkScope scope(context);
    EXPECT_EQ(refused().kind(), ErrorKind::interrupted);
  }
  stopper.join();
  EXPECT_GE(fs::file_size(hub::partial_path(blob())), 20'000U);
}

}  // namespace
}  // namespace groel::testing
