// Commands under mpirun: what several ranks write is what one process writes, byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/mpirun.h"

namespace groel {
namespace {

using namespace testing;

// Proteins of many lengths, made of those of the examples.
std::string many_proteins(const TemporaryFolder& folder, int count) {
  const std::string text = read_file(kProteins);
  std::string residues;
  bool header = false;
  for (const char c : text) {
    if (c == '>') header = true;
    if (!header && c >= 'A' && c <= 'Z') residues += c;
    if (c == '\n') header = false;
  }
  std::string out;
  std::size_t at = 0;
  for (int i = 0; i < count; ++i) {
    const std::size_t length = 20 + static_cast<std::size_t>(i * 37 % 380);
    if (at + length > residues.size()) at = static_cast<std::size_t>(i) % 97;
    out += ">p" + std::to_string(i) + "\n" + residues.substr(at, length) + "\n";
    at += length;
  }
  const std::string path = folder / "many.fasta";
  write_file(path, out);
  return path;
}

void expect_equal_bytes(const std::string& a, const std::string& b) {
  const std::string one = read_file(a), other = read_file(b);
  EXPECT_FALSE(one.empty()) << a;
  EXPECT_TRUE(one == other) << a << " and " << b << " differ: " << one.size() << " and " << other.size() << " bytes";
}

TEST(Ranks, EmbedIsBytewiseThatOfOneProcess) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const std::string input = many_proteins(folder, 120);
  for (const std::string extension : {".h5", ".jsonl"}) {
    const std::string one = folder / ("one" + extension);
    done({"embed", input, "-m", kEsm2, "-i", "mean,per-residue", "-o", one});
    for (const int ranks : {2, 4}) {
      const std::string all = folder / (std::to_string(ranks) + extension);
      const Outcome outcome = on_ranks(ranks, {"embed", input, "-m", kEsm2, "-i", "mean,per-residue", "-o", all});
      EXPECT_EQ(outcome.exit, 0) << outcome;
      EXPECT_TRUE(outcome.says("shards by rank: ")) << outcome;
      EXPECT_TRUE(outcome.says(std::to_string(ranks) + " ranks on 1 machine")) << outcome;
      expect_equal_bytes(one, all);
    }
  }
}

// Standard output, too, which is that of the first rank alone.
TEST(Ranks, OtherCommandsAreBytewiseThoseOfOneProcess) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const std::string input = many_proteins(folder, 12);
  const std::vector<Words> commands = {
      {"embed", input, "-m", kEsm1b, "-f", "jsonl", "--long", "window", "-l", "all"},
      {"embed", input, "-m", kEsm2, "-f", "jsonl", "-i", "logits", "--log-softmax"},
      {"perplexity", input, "-m", kEsm2, "--json"},
      {"perplexity", kProteins, "--json", "-m", "groel-writer"},
      {"score", kProteins, "--record", "P01542", "--scan", "-m", kEsm2},
      {"score", kProteins, "--record", "P01542", "--variants", "T1_T2insA,P5del", "--method", "pseudo-perplexity",
       "--json", "-m", kEsm2},
      {"fill-mask", input, "--position", "3", "-m", kEsm2, "--json"},
      {"contacts", input, "-m", kEsm2, "--json"},
      {"predict", input, "-m", GROEL_SOURCE_DIR "/examples/mitochondrion", "--all-labels", "-f", "jsonl"},
      {"explain", kProteins, "--features", GROEL_SOURCE_DIR "/examples/residue_features.safetensors", "--by",
       "residue"},
      {"generate", "-n", "9", "--max-new-tokens", "12", "--length", "4:60", "--unique"},
      {"generate", "-p", "MKT", "-n", "6", "--max-new-tokens", "8", "-f", "jsonl"},
  };
  for (const Words& command : commands) {
    const Outcome one = groel(command);
    EXPECT_EQ(one.exit, 0) << command[0] << one;
    for (const int ranks : {2, 4}) {
      const Outcome all = on_ranks(ranks, command);
      EXPECT_EQ(all.exit, one.exit) << command[0] << all;
      EXPECT_TRUE(all.out == one.out) << command[0] << " on " << ranks << "\n" << one << all;
      EXPECT_FALSE(one.out.empty()) << command[0];
    }
  }
}

