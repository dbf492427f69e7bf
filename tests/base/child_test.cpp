// Work in a child process: what it sends back, and every way in which it can end.
#include "base/child.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "base/error.h"

namespace groel {
namespace {

struct Ended {
  ChildEnd end;
  std::string said;
};

Ended run(const std::function<void(const ChildSender&)>& work, const ChildLimits& limits = {}) {
  Ended out{};
  out.end = run_in_child(
      work,
      [&](std::span<const std::byte> bytes) {
        out.said.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      },
      limits);
  return out;
}

void say(const ChildSender& to, const std::string& text) { to.send(std::as_bytes(std::span(text))); }

TEST(Child, SendsBytesInOrder) {
  const std::string large(3'000'000, 'x');
  const Ended ended = run([&](const ChildSender& to) {
    say(to, "first ");
    say(to, large);
  });
  EXPECT_EQ(ended.end, ChildEnd::finished);
  EXPECT_TRUE(ended.said == "first " + large);
}

TEST(Child, ThatCrashesIsTold) {
  const Ended ended = run([](const ChildSender& to) {
    say(to, "before");
    ::raise(SIGSEGV);
  });
  EXPECT_EQ(ended.end, ChildEnd::crashed);
  EXPECT_EQ(ended.said, "before");
  EXPECT_EQ(run([](const ChildSender&) { ::_exit(9); }).end, ChildEnd::crashed);
}

TEST(Child, ThatComesToNoEndIsEnded) {
  const auto loop = [](const ChildSender&) {
    volatile bool goes_on = true;
    while (goes_on) {
    }
  };
  EXPECT_EQ(run(loop, {.working = 0.1}).end, ChildEnd::stuck);
  EXPECT_EQ(run([](const ChildSender&) { ::pause(); }, {.waiting = 0.2}).end, ChildEnd::stuck);
}

#ifndef GROEL_SANITIZED
TEST(Child, HasItsMemoryLimited) {
  const Ended ended = run(
      [](const ChildSender& to) {
        void* memory = std::malloc(std::size_t{1} << 29);
        say(to, memory == nullptr ? "none" : "got it");
        std::free(memory);
      },
      {.memory = std::size_t{1} << 26});
  EXPECT_EQ(ended.said, "none");
}
#endif

TEST(Child, WhatTheReceiverThrowsComesThrough) {
  EXPECT_THROW(run_in_child([](const ChildSender& to) { say(to, "text"); },
                            [](std::span<const std::byte>) { throw Error(ErrorKind::bad_input, "no"); }, {}),
               Error);
}

}  // namespace
}  // namespace groel
