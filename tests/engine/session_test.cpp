// Two sessions side by side do not affect each other: threads, memory and cancelling.
#include "engine/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"
#include "tensor/tensor.h"

namespace groel::engine {
namespace {

TEST(Session, HasThreadsOfItsOwn) {
  Session two({.threads = 2}), three({.threads = 3});
  const int before = num_threads();
  {
    const Session::Scope in_two(two);
    EXPECT_EQ(num_threads(), 2);
    {
      const Session::Scope in_three(three);
      EXPECT_EQ(num_threads(), 3);
    }
    set_num_threads(1);
  }
  EXPECT_EQ(num_threads(), before);
  EXPECT_EQ(two.threads().threads(), 1);
  EXPECT_EQ(three.threads().threads(), 3);
  EXPECT_THROW(Session({.threads = -1}), Error);
}

// Both are in parallel_for at the same moment, on different threads, which each pool of one process alone would not do.
TEST(Session, RunsBesideAnother) {
  std::set<std::thread::id> seen[2];
  std::mutex mutex;
  std::atomic<int> inside{0};
  const auto work = [&](int which) {
    Session session({.threads = 2});
    const Session::Scope scope(session);
    parallel_for(2, [&](std::int64_t) {
      ++inside;
      while (inside < 4) std::this_thread::yield();
      const std::scoped_lock lock(mutex);
      seen[which].insert(std::this_thread::get_id());
    });
  };
  auto other = std::async(std::launch::async, work, 1);
  work(0);
  other.get();
  EXPECT_EQ(seen[0].size(), 2U);
  EXPECT_EQ(seen[1].size(), 2U);
  for (const auto id : seen[0]) EXPECT_FALSE(seen[1].contains(id));
}

TEST(Session, CountsItsOwnMemory) {
  const std::size_t before = memory_statistics().live;
  Tensor kept;
  {
    Session session({.threads = 2});
    const Session::Scope scope(session);
    kept = Tensor::empty({1000});
    parallel_for(2, [&](std::int64_t) { EXPECT_EQ(&MemoryPool::current(), &session.memory()); });
    EXPECT_GE(session.memory().statistics().live, 4000U);
    EXPECT_EQ(memory_statistics().live, session.memory().statistics().live);
  }
  EXPECT_EQ(memory_statistics().live, before);
  std::fill_n(kept.mutable_data<float>(), 1000, 1.0F);  // it outlives the session
  EXPECT_EQ(kept.values<float>()[999], 1.0F);
}

TEST(Session, IsCancelledAlone) {
  Session one({.threads = 2}), other({.threads = 2});
  one.cancel();
  const auto run = [](Session& session) {
    const Session::Scope scope(session);
    std::atomic<int> done{0};
    parallel_for(100, [&](std::int64_t) { ++done; });
    return done.load();
  };
  try {
    run(one);
    ADD_FAILURE() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
    EXPECT_STREQ(error.what(), "cancelled");
  }
  EXPECT_EQ(run(other), 100);
  EXPECT_FALSE(interrupt_requested());
  one.resume();
  EXPECT_EQ(run(one), 100);
}

// Cancelled from another thread while it works.
TEST(Session, EndsItsWorkWhenCancelled) {
  Session session({.threads = 2});
  std::atomic<bool> begun{false};
  auto work = std::async(std::launch::async, [&] {
    const Session::Scope scope(session);
    parallel_for(std::int64_t{1} << 60, [&](std::int64_t) { begun = true; });
  });
  while (!begun) std::this_thread::yield();
  session.cancel();
  EXPECT_THROW(work.get(), Error);
}

}  // namespace
}  // namespace groel::engine