// A folder of structures, of several batches.
TEST(Ranks, FoldsAreBytewiseThoseOfOneProcess) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const std::string input = many_proteins(folder, 7);
  const auto command = [&](const std::string& output) {
    return Words{"fold", input, "-m",  GROEL_TEST_DATA "/esmfold-tiny", "--num-recycles", "1", "--max-tokens",
                 "200",  "-o",  output};
  };
  done(command(folder / "one"));
  std::size_t files = 0;
  for (const int ranks : {2, 4}) {
    const std::string all = folder / std::to_string(ranks);
    const Outcome outcome = on_ranks(ranks, command(all));
    EXPECT_EQ(outcome.exit, 0) << outcome;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "one")) {
      if (entry.path().extension() != ".pdb") continue;
      ++files;
      EXPECT_TRUE(read_file(entry.path()) == read_file(all / entry.path().filename())) << entry.path() << ranks;
    }
  }
  EXPECT_EQ(files, 14U);
}

TEST(Ranks, SearchEmbedsItsQueriesTogether) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const std::string vectors = folder / "v.h5", index = folder / "v.index";
  done({"embed", kProteins, "-m", kEsm2, "-o", vectors});
  done({"search", "index", vectors, "-o", index});
  const Words query = {"search", "query", index, "--sequences", many_proteins(folder, 9), "-m", kEsm2, "--json"};
  const Outcome one = done(query), two = on_ranks(2, query);
  EXPECT_EQ(two.exit, 0) << two;
  nlohmann::json found[] = {nlohmann::json::parse(one.out), nlohmann::json::parse(two.out)};
  for (nlohmann::json& one_of_them : found) EXPECT_EQ(one_of_them.erase("search_seconds"), 1U);
  EXPECT_EQ(found[0]["queries"].size(), 9U);
  EXPECT_EQ(found[0], found[1]);
}

TEST(Ranks, WhatIsNotSharedIsRefusedOnce) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  for (const Words& command :
       std::vector<Words>{{"info", kEsm2}, {"tokens", "MKT"}, {"search", "index", "v.h5", "-o", folder / "v.index"}}) {
    const Outcome outcome = on_ranks(3, command);
    EXPECT_NE(outcome.exit, 0) << outcome;
    EXPECT_TRUE(outcome.out.empty()) << outcome;
    const std::string what = "whose work is not shared in this form";
    const std::size_t first = outcome.err.find(what);
    ASSERT_NE(first, std::string::npos) << outcome;
    EXPECT_EQ(outcome.err.find(what, first + 1), std::string::npos) << outcome;
  }
  // Each for itself, when that is asked for.
  Process::Setup alone = ranked_setup();
  alone.environment.emplace_back("GROEL_MPI", "off");
  const Outcome outcome = Process(ranked_command(2, {"tokens", "MKT"}), alone).wait();
  EXPECT_EQ(outcome.exit, 0) << outcome;
  EXPECT_EQ(outcome.out.size(), 2 * done({"tokens", "MKT"}).out.size());
}

TEST(Ranks, WithoutThePartSeveralCopiesAreRefused) {
  Process::Setup setup;
  setup.environment = {{"OMPI_COMM_WORLD_SIZE", "2"}, {"OMPI_COMM_WORLD_RANK", "0"}};
  const TemporaryFolder folder;
  const std::filesystem::path deep = std::filesystem::path(folder / "a") / "b" / "c";  // no groel-mpi.so is near it
  std::filesystem::create_directories(deep);
  std::filesystem::copy_file(GROEL_PROGRAM, deep / "groel");
  const Outcome outcome =
      Process({(deep / "groel").string(), "embed", "MKT", "-m", kEsm2, "-o", folder / "x.h5"}, setup).wait();
  EXPECT_NE(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("mpirun started 2 copies")) << outcome;
  EXPECT_TRUE(outcome.says("libopenmpi-dev")) << outcome;
  EXPECT_FALSE(std::filesystem::exists(folder / "x.h5"));
}

TEST(Ranks, ErrorsOfOneProcessAreThoseOfMany) {
  GROEL_NEEDS_RANKS();
  const Words wrong = {"embed", "MKT", "-m", kEsm2, "-f", "jsonl", "--layers", "99"};
  const Outcome one = groel(wrong), two = on_ranks(2, wrong);
  EXPECT_EQ(two.exit, one.exit) << two;
  EXPECT_TRUE(two.says(one.err.substr(0, one.err.find('\n')))) << one << two;
}

