// parallel_for and the number of threads.
#include "base/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.h"

namespace groel {
namespace {

// Every test leaves the number of threads as it was.
class Threads : public ::testing::TestWithParam<int> {
 protected:
  void TearDown() override { set_num_threads(0); }
};

TEST_P(Threads, RunEveryIndexOnce) {
  set_num_threads(GetParam());
  for (const std::int64_t count : {0, 1, 2, 3, 1000}) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
    parallel_for(count, [&](std::int64_t i) { ++runs[static_cast<std::size_t>(i)]; });
    for (const std::atomic<int>& n : runs) ASSERT_EQ(n.load(), 1);
  }
}

TEST_P(Threads, AreOneInsideALoop) {
  set_num_threads(GetParam());
  std::atomic<int> wrong{0};
  parallel_for(8, [&](std::int64_t) {
    if (GetParam() > 1 && (num_threads() != 1 || threads_in_loop() != GetParam())) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(threads_in_loop(), 0);
  EXPECT_EQ(num_threads(), GetParam());
}

TEST_P(Threads, NestedRunsAreSerialOnTheirThread) {
  set_num_threads(GetParam());
  std::atomic<int> inner{0};
  std::atomic<int> strayed{0};
  parallel_for(8, [&](std::int64_t) {
    const std::thread::id outer = std::this_thread::get_id();
    std::int64_t expected = 0;
    parallel_for(16, [&](std::int64_t j) {
      if (GetParam() > 1 && (std::this_thread::get_id() != outer || j != expected)) ++strayed;
      ++expected;
      ++inner;
    });
  });
  EXPECT_EQ(inner.load(), 8 * 16);
  EXPECT_EQ(strayed.load(), 0);
}

TEST_P(Threads, RethrowTheErrorOfABody) {
  set_num_threads(GetParam());
  try {
    parallel_for(100, [](std::int64_t i) {
      if (i == 42) throw Error(ErrorKind::bad_input, "forty-two");
    });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "forty-two");
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
  }
  std::atomic<int> after{0};
  parallel_for(10, [&](std::int64_t) { ++after; });
  EXPECT_EQ(after.load(), 10);
}

TEST_P(Threads, UseNoMoreThanAsked) {
  set_num_threads(GetParam());
  EXPECT_EQ(num_threads(), GetParam());
  std::mutex mutex;
  std::set<std::thread::id> seen;
  parallel_for(200, [&](std::int64_t) {
    const std::scoped_lock lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_GE(seen.size(), 1U);
  EXPECT_LE(seen.size(), static_cast<std::size_t>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Counts, Threads, ::testing::Values(1, 2, 4));

TEST(ThreadCount, IsLimited) {
  EXPECT_THROW(set_num_threads(-1), Error);
  EXPECT_THROW(set_num_threads(4097), Error);
  set_num_threads(4096);
  EXPECT_EQ(num_threads(), 4096);
  set_num_threads(0);
  EXPECT_EQ(num_threads(), available_cores());
  EXPECT_GE(available_cores(), 1);
}

TEST(ParallelFor, RethrowsAnyType) {
  EXPECT_THROW(parallel_for(4, [](std::int64_t) { throw std::out_of_range("far"); }), std::out_of_range);
}

}  // namespace
}  // namespace groel
