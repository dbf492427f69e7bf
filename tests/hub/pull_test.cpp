// A pull into the cache: what is taken, where it lies, and what Python's tools find of it.
#include "hub/pull.h"

#include "hub/hub_fixture.h"
#include "hub/upkeep.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using Pull = HubTest;

TEST_F(Pull, TakesOneFormOfTheWeightsAndWhatIsBesideThem) {
  const hub::PulledModel model = pull();
  EXPECT_EQ(model.commit, kCommit);
  EXPECT_EQ(model.files, (std::vector<std::string>{"config.json", "model.safetensors", "vocab.txt"}));
  EXPECT_EQ(pulled_weights(), weights_);
  EXPECT_EQ(read_file(model.folder / "vocab.txt"), "<cls>\n<pad>\n");
  EXPECT_EQ(server_.gets_of("pytorch_model.bin"), 0);
}

TEST_F(Pull, LaysTheCacheOutByTheRulesOfHuggingfaceHub) {
  pull();
  const fs::path model = fs::path(folder_ / "cache") / "models--someone--small-model";
  EXPECT_EQ(read_file(model / "refs" / "main"), kCommit);
  EXPECT_EQ(fs::read_symlink(model / "snapshots" / kCommit / "model.safetensors"),
            fs::path("../../blobs") / sha256(weights_));
  EXPECT_EQ(read_file(model / "blobs" / sha256(weights_)), weights_);
  EXPECT_EQ(fs::read_symlink(model / "snapshots" / kCommit / "config.json").filename().string().size(), 40U);
  EXPECT_FALSE(fs::exists(hub::partial_path(blob())));
  EXPECT_TRUE(fs::exists(fs::path(folder_ / "cache") / ".locks" / "models--someone--small-model" /
                         (sha256(weights_) + ".lock")));
}

TEST_F(Pull, FilesThatAreThereAreNotAskedForAgain) {
  pull();
  const std::size_t before = server_.bytes_sent();
  EXPECT_EQ(pull().received, 0U);
  EXPECT_EQ(server_.bytes_sent(), before);
}

TEST_F(Pull, ABlobOfAnotherRevisionIsLinked) {
  fs::create_directories(blob().parent_path());
  write_file(blob(), weights_);
  pull();
  EXPECT_EQ(server_.gets_of("model.safetensors"), 0);
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Pull, ShardsAreThoseOfTheIndex) {
  HubServer server(kId, kCommit);
  const auto add = [&](const std::string& path, const std::string& content) {
    server.add(path, {content, sha256(content), true});
  };
  add("config.json", "{}");
  add("model-00001-of-00002.safetensors", "one");
  add("model-00002-of-00002.safetensors", "two");
  add("model-00001-of-00009.safetensors", "of another precision");
  add("model.safetensors.index.json",
      R"({"weight_map": {"a": "model-00002-of-00002.safetensors", "b": "model-00001-of-00002.safetensors"}})");
  hub::HubAccess there = access();
  there.address = server.url();
  EXPECT_EQ(hub::pull_model(cache_, request(), there).files,
            (std::vector<std::string>{"config.json", "model-00001-of-00002.safetensors",
                                      "model-00002-of-00002.safetensors", "model.safetensors.index.json"}));
}

TEST_F(Pull, NamesThatLeadOutOfTheFolderAreRefused) {
  add_small("../../../evil", "x");
  const Error error = refused();
  EXPECT_EQ(error.kind(), ErrorKind::bad_model);
  EXPECT_EQ(error.parts().where, "../../../evil");
}

TEST_F(Pull, SubfoldersLinkByRelativePaths) {
  add_small("data/deep/notes.txt", "hello");
  hub::PullRequest one = request();
  one.files = {"data/deep/notes.txt"};
  const hub::PulledModel model = hub::pull_model(cache_, one, access());
  EXPECT_EQ(read_file(model.folder / "data/deep/notes.txt"), "hello");
  EXPECT_TRUE(fs::read_symlink(model.folder / "data/deep/notes.txt").string().starts_with("../../../../blobs/"));
}

