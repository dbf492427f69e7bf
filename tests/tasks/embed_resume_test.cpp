// Runs stopped at any moment continue with --resume, and give the same file as a run that was never stopped.
#include <chrono>
#include <random>
#include <thread>

#include "formats/spool.h"
#include "tasks/jsonl.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Kind {
  const char* file;
  std::vector<std::string> options;
};
void PrintTo(const Kind& kind, std::ostream* stream) { *stream << kind.file; }

class Resume : public ::testing::Test {
 protected:
  Resume() { write_file(folder_ / "in.fasta", many_proteins(300)); }

  std::vector<std::string> command(const Kind& kind, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> out = groel_command(
        {"embed", folder_ / "in.fasta", "-m", kEsm2, "-o", folder_ / kind.file, "--max-tokens", "160", "--json"});
    out.insert(out.end(), kind.options.begin(), kind.options.end());
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  Outcome run(const Kind& kind, const std::vector<std::string>& more = {}) const {
    return Process(command(kind, more), {}).wait();
  }
  std::string partial(const Kind& kind) const { return folder_ / (std::string(kind.file) + ".partial"); }

  // Starts a run and sends it the signal once some of its results are kept.
  Outcome stop_midway(const Kind& kind, int signal, const std::vector<std::string>& more = {}) const {
    Process process(command(kind, more), {});
    const fs::path journal = fs::path(partial(kind)) / "items.bin";
    const auto deadline = Clock::now() + std::chrono::seconds(60);
    for (std::error_code none; Clock::now() < deadline;) {
      const auto size = fs::file_size(journal, none);
      if (!none && size > 20'000) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    process.kill(signal);
    return process.wait();
  }
  // What a run that is not stopped writes; the file is removed again.
  std::string uninterrupted(const Kind& kind) const {
    const Outcome outcome = run(kind);
    EXPECT_EQ(outcome.exit, 0) << outcome;
    std::string bytes = read_file(folder_ / kind.file);
    fs::remove(folder_ / kind.file);
    EXPECT_FALSE(bytes.empty());
    return bytes;
  }
  std::vector<std::string> finished_names(const Kind& kind) const {
    std::vector<std::string> names{"in.fasta", kind.file};
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder_;
};

const std::vector<Kind> kKinds{{"out.h5", {"-i", "mean,per-residue"}},
                               {"protein.h5", {"-i", "mean", "--layout", "per-protein"}},
                               {"out.npz", {"-i", "mean,per-residue"}},
                               {"out.safetensors", {"-i", "mean,per-residue"}},
                               {"out.jsonl", {"-i", "mean", "--layers", "0..3"}},
                               {"out.csv", {"-i", "mean,max"}},
                               {"out.tsv", {"-i", "cls"}},
                               {"out.csv.gz", {"-i", "mean,max"}},
                               {"out.jsonl.zst", {"-i", "mean", "--layers", "0..3"}}};

class ResumeEveryFormat : public Resume, public ::testing::WithParamInterface<Kind> {};

TEST_P(ResumeEveryFormat, KilledAtRandomMoments) {
  const Kind& kind = GetParam();
  const auto start = Clock::now();
  const std::string expected = uninterrupted(kind);
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  std::mt19937 random(static_cast<std::uint32_t>(expected.size()));
  for (int kills = 0; kills < 5; ++kills) {
    Process process(command(kind, {"--resume"}), {});
    std::this_thread::sleep_for(whole * (random() % 1000) / 1000);
    process.kill(SIGKILL);
    process.wait();
    if (fs::exists(folder_ / kind.file)) {
      EXPECT_TRUE(read_file(folder_ / kind.file) == expected);
    }
    if (!fs::exists(partial(kind))) fs::remove(folder_ / kind.file);
  }
  const Outcome last = run(kind, {"--resume"});
  EXPECT_EQ(last.exit, 0) << last;
  EXPECT_TRUE(read_file(folder_ / kind.file) == expected);
  EXPECT_EQ(folder_.names(), finished_names(kind));
}

TEST_P(ResumeEveryFormat, InterruptedByControlC) {
  const Kind& kind = GetParam();
  const std::string expected = uninterrupted(kind);
  const Outcome stopped = stop_midway(kind, SIGINT);
  EXPECT_EQ(stopped.exit, 130) << stopped;
  EXPECT_TRUE(stopped.says("of 300 sequences are kept")) << stopped;
  EXPECT_TRUE(stopped.says("--resume")) << stopped;
  EXPECT_EQ(json::parse(stopped.out)["error"]["kind"], "interrupted");
  EXPECT_FALSE(fs::exists(folder_ / kind.file));
  EXPECT_EQ(std::distance(fs::directory_iterator(partial(kind)), {}), 2) << "only the journal is kept";
  const Outcome resumed = run(kind, {"--resume", "-t", "1"});
  ASSERT_EQ(resumed.exit, 0) << resumed;
  EXPECT_GT(json::parse(resumed.out)["resumed_sequences"].get<int>(), 0);
  EXPECT_TRUE(read_file(folder_ / kind.file) == expected);
  EXPECT_EQ(folder_.names(), finished_names(kind));
}

INSTANTIATE_TEST_SUITE_P(Formats, ResumeEveryFormat, ::testing::ValuesIn(kKinds), [](const auto& tested) {
  std::string name = tested.param.file;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST_F(Resume, KilledBetweenNamingTheFileAndTidyingUp) {
  const Kind& kind = kKinds[0];
  stop_midway(kind, SIGKILL);
  fs::copy(partial(kind), folder_ / "journal", fs::copy_options::recursive);
  ASSERT_EQ(run(kind, {"--resume"}).exit, 0);
  const std::string expected = read_file(folder_ / kind.file);
  fs::rename(folder_ / "journal", partial(kind));
  const Outcome refused = run(kind);
  EXPECT_EQ(refused.exit, 2) << refused;
  EXPECT_TRUE(refused.says("the output exists already")) << refused;
  const Outcome resumed = run(kind, {"--resume"});
  EXPECT_EQ(resumed.exit, 0) << resumed;
  EXPECT_TRUE(read_file(folder_ / kind.file) == expected);
  EXPECT_EQ(folder_.names(), finished_names(kind));
  const Outcome again = run(kind, {"--resume"});
  EXPECT_EQ(again.exit, 2) << again;
  EXPECT_TRUE(again.says("nothing is left to resume")) << again;
}

TEST_F(Resume, ClearsAwayWhatAKilledWriterLeft) {
  const Kind& kind = kKinds[2];
  stop_midway(kind, SIGKILL);
  for (const char* name : {"output.npz.a1B2c3", ".output.npz.1-0.tmp"})
    write_file(fs::path(partial(kind)) / name, "a temporary file");
  EXPECT_EQ(run(kind, {"--resume"}).exit, 0);
  EXPECT_EQ(folder_.names(), finished_names(kind));
}

TEST_F(Resume, NeverReplacesAFileOfOtherContent) {
  const Kind& kind = kKinds[4];
  stop_midway(kind, SIGKILL);
  write_file(folder_ / kind.file, "precious");
  const Outcome refused = run(kind, {"--resume"});
  EXPECT_EQ(refused.exit, 2) << refused;
  EXPECT_TRUE(refused.says("another file has appeared")) << refused;
  EXPECT_EQ(read_file(folder_ / kind.file), "precious");
  EXPECT_EQ(run(kind, {"--resume", "--overwrite"}).exit, 0);
  EXPECT_EQ(json_lines(read_file(folder_ / kind.file)).size(), 300U);
}

TEST_F(Resume, ChangedOptionsAreRefused) {
  const Kind kind{"out.h5", {}};
  stop_midway(kind, SIGKILL);
  const std::vector<std::pair<std::vector<std::string>, std::string>> changes{{{"-i", "max"}, "include"},
                                                                              {{"-l", "0"}, "layers"},
                                                                              {{"--dtype", "bf16"}, "dtype"},
                                                                              {{"--long", "truncate"}, "long"},
                                                                              {{"--layout", "per-protein"}, "layout"}};
  for (const auto& [change, name] : changes) {
    std::vector<std::string> more = change;
    more.emplace_back("--resume");
    const Outcome refused = run(kind, more);
    EXPECT_EQ(refused.exit, 2) << refused;
    EXPECT_TRUE(refused.says("another run") && refused.says(name)) << refused;
  }
  write_file(folder_ / "in.fasta", many_proteins(299));
  const Outcome other_input = run(kind, {"--resume"});
  EXPECT_EQ(other_input.exit, 2) << other_input;
  EXPECT_TRUE(other_input.says("input")) << other_input;
  const Outcome not_resumed = run(kind);
  EXPECT_EQ(not_resumed.exit, 2) << not_resumed;
  EXPECT_TRUE(not_resumed.says("unfinished run") && not_resumed.says("--resume")) << not_resumed;
  EXPECT_EQ(run(kind, {"--overwrite"}).exit, 0);
  EXPECT_EQ(folder_.names(), finished_names(kind));
}

TEST_F(Resume, GoesOnWhenTheModelHasMoved) {
  const Kind& kind = kKinds[5];
  const std::string expected = uninterrupted(kind);
  stop_midway(kind, SIGKILL);
  fs::create_directory(folder_ / "moved");
  for (const char* file : {"config.json", "vocab.txt", "model.safetensors"})
    fs::copy_file(fs::path(kEsm2) / file, folder_.path() / "moved" / file);
  std::vector<std::string> moved = command(kind, {"--resume"});
  *std::find(moved.begin(), moved.end(), kEsm2) = folder_ / "moved";
  const Outcome resumed = Process(moved, {}).wait();
  EXPECT_EQ(resumed.exit, 0) << resumed;
  EXPECT_GT(json::parse(resumed.out)["resumed_sequences"].get<int>(), 0);
  EXPECT_TRUE(read_file(folder_ / kind.file) == expected);
}

// The same weights, and another meaning of the letters: results would be mixed.
TEST_F(Resume, AnotherVocabularyIsRefused) {
  const Kind& kind = kKinds[5];
  fs::create_directory(folder_ / "mine");
  for (const char* file : {"config.json", "vocab.txt", "model.safetensors"})
    fs::copy_file(fs::path(kEsm2) / file, folder_.path() / "mine" / file);
  stop_midway(kind, SIGKILL);
  std::vector<std::string> words = command(kind, {"--resume"});
  *std::find(words.begin(), words.end(), kEsm2) = folder_ / "mine";
  std::string vocabulary = read_file(folder_ / "mine/vocab.txt");
  const std::size_t a = vocabulary.find("\nA\n"), l = vocabulary.find("\nL\n");
  std::swap(vocabulary.at(a + 1), vocabulary.at(l + 1));
  write_file(folder_ / "mine/vocab.txt", vocabulary);
  const Outcome refused = Process(words, {}).wait();
  EXPECT_EQ(refused.exit, 2) << refused;
  EXPECT_TRUE(refused.says("another run") && refused.says("model_identity")) << refused;
}

// Right checksums, and not what this run would have written.
TEST_F(Resume, EntriesOfAnotherShapeAreComputedAgain) {
  const Kind& kind = kKinds[5];
  const std::string expected = uninterrupted(kind);
  stop_midway(kind, SIGKILL);
  {
    const json identity = json::parse(read_file(fs::path(partial(kind)) / "run.json"))["identity"];
    formats::Spool spool = formats::Spool::open(partial(kind), identity, {.resume = true});
    using bio::Output;
    spool.append(0, {{{Output::mean, 3, {2}, {1, 2}}, {Output::max, 3, {2}, {1, 2}}}, std::nullopt});
    spool.append(1, {{{Output::mean, 3, {64}, std::vector<float>(64)}}, std::nullopt});
    spool.append(2, {{}, std::nullopt});
    spool.append(123456789, {{}, std::nullopt});
  }
  const Outcome resumed = run(kind, {"--resume"});
  EXPECT_EQ(resumed.exit, 0) << resumed;
  EXPECT_TRUE(resumed.says("4 of the journal's results are not what this run writes")) << resumed;
  EXPECT_TRUE(read_file(folder_ / kind.file) == expected);
}

TEST_F(Resume, ADamagedJournalIsSaidAndComputedAgain) {
  const Kind& kind = kKinds[5];
  const std::string expected = uninterrupted(kind);
  stop_midway(kind, SIGKILL);
  write_file(fs::path(partial(kind)) / "items.bin", std::string(5000, 'x'));
  const Outcome resumed = run(kind, {"--resume"});
  EXPECT_EQ(resumed.exit, 0) << resumed;
  EXPECT_TRUE(resumed.says("4.9 KB of the journal were damaged")) << resumed;
  EXPECT_TRUE(read_file(folder_ / kind.file) == expected);
}

TEST_F(Resume, WithNothingToResumeStartsAfresh) {
  const Kind& kind = kKinds[5];
  const Outcome outcome = run(kind, {"--resume"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["resumed_sequences"], 0);
}

}  // namespace
}  // namespace groel::testing
