// Little memory, few threads, few files, a small stack: a plain error, or the work done with less.
#include "support/program.h"

namespace groel::testing {
namespace {

// Sanitizers reserve address space of their own.
#ifndef GROEL_SANITIZED

std::string embedding(const std::string& limit) {
  return limit + " && \"$GROEL\" embed '" + kProteins + "' -o out.h5 -m '" + kEsm2 + "' --threads 4";
}

TEST(AddressSpace, ThatIsTooSmallIsAMemoryError) {
  // what is refused differs from limit to limit: a block, a thread, room for oneDNN's code
  for (int kilobytes = 60'000; kilobytes <= 300'000; kilobytes += kilobytes < 200'000 ? 4'000 : 50'000) {
    const TemporaryFolder folder;
    const Outcome outcome = bash(embedding("ulimit -v " + std::to_string(kilobytes)), {folder.path().string()});
    const bool started = !outcome.says("error while loading shared libraries");  // else the system's loader says so
    EXPECT_TRUE(!started || outcome.exit == 0 || outcome.exit == 7) << kilobytes << outcome;
    EXPECT_FALSE(outcome.says("defect")) << outcome;
    if (outcome.exit == 7) {
      EXPECT_TRUE(outcome.says("memory")) << outcome;
    }
  }
}

TEST(Threads, ThatTheSystemRefusesAreDoneWithout) {
  const TemporaryFolder folder;
  const Outcome plain = bash(embedding("true"), {folder.path().string()});
  ASSERT_EQ(plain.exit, 0) << plain;
  const std::string bytes = read_file(folder / "out.h5");
  // room for the program, not for 400 stacks of threads
  const Outcome few =
      bash("ulimit -v 700000 && \"$GROEL\" embed '" + kProteins + "' -o few.h5 -m '" + kEsm2 + "' --threads 400",
           {folder.path().string()});
  EXPECT_EQ(few.exit, 0) << few;
  EXPECT_TRUE(few.says("the system refused")) << few;
  EXPECT_EQ(read_file(folder / "few.h5"), bytes);
}

TEST(Stack, ThatIsSmallIsEnough) {
  for (const char* limit : {"ulimit -s 256", "ulimit -S -s 128"}) {
    const TemporaryFolder folder;
    const Outcome outcome = bash(embedding(limit), {folder.path().string()});
    EXPECT_EQ(outcome.exit, 0) << limit << outcome;
  }
}

// (The sanitizers look at memory through pipes, which are files, too.)
TEST(OpenFiles, ThatAreTooFewAreSaid) {
  const TemporaryFolder folder;
  for (const int files : {4, 5, 6, 8, 10}) {
    const Outcome outcome = bash("ulimit -n " + std::to_string(files) + " && \"$GROEL\" embed '" + kProteins +
                                     "' -o out.h5 --overwrite -m '" + kEsm2 + "' --threads 2",
                                 {folder.path().string()});
    EXPECT_FALSE(outcome.says("defect")) << files << outcome;
    EXPECT_TRUE(outcome.exit == 0 || outcome.exit == 6 || outcome.exit == 127) << files << outcome;
    if (outcome.exit == 6) {
      EXPECT_TRUE(outcome.says("ulimit -n")) << outcome;
    }
  }
}

#endif

TEST(Truncated, AFileThatIsCutShortWhileItIsReadIsNamed) {
  const TemporaryFolder folder;
  // the model is loaded, and waits for its input, when its file is cut short
  const std::string line = "mkdir m; cp '" + kEsm2 + "'/{config.json,vocab.txt} m/; cp '" + kEsm2 +
                           "'/model.safetensors m/; "
                           "mkfifo pipe; exec 3<>pipe; timeout 60 \"$GROEL\" embed pipe -m m -o out.h5 3>&- & sleep 1; "
                           ": >m/model.safetensors; "
                           "cat '" +
                           kProteins + "' >&3; exec 3>&-; wait $!";
  const Outcome outcome = bash(line, {folder.path().string()});
  EXPECT_EQ(outcome.exit, 6) << outcome;
  EXPECT_TRUE(outcome.says("m/model.safetensors")) << outcome;
}

}  // namespace
}  // namespace groel::testing