TEST_F(Pull, OfflineFindsWhatIsThereAndAsksNobody) {
  pull();
  const auto asked = server_.requests().size();
  ::setenv("HF_HUB_OFFLINE", "1", 1);
  EXPECT_EQ(pull().commit, kCommit);
  fs::remove_all(folder_ / "cache");
  EXPECT_EQ(refused().kind(), ErrorKind::not_found);
  ::unsetenv("HF_HUB_OFFLINE");
  EXPECT_EQ(server_.requests().size(), asked);
}

TEST_F(Pull, ProgressEndsAtTheTotal) {
  hub::PullRequest asked = request();
  std::vector<hub::PullProgress> seen;
  asked.progress = [&](const hub::PullProgress& at) { seen.push_back(at); };
  hub::pull_model(cache_, asked, access());
  ASSERT_GT(seen.size(), 10U);
  EXPECT_EQ(seen.back().bytes, weights_.size() + 21 + 12);
  EXPECT_EQ(seen.back().total, seen.back().bytes);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i].bytes, seen[i - 1].bytes);
}

TEST_F(Pull, TheRefIsWrittenOnlyWhenAllIsThere) {
  server_.add("model.safetensors", {weights_, std::string(64, 'a'), true});
  EXPECT_EQ(refused().kind(), ErrorKind::bad_model);
  EXPECT_TRUE(cache_.file(kId, kCommit, "config.json").has_value());
  EXPECT_FALSE(cache_.commit(kId, "main").has_value());
}

TEST_F(Pull, ABlobThatLostItsEndIsGotAgain) {
  pull();
  fs::resize_file(blob(), 1000);
  EXPECT_EQ(pull().received, weights_.size());
  EXPECT_EQ(pulled_weights(), weights_);
}

TEST_F(Pull, FurtherConnectionsOpenWhileThoseOpenAreSlow) {
  const auto opened = [&](double seconds) {
    fs::remove_all(folder_ / "cache");
    hub::PullRequest slow = request();
    slow.download.open_next_after = seconds;
    const int before = server_.connections();
    hub::pull_model(cache_, slow, access());
    EXPECT_EQ(pulled_weights(), weights_);
    return server_.connections() - before;
  };
  server_.set({.piece_milliseconds = 1});
  EXPECT_EQ(opened(1000), 4);  // one for the list, one a file
  EXPECT_EQ(opened(0), 7);
}

TEST_F(Pull, VerifyFindsAChangedFileAndPruneClearsLeftovers) {
  pull();
  EXPECT_TRUE(hub::verify_cached(cache_, kId).empty());
  std::string spoilt = weights_;
  spoilt[17] ^= 1;
  write_file(blob(), spoilt);
  ASSERT_EQ(hub::verify_cached(cache_, kId).size(), 1U);
  EXPECT_EQ(hub::verify_cached(cache_, kId)[0].path, blob().string());
  write_file(cache_.blob(kId, "abc.incomplete"), "12345");
  write_file(cache_.blob(kId, "def"), "123");
  EXPECT_EQ(hub::prune_cached(cache_, kId), 8U);
  EXPECT_TRUE(fs::exists(blob()));
}

TEST_F(Pull, RemoveTakesTheModelAndItsLocks) {
  pull();
  ASSERT_EQ(hub::list_cache(cache_).size(), 1U);
  EXPECT_EQ(hub::list_cache(cache_)[0].revisions[0].refs, std::vector<std::string>{"main"});
  EXPECT_GT(hub::remove_cached(cache_, kId), weights_.size());
  EXPECT_TRUE(hub::list_cache(cache_).empty());
  EXPECT_TRUE(fs::is_empty(fs::path(folder_ / "cache") / ".locks"));
  EXPECT_THROW(hub::remove_cached(cache_, kId), Error);
}

}  // namespace
}  // namespace groel::testing
