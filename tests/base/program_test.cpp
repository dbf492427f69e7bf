// Programs are found and run, and their failures are seen.
#include "base/program.h"

#include <gtest/gtest.h>

#include "support/files.h"

namespace groel::testing {
namespace {

TEST(Program, IsFoundAndRun) {
  const TemporaryFolder work;
  const auto shell = find_program("sh");
  ASSERT_TRUE(shell);
  EXPECT_FALSE(find_program("no-program-of-this-name"));
  const std::string log = work / "log";
  EXPECT_TRUE(run_program({shell->string(), "-c", "echo said; echo more >&2"}, log));
  EXPECT_EQ(read_file(log), "said\nmore\n");
  EXPECT_FALSE(run_program({shell->string(), "-c", "exit 3"}, log));
  EXPECT_FALSE(run_program({shell->string(), "-c", "kill -9 $$"}, log));
  EXPECT_FALSE(run_program({work / "nothing"}, log));
}

}  // namespace
}  // namespace groel::testing
