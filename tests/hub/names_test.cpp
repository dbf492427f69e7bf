// Names that become paths, the environment, what repositories hold, and a cache that Python wrote.
#include "hub/names.h"

#include "hub/choose.h"
#include "hub/http_error.h"
#include "hub/hub_fixture.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

TEST(HubNames, IdsAreOwnerAndName) {
  for (const char* id : {"facebook/esm2_t6_8M_UR50D", "gpt2", "a-b/c.d"})
    EXPECT_NO_THROW(hub::check_model_id(id)) << id;
  for (const char* id : {"", "a/b/c", "../x", "a--b/c", "a/..", "a b", "/a", "a/", "a/b@main", "a\\b"})
    EXPECT_THROW(hub::check_model_id(id), Error) << id;
}

TEST(HubNames, PathsStayInTheirFolder) {
  for (const char* path : {"config.json", "a/b/c.txt", "...a"}) EXPECT_NO_THROW(hub::check_file_path(path)) << path;
  for (const char* path : {"", "/etc/passwd", "a/../b", "..", "./a", "a//b", "a/", "a\nb", "a\\b"})
    EXPECT_THROW(hub::check_file_path(path), Error) << path;
}

TEST(HubNames, EtagsLoseTheirQuotes) {
  EXPECT_EQ(hub::plain_etag("\"abc\""), "abc");
  EXPECT_EQ(hub::plain_etag("W/\"abc-1\""), "abc-1");
  EXPECT_EQ(hub::plain_etag("\"../x\""), "");
  EXPECT_EQ(hub::plain_etag("\".hidden\""), "");
}

TEST(HubNames, FoldersAndIdsAreEachOthersReverse) {
  EXPECT_EQ(hub::folder_name("a/b"), "models--a--b");
  EXPECT_EQ(hub::folder_name("gpt2"), "models--gpt2");
  EXPECT_EQ(hub::id_of_folder("models--a--b-c"), "a/b-c");
  EXPECT_EQ(hub::id_of_folder("datasets--a--b"), "");
}

TEST(HubNames, AddressesAreQuoted) {
  EXPECT_EQ(hub::url_quoted("a b/c+d?.txt"), "a%20b/c%2Bd%3F.txt");
  EXPECT_EQ(hub::url_quoted_part("refs/pr/1"), "refs%2Fpr%2F1");
}

TEST(HubNames, OriginsAreSchemeHostAndPort) {
  EXPECT_EQ(hub::origin_of("HTTPS://Host:8/path?x"), "https://host:8");
  EXPECT_NE(hub::origin_of("https://host@evil/x"), hub::origin_of("https://host/x"));
  EXPECT_NE(hub::origin_of("http://host/x"), hub::origin_of("https://host/x"));
  EXPECT_EQ(hub::origin_of("file"), "");
}

TEST(HubNames, HashesAreThoseOfGitAndSha256) {
  const TemporaryFolder folder;
  const std::string file = write_file(folder / "a", "hello\n");
  EXPECT_EQ(hub::git_hash(file), "ce013625030ba8dba906f756967f9e9ca394464a");  // git hash-object
  EXPECT_EQ(hub::file_sha256(file), "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
}

using Environment = HubTest;

TEST_F(Environment, CachesAreWhereHuggingfaceHubLooks) {
  ::unsetenv("HF_HOME");
  ::setenv("XDG_CACHE_HOME", "/xdg", 1);
  EXPECT_EQ(hub::cache_folder(), "/xdg/huggingface/hub");
  ::setenv("HF_HOME", "~/hf", 1);
  EXPECT_EQ(hub::cache_folder(), fs::path(std::getenv("HOME")) / "hf/hub");
  ::setenv("HF_HUB_CACHE", "/own", 1);
  EXPECT_EQ(hub::cache_folder(), "/own");
  ::unsetenv("HF_HUB_CACHE");
  ::unsetenv("XDG_CACHE_HOME");
}

TEST_F(Environment, TokensComeFromTheVariableOrTheFile) {
  EXPECT_EQ(hub::token(), "");
  fs::create_directories(folder_ / "home");
  write_file(folder_ / "home/token", "hf_file\n");
  EXPECT_EQ(hub::token(), "hf_file");
  ::setenv("HF_TOKEN", " hf_variable ", 1);
  EXPECT_EQ(hub::token(), "hf_variable");
  ::setenv("HF_TOKEN", "hf_a\r\nX-Other: b", 1);
  try {
    hub::token();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("hf_a"), std::string::npos);
  }
  ::unsetenv("HF_TOKEN");
}