// Processes of a folder's run, by its name on their command lines, without mpirun itself.
std::vector<pid_t> processes_of(const std::string& output) {
  std::vector<pid_t> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string words{std::istreambuf_iterator<char>(file), {}};
    if (words.find(output) != std::string::npos && words.starts_with(GROEL_PROGRAM)) out.push_back(std::stoi(name));
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The bytes of a run's journal; 0: there is none.
std::uintmax_t journal_bytes(const std::string& output) {
  std::error_code none;
  const std::uintmax_t size = std::filesystem::file_size(output + ".partial/items.bin", none);
  return none ? 0 : size;
}

Words long_run(const std::string& input, const std::string& output) {
  return {"embed", input, "-m", kEsm2, "-i", "per-residue", "-o", output, "--max-tokens", "600"};
}

TEST(Ranks, AKilledRankIsNamedAndTheRunGoesOn) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const std::string input = many_proteins(folder, 600), one = folder / "one.h5", output = folder / "all.h5";
  done(long_run(input, one));
  pid_t killed = 0;
  {
    Process run(ranked_command(3, long_run(input, output)), ranked_setup());
    for (int i = 0; i < 2000 && journal_bytes(output) < 300'000; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto ranks = processes_of(output);
    ASSERT_EQ(ranks.size(), 3U);
    killed = ranks.back();
    ::kill(killed, SIGKILL);
    const Outcome outcome = wait_for_ranks(run);
    EXPECT_NE(outcome.exit, 0) << outcome;
    EXPECT_TRUE(outcome.says("process " + std::to_string(killed)) || outcome.says("PID " + std::to_string(killed)))
        << outcome;
    EXPECT_FALSE(std::filesystem::exists(output));
    EXPECT_GE(journal_bytes(output), 300'000U);
  }
  // With another number of ranks.
  const Outcome rest = on_ranks(2, long_run(input, output) + Words{"--resume", "--json"});
  EXPECT_EQ(rest.exit, 0) << rest;
  const auto json = nlohmann::json::parse(rest.out);
  EXPECT_GT(json["resumed_sequences"].get<int>(), 0);
  EXPECT_LT(json["resumed_sequences"].get<int>(), json["distinct_sequences"].get<int>());
  EXPECT_TRUE(rest.says("of an earlier run")) << rest;
  expect_equal_bytes(one, output);
}

TEST(Ranks, TheOthersGoOnWithoutASilentRank) {
  GROEL_NEEDS_RANKS();
  const TemporaryFolder folder;
  const std::string input = many_proteins(folder, 600), one = folder / "one.h5", output = folder / "all.h5";
  done(long_run(input, one));
  Process::Setup setup = ranked_setup();
  setup.environment.emplace_back("GROEL_RANK_PATIENCE", "3");
  Process run(ranked_command(3, long_run(input, output)), setup);
  for (int i = 0; i < 2000 && journal_bytes(output) < 300'000; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto ranks = processes_of(output);
  ASSERT_EQ(ranks.size(), 3U);
  ::kill(ranks.back(), SIGSTOP);  // as if its machine could not be reached any more
  const Outcome outcome = wait_for_ranks(run);
  EXPECT_EQ(outcome.exit, 1) << outcome;
  EXPECT_TRUE(outcome.says("has given no sign of life")) << outcome;
  EXPECT_TRUE(outcome.says("process " + std::to_string(ranks.back()))) << outcome;
  ::kill(ranks.back(), SIGKILL);  // where mpirun has not
  expect_equal_bytes(one, output);
}

// As a launcher that stands still when its ranks are done.
TEST(Launcher, IsReadByItsRanksWhenTheyHaveEnded) {
  const Process run({"bash", "-c", "(sleep 0.3; exit 3) & (sleep 0.3; exit 0) & exec sleep 30"}, {});
  std::optional<int> status;
  for (int i = 0; i < 500 && status != 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    status = status_of_ended_ranks(run.pid());
  }
  EXPECT_EQ(status, 3);
  EXPECT_FALSE(run.ended());
  const Process alive({"bash", "-c", "sleep 5 & exec sleep 30"}, {});
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(status_of_ended_ranks(alive.pid()), std::nullopt);
}

}  // namespace
}  // namespace groel
