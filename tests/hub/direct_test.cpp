// Files at addresses of their own: hashes that are known or not, and what goes wrong.
#include "hub/direct.h"

#include "hub/hub_fixture.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

const std::string kUrl = "https://files.example/models/a.pt";

class Direct : public HubTest {
 protected:
  Direct() {
    ::setenv("GROEL_FILE_MIRROR", (server_.url() + "/large/").c_str(), 1);
    ::setenv("XDG_CACHE_HOME", (folder_ / "xdg").c_str(), 1);
    ::setenv("HF_TOKEN", "hf_secret", 1);
    add_large("files.example/models/a.pt", weights_);
  }
  ~Direct() override {
    for (const char* name : {"GROEL_FILE_MIRROR", "XDG_CACHE_HOME", "HF_TOKEN"}) ::unsetenv(name);
  }

  std::uint64_t get(const std::string& hash) const {
    hub::DirectRequest asked{.url = kUrl, .hash = hash, .path = path_};
    asked.download = request().download;
    return hub::download_direct(asked);
  }
  Error refused(const std::string& hash) const {
    return error_of([&] { get(hash); });
  }

  const fs::path path_ = folder_ / "torch/hub/a.pt";
};

TEST_F(Direct, HashesOfEitherKindAreCompared) {
  const std::string md5 = "md5:" + hub::file_md5(write_file(folder_ / "same", weights_));
  for (const std::string& hash : {"sha256:" + sha256(weights_), md5, std::string()}) {
    fs::remove(path_);
    EXPECT_EQ(get(hash), weights_.size()) << hash;
    EXPECT_EQ(read_file(path_), weights_);
    EXPECT_EQ(get(hash), 0U) << "a file of that size is there";
  }
}

TEST_F(Direct, Md5IsThatOfEverybody) {
  EXPECT_EQ(hub::file_md5(write_file(folder_ / "a", "hello\n")), "b1946ac92492d2347c6235b4d2611184");  // md5sum
}

TEST_F(Direct, AnotherFileThanTheKnownOneIsRefusedAndNotKept) {
  for (const std::string& hash : {"sha256:" + std::string(64, 'a'), "md5:" + std::string(32, 'a')}) {
    const Error error = refused(hash);
    EXPECT_EQ(error.kind(), ErrorKind::bad_model);
    EXPECT_EQ(error.parts().where, kUrl);
    EXPECT_FALSE(fs::exists(path_));
    EXPECT_EQ(fs::file_size(hub::partial_path(path_)), 0U);
  }
}

TEST_F(Direct, ABrokenDownloadIsGoneOnWith) {
  server_.set({.break_after = 30'000, .breaks = 1});
  patience_.attempts = connections_ = 1;
  EXPECT_EQ(refused({}).kind(), ErrorKind::io);
  const auto kept = fs::file_size(hub::partial_path(path_));
  EXPECT_GE(kept, 30'000U);
  EXPECT_EQ(get({}), weights_.size() - kept);
  EXPECT_EQ(read_file(path_), weights_);
}

TEST_F(Direct, TheTokenOfTheHubIsNotSent) {
  get({});
  for (const ServerRequest& request : server_.requests()) EXPECT_EQ(request.authorization, "");
}

TEST_F(Direct, OfflineNothingIsAskedFor) {
  ::setenv("HF_HUB_OFFLINE", "1", 1);
  EXPECT_EQ(refused({}).kind(), ErrorKind::not_found);
  EXPECT_TRUE(server_.requests().empty());
  fs::create_directories(path_.parent_path());
  write_file(path_, "x");
  EXPECT_EQ(get({}), 0U);
  ::unsetenv("HF_HUB_OFFLINE");
}

TEST_F(Direct, WithoutAMirrorTheAddressIsItself) {
  EXPECT_EQ(hub::mirrored(kUrl), server_.url() + "/large/files.example/models/a.pt");
  ::unsetenv("GROEL_FILE_MIRROR");
  EXPECT_EQ(hub::mirrored(kUrl), kUrl);
}

}  // namespace
}  // namespace groel::testing