TEST_F(Environment, EndpointsLoseTheSlashAtTheirEnd) {
  ::setenv("HF_ENDPOINT", "https://mirror/x/", 1);
  EXPECT_EQ(hub::endpoint(), "https://mirror/x");
  ::unsetenv("HF_ENDPOINT");
  EXPECT_EQ(hub::endpoint(), "https://huggingface.co");
}

hub::RepositoryRevision holding(const std::vector<std::string>& paths) {
  hub::RepositoryRevision out;
  for (const std::string& path : paths) out.files.push_back({path, {}});
  return out;
}

TEST(NeededFiles, SafetensorsComeBeforeBinAndNeverInTwoPrecisions) {
  const auto needed = hub::needed_files(
      holding({"config.json", "model.fp16.safetensors", "model.safetensors", "pytorch_model.bin", "tf_model.h5"}),
      "a/b");
  EXPECT_EQ(needed.files, (std::vector<std::string>{"config.json", "model.safetensors"}));
  EXPECT_EQ(needed.index, "");
  EXPECT_EQ(hub::needed_files(holding({"pytorch_model.bin", "vocab.txt"}), "a/b").files,
            (std::vector<std::string>{"vocab.txt", "pytorch_model.bin"}));
  EXPECT_EQ(hub::needed_files(holding({"data/weights/esmc.pth"}), "a/b").files,
            std::vector<std::string>{"data/weights/esmc.pth"});
}

TEST(NeededFiles, WeightsThatCannotBeToldAreNotFound) {
  EXPECT_THROW(hub::needed_files(holding({"README.md"}), "a/b"), Error);
  EXPECT_THROW(hub::needed_files(holding({"a.pt", "b.pt"}), "a/b"), Error);
}

TEST(NeededFiles, AnIndexNamesFilesOfTheRepositoryAlone) {
  const TemporaryFolder folder;
  const std::string index = write_file(folder / "i.json", R"({"weight_map": {"a": "../x"}})");
  EXPECT_THROW(hub::shards_of(index, holding({"x"})), Error);
  write_file(index, R"({"metadata": {}})");
  EXPECT_THROW(hub::shards_of(index, holding({"x"})), Error);
}

TEST(RetryAfter, IsSecondsOrADate) {
  hub::HttpReply reply;
  EXPECT_FALSE(hub::retry_after(reply).has_value());
  reply.headers["retry-after"] = "17";
  EXPECT_EQ(hub::retry_after(reply), 17.0);
  reply.headers["retry-after"] = "Wed, 21 Oct 2015 07:28:00 GMT";
  EXPECT_EQ(hub::retry_after(reply), 0.0);
}

// As snapshot_download leaves it: a ref without a line end, relative links, a mark of a file that is not there.
TEST(CacheOfPython, IsRead) {
  const TemporaryFolder folder;
  const fs::path model = folder.path() / "models--a--b";
  for (const char* name : {"blobs", "refs/refs/pr", "snapshots", ".no_exist"}) fs::create_directories(model / name);
  const fs::path snapshot = model / "snapshots" / kCommit;
  fs::create_directories(snapshot / "sub");
  fs::create_directories(model / ".no_exist" / kCommit);
  write_file(model / ".no_exist" / kCommit / "adapter_config.json", "");
  write_file(model / "blobs/abc", "{}");
  write_file(model / "refs/main", kCommit);
  write_file(model / "refs/refs/pr/1", kCommit);
  fs::create_symlink("../../blobs/abc", snapshot / "config.json");
  fs::create_symlink("../../../blobs/abc", snapshot / "sub/x.json");
  fs::create_symlink("../../blobs/gone", snapshot / "model.safetensors");
  const hub::Cache cache(folder.path());
  EXPECT_EQ(cache.ids(), std::vector<std::string>{"a/b"});
  EXPECT_EQ(cache.commit("a/b", "main"), kCommit);
  EXPECT_EQ(cache.commit("a/b", "refs/pr/1"), kCommit);
  EXPECT_EQ(cache.commit("a/b", kCommit), kCommit);
  EXPECT_FALSE(cache.commit("a/b", "dev").has_value());
  EXPECT_EQ(cache.files("a/b", kCommit), (std::vector<std::string>{"config.json", "sub/x.json"}));
  EXPECT_TRUE(cache.file("a/b", kCommit, "sub/x.json").has_value());
  EXPECT_FALSE(cache.file("a/b", kCommit, "model.safetensors").has_value());
}

}  // namespace
}  // namespace groel::testing
