// Measures `groel pull` against curl, from one server on loopback: bench_pull GROEL FOLDER [MEGABYTES [ROUNDS]].
#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <stdexcept>

#include "base/sha256.h"
#include "hub/server.h"

namespace {

namespace fs = std::filesystem;
using groel::testing::HubServer;

const std::string kId = "someone/large-model";
const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";

struct Run {
  double seconds = 0, processor_seconds = 0;
};

// One program, its output thrown away.
Run timed(std::vector<std::string> command) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_addopen(&streams, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const auto begin = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (::posix_spawnp(&child, argv[0], &streams, nullptr, argv.data(), environ) != 0)
    throw std::runtime_error(command[0] + " does not start");
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  posix_spawn_file_actions_destroy(&streams);
  if (status != 0) throw std::runtime_error(command[0] + " failed");
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return {seconds.count(), of(used.ru_utime) + of(used.ru_stime)};
}

struct Contestant {
  std::string name;
  std::vector<std::string> command;
  std::vector<Run> runs{};
};

std::string random_bytes(std::size_t size) {
  std::mt19937_64 random(1);
  std::string out(size, '\0');
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    const std::uint64_t word = random();
    std::memcpy(out.data() + i, &word, 8);
  }
  return out;
}

void print(const Contestant& one, double megabytes, double curl) {
  std::vector<double> seconds;
  double processor = 0;
  for (const Run& run : one.runs) seconds.push_back(run.seconds), processor += run.processor_seconds;
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  fmt::print("{:<28} {:7.0f} MB/s ({:.2f} s, {:.2f}..{:.2f}; processor {:.2f} s)  {:.2f} of curl\n", one.name,
             megabytes / median, median, seconds.front(), seconds.back(),
             processor / static_cast<double>(one.runs.size()), curl / median);
}

double median(const Contestant& one) {
  std::vector<double> seconds;
  for (const Run& run : one.runs) seconds.push_back(run.seconds);
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

void compare(const std::string& groel, const fs::path& folder, std::size_t megabytes, int rounds) {
  HubServer server(kId, kCommit);
  const std::string content = random_bytes(megabytes * 1'000'000);
  server.add("config.json", {"{}", "9e26dfeeb6e641a33dae4961196235bdb965b21b", false});
  server.add("model.safetensors", {content, groel::sha256(content), true});
  const fs::path cache = folder / "cache", file = folder / "file";
  ::setenv("HF_ENDPOINT", server.url().c_str(), 1);
  ::setenv("HF_HUB_CACHE", cache.c_str(), 1);
  ::setenv("no_proxy", "127.0.0.1", 1);
  ::unsetenv("HF_TOKEN");
  const std::string url = server.url() + "/" + kId + "/resolve/" + kCommit + "/model.safetensors";
  std::vector<Contestant> all{
      {"curl", {"curl", "-s", "-f", "-o", file, url}},
      {"curl, then sync", {"sh", "-c", "curl -s -f -o \"$0\" \"$1\" && sync \"$0\"", file, url}},
      {"curl, then sha256sum", {"sh", "-c", "curl -s -f -o \"$0\" \"$1\" && openssl dgst -sha256 \"$0\"", file, url}},
      {"groel pull", {groel, "-q", "pull", kId}},
      {"groel pull --connections 1", {groel, "-q", "pull", kId, "--connections", "1"}}};
  for (int round = 0; round < rounds; ++round)
    for (Contestant& one : all) {
      fs::remove_all(cache);
      fs::remove(file);
      ::sync();  // what the one before left to write is not this one's
      one.runs.push_back(timed(one.command));
    }
  fs::remove_all(cache);
  fs::remove(file);
  for (const Contestant& one : all) print(one, static_cast<double>(megabytes), median(all[0]));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_pull GROEL FOLDER [MEGABYTES [ROUNDS]]\n");
    return 2;
  }
  compare(argv[1], argv[2], argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1000, argc > 4 ? std::atoi(argv[4]) : 5);
  return 0;
}
