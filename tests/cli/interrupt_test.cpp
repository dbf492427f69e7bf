// One signal ends the program wherever it is; inputs that are not files are not waited for.
#include <chrono>

#include "support/program.h"

namespace groel::testing {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// The exit status that the line prints last, and what came before it.
Outcome in_folder(const TemporaryFolder& folder, const std::string& line) {
  return bash(line, {folder.path().string()});
}

constexpr double kSoon = 6;  // seconds, on a machine that does much else; a second or two when it is idle

TEST(Interrupted, WhileNobodyWritesToItsInput) {
  for (const std::string input : {"embed - -f jsonl <pipe", "embed pipe -f jsonl", "perplexity pipe",
                                  "contacts --structure pipe", "score pipe --scan -o x.csv"}) {
    const TemporaryFolder folder;
    const auto begin = Clock::now();
    // 3<> holds the pipe open both ways: it has a writer that never writes
    const Outcome outcome = in_folder(folder, "mkfifo pipe; exec 3<>pipe; \"$GROEL\" " + input + " -m '" + kEsm2 +
                                                  "' & sleep 0.7; kill -TERM $!; wait $!");
    EXPECT_EQ(outcome.exit, 130) << input << outcome;
    EXPECT_TRUE(outcome.says("stopped by signal 15")) << outcome;
    EXPECT_LT(seconds_since(begin), kSoon) << input;
  }
}

TEST(Interrupted, BeforeAnybodyOpensItsInput) {
  const TemporaryFolder folder;
  const Outcome outcome = in_folder(folder, "mkfifo pipe; \"$GROEL\" embed pipe -f jsonl -m '" + kEsm2 +
                                                "' & sleep 0.7; kill -INT $!; kill -TERM $!; wait $!");
  EXPECT_TRUE(outcome.exit == 130 || outcome.exit == 128 + SIGTERM) << outcome;
}

TEST(Interrupted, InOneLongForwardPass) {
  const TemporaryFolder folder;
  std::string sequence;
  while (sequence.size() < 60'000) sequence += "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQ";
  write_file(folder / "long.fasta", ">long\n" + sequence + "\n");
  Process process(groel_command({"embed", "long.fasta", "-o", "out.h5", "-m", kEsm2, "--threads", "1"}),
                  {folder.path().string()});
  while (folder.names() != std::vector<std::string>{"long.fasta", "out.h5.partial"} && !process.err_so_far().size())
    ::usleep(20'000);
  ::usleep(500'000);  // into the pass, which takes a minute
  const auto begin = Clock::now();
  process.kill(SIGTERM);
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.exit, 130) << outcome;
  EXPECT_TRUE(outcome.says("stopped by signal 15")) << outcome;
  EXPECT_LT(seconds_since(begin), kSoon);
}

TEST(Interrupted, WhileNobodyReadsItsOutput) {
  const TemporaryFolder folder;
  write_file(folder / "many.fasta", many_proteins(300));
  const auto begin = Clock::now();
  const Outcome outcome =
      in_folder(folder, "mkfifo pipe; exec 3<>pipe; \"$GROEL\" embed many.fasta -i per-residue -f jsonl -m '" + kEsm2 +
                            "' >pipe & sleep 2; kill -TERM $!; wait $!");
  EXPECT_EQ(outcome.exit, 130) << outcome;
  EXPECT_LT(seconds_since(begin), 2 + kSoon);
}

TEST(Interrupted, ASecondSignalEndsItAtOnce) {
  const TemporaryFolder folder;
  write_file(folder / "many.fasta", many_proteins(300));
  const Outcome outcome =
      in_folder(folder, "mkfifo pipe; exec 3<>pipe; \"$GROEL\" embed many.fasta -i per-residue -f jsonl -m '" + kEsm2 +
                            "' >pipe & sleep 2; kill -TERM $!; sleep 0.2; kill -HUP $!; wait $!");
  EXPECT_TRUE(outcome.exit == 128 + SIGHUP || outcome.exit == 130) << outcome;
}

TEST(Pipes, AreReadLikeFiles) {
  const TemporaryFolder folder;
  const Outcome file = groel({"embed", kProteins, "-f", "jsonl", "-m", kEsm2});
  const Outcome pipe = in_folder(folder, "mkfifo pipe; (sleep 0.3; cat '" + kProteins +
                                             "' >pipe) & \"$GROEL\" embed pipe -f jsonl -m '" + kEsm2 + "'");
  EXPECT_EQ(pipe.exit, 0) << pipe;
  EXPECT_EQ(pipe.out, file.out);
  const Outcome substituted =
      in_folder(folder, "\"$GROEL\" embed <(cat '" + kProteins + "') -f jsonl -m '" + kEsm2 + "'");
  EXPECT_EQ(substituted.out, file.out) << substituted;
}

TEST(Models, AreReadOfRegularFilesAlone) {
  for (const std::string file : {"config.json", "vocab.txt", "model.safetensors"})
    for (const std::string make : {"mkfifo", "mkdir"}) {
      const TemporaryFolder folder;
      const Outcome outcome =
          in_folder(folder, "mkdir m; cp '" + kEsm2 + "'/{config.json,vocab.txt,model.safetensors} m/; rm m/" + file +
                                "; " + make + " m/" + file + "; timeout 20 \"$GROEL\" info m");
      EXPECT_EQ(outcome.exit, 5) << make << " " << file << outcome;
      EXPECT_TRUE(outcome.says("m/" + file + ": this is a " + (make == "mkdir" ? "folder" : "pipe"))) << outcome;
    }
}

TEST(Models, PipesAndDevicesAreNotWaitedFor) {
  const TemporaryFolder folder;
  const Outcome pipe = in_folder(folder, "mkfifo model.pt; timeout 20 \"$GROEL\" info model.pt");
  EXPECT_EQ(pipe.exit, 5) << pipe;
  EXPECT_TRUE(pipe.says("this is a pipe")) << pipe;
  EXPECT_TRUE(in_folder(folder, "timeout 20 \"$GROEL\" info /dev/zero").says("this is a device"));
}

TEST(Vectors, OfATableComeThroughAPipe) {
  const TemporaryFolder folder;
  groel({"embed", kProteins, "-o", folder / "v.csv", "-m", kEsm2});
  groel({"embed", kProteins, "-o", folder / "v.h5", "-m", kEsm2});
  const Outcome table = in_folder(folder, "\"$GROEL\" project <(cat v.csv) -o p.csv");
  EXPECT_EQ(table.exit, 0) << table;
  const Outcome binary = in_folder(folder, "\"$GROEL\" project <(cat v.h5) -o q.csv");
  EXPECT_EQ(binary.exit, 4) << binary;
  EXPECT_TRUE(binary.says("cannot be read from a pipe")) << binary;
}

}  // namespace
}  // namespace groel::testing
