// The cache that Python's tools share, both ways: one that huggingface_hub wrote, and what we write in its place.
#include <map>

#include "hub/file_lock.h"
#include "hub/hub_fixture.h"
#include "hub/names.h"
#include "hub/upkeep.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kPythons = GROEL_TEST_DATA "/hub-cache/cache";
const std::string kTiny = "someone/tiny-model";
const std::vector<std::string> kFiles{"config.json", "model.safetensors", "notes/deep/about.txt", "vocab.txt"};

// What every name stands for: a folder, a link and where it leads, a file and what is in it.
std::map<std::string, std::string> tree_of(const fs::path& root) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    std::string& what = out[entry.path().lexically_relative(root).generic_string()];
    if (entry.is_symlink())
      what = "-> " + fs::read_symlink(entry.path()).string();
    else if (entry.is_directory())
      what = "folder";
    else
      what = read_file(entry.path());
    if (entry.path().filename() == "CACHEDIR.TAG") what.erase(what.find('\n'));  // whose it is comes after
  }
  return out;
}

class Layout : public HubTest {
 protected:
  Layout() {
    const fs::path snapshot = hub::Cache(kPythons).snapshot(kTiny, kCommit);
    for (const std::string& path : kFiles) {
      const std::string etag = fs::read_symlink(snapshot / path).filename().string();
      tiny_.add(path, {read_file(snapshot / path), etag, hub::is_sha256(etag)});
    }
  }
  hub::PulledModel pull_tiny(const std::vector<std::string>& files) const {
    hub::PullRequest asked = request();
    asked.id = kTiny;
    asked.files = files;
    hub::HubAccess there = access();
    there.address = tiny_.url();
    return hub::pull_model(cache_, asked, there);
  }

  HubServer tiny_{kTiny, kCommit};
};

TEST_F(Layout, WhatPythonDownloadedIsFoundWhole) {
  const hub::Cache pythons(kPythons);
  EXPECT_EQ(pythons.ids(), std::vector<std::string>{kTiny});
  EXPECT_EQ(pythons.commit(kTiny, "main"), kCommit);
  EXPECT_EQ(pythons.files(kTiny, kCommit), kFiles);
  EXPECT_TRUE(hub::verify_cached(pythons, kTiny).empty());
}

TEST_F(Layout, WhatPythonDownloadedIsNotDownloadedAgainNorChanged) {
  fs::copy(kPythons, cache_.root(), fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  EXPECT_EQ(pull_tiny(kFiles).received, 0U);
  EXPECT_EQ(pull_tiny({}).received, 0U);
  EXPECT_EQ(tiny_.bytes_sent(), 0U);
  EXPECT_EQ(tree_of(cache_.root()), tree_of(kPythons));
  EXPECT_EQ(hub::prune_cached(cache_, kTiny), 0U);
}

TEST_F(Layout, WhatWeWriteIsWhatPythonWrites) {
  pull_tiny(kFiles);
  EXPECT_THROW(pull_tiny({"added_tokens.json"}), Error);
  EXPECT_EQ(tree_of(cache_.root()), tree_of(kPythons));
}

TEST_F(Layout, ADownloadOfNewerPythonThatGoesOnIsNotPruned) {
  pull_tiny(kFiles);
  const std::string etag(64, 'a');
  const fs::path going_on = cache_.blob(kTiny, etag + ".0a1b2c3d.incomplete");
  write_file(going_on, "12345");
  {
    const hub::FileLock theirs(cache_.lock(kTiny, etag), {});
    EXPECT_EQ(hub::prune_cached(cache_, kTiny), 0U);
  }
  EXPECT_EQ(hub::prune_cached(cache_, kTiny), 5U);
}

}  // namespace
}  // namespace groel::testing
