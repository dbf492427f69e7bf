// A disk that has no room, or that fills while a file arrives: a small file system in memory, mounted for one process.
#include <sched.h>
#include <sys/mount.h>

#include "hub/hub_fixture.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using Disk = HubTest;

constexpr int kCannotMount = 77;

// For this process alone.
bool mount_small(const fs::path& place, const char* size) {
  fs::create_directories(place);
  if (::unshare(::getuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  return ::mount("tmpfs", place.c_str(), "tmpfs", 0, size) == 0;
}

TEST_F(Disk, WithoutRoomForAFileIsSaidBeforeItIsDownloaded) {
  const int ended = in_child([&] {
    if (!mount_small(cache_.root(), "size=400k")) return kCannotMount;
    const Error error = refused();
    if (error.kind() != ErrorKind::io) return 1;
    if (error.parts().what.find("has no room for it") == std::string::npos) return 2;
    return error.parts().remedy.find("HF_HUB_CACHE") != std::string::npos ? 0 : 3;
  });
  if (ended == kCannotMount) GTEST_SKIP() << "nothing can be mounted here";
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(server_.gets_of("model.safetensors"), 0);
}

TEST_F(Disk, ThatFillsMeanwhileKeepsWhatCameAndIsGoneOnWith) {
  server_.set({.piece_milliseconds = 2});
  const int ended = in_child([&] {
    if (!mount_small(cache_.root(), "size=1400k")) return kCannotMount;
    std::thread filler([&] {
      wait_for_partial(100'000);
      write_file(cache_.root() / "filler", std::string(1'000'000, 'x'));
    });
    const Error error = refused();
    filler.join();
    const fs::path partial = hub::partial_path(blob());
    const std::uint64_t kept = fs::file_size(partial);
    if (error.kind() != ErrorKind::io || error.parts().where != partial.string()) return 1;
    if (kept < 100'000 || read_file(partial) != weights_.substr(0, kept)) return 2;
    fs::remove(cache_.root() / "filler");
    if (pull().received != weights_.size() - kept) return 3;
    return pulled_weights() == weights_ ? 0 : 4;
  });
  if (ended == kCannotMount) GTEST_SKIP() << "nothing can be mounted here";
  EXPECT_EQ(ended, 0);
}

}  // namespace
}  // namespace groel::testing
