// A full disk: every writer reports it, with the path and the system's reason, and the process ends cleanly.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>

#include "sample.h"

namespace groel::formats {
namespace {

constexpr rlim_t kLimit = 300'000;

/// Runs `body` in a process of its own, in which no file may grow above kLimit bytes; returns what that process wrote
/// to stderr, with its exit status in front.
std::string in_small_process(const std::function<void()>& body) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe failed");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{kLimit, kLimit};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    body();
    std::exit(0);  // not _exit: libraries clean up, and must not fail at it
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return (WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status)) : "signal") + "\n" + text;
}

void print_error(const std::function<void()>& body) try {
  body();
  std::fputs("no error", stderr);
} catch (const Error& error) {
  std::fprintf(stderr, "%s: %s", std::string(name(error.kind())).c_str(), error.what());
}

void write_large(const std::filesystem::path& path, std::string_view format, FileLayout layout, std::int64_t records) {
  const ResultSchema schema{{{Output::mean, 6, 320}}, records, 0, {}};
  auto writer = find_format(format, "").open({path, layout, schema});
  for (std::int64_t r = 0; r < records; ++r)
    writer->write(sample_result(schema, static_cast<std::size_t>(r), "protein" + std::to_string(r), 3));
  writer->finish();
}

class FullDisk : public ::testing::TestWithParam<std::string> {};

TEST_P(FullDisk, IsAnErrorWithPathAndReason) {
  const TemporaryFolder folder;
  const auto path = folder / "out";
  // Small: fails only at the end, when buffers are flushed. Large: fails in the middle.
  for (const std::int64_t records : {400, 3000}) {
    const std::string text =
        in_small_process([&] { print_error([&] { write_large(path, GetParam(), FileLayout::packed, records); }); });
    EXPECT_EQ(text.find("exit 0\nio: "), 0U) << text;
    EXPECT_NE(text.find(folder.path().string()), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with(std::string(": ") + std::strerror(EFBIG))) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, FullDisk, ::testing::Values("hdf5", "npz", "safetensors", "jsonl", "csv", "tsv"));

TEST(FullDiskPerProtein, IsAnErrorWithPathAndReason) {
  const TemporaryFolder folder;
  for (const std::int64_t records : {200, 3000}) {
    const std::string text = in_small_process(
        [&] { print_error([&] { write_large(folder / "out", "hdf5", FileLayout::per_protein, records); }); });
    EXPECT_EQ(text, "exit 0\nio: " + (folder / "out").string() + ": cannot write: " + std::strerror(EFBIG));
  }
}

TEST(FullDiskStream, IsAnErrorOnStandardOutput) {
  const auto body = [] {
    ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
    print_error([] { write_large("-", "jsonl", FileLayout::packed, 1); });
  };
  const std::string text = in_small_process(body);
  EXPECT_EQ(text.find("exit 0\nio: standard output: cannot write: No space left on device"), 0U) << text;
}

TEST(ClosedPipe, IsAnErrorOnStandardOutput) {
  const auto body = [] {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::close(ends[0]);
    ::dup2(ends[1], STDOUT_FILENO);
    print_error([] { write_large("-", "csv", FileLayout::packed, 1); });
  };
  const std::string text = in_small_process(body);
  EXPECT_EQ(text, "exit 0\nio: standard output: cannot write: Broken pipe");
}

TEST(Stream, EachRecordGoesOutAtOnce) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    const Sample run = sample({{Output::mean, 6, 2}});
    auto writer = find_format("", "-").open({"-", FileLayout::packed, run.schema});
    writer->write(run.results[0]);
    ::_exit(0);  // nothing is flushed any more
  }
  ::close(ends[1]);
  char buffer[4096] = {};
  const ssize_t got = ::read(ends[0], buffer, sizeof buffer - 1);
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  ASSERT_GT(got, 0);
  EXPECT_EQ(buffer[got - 1], '\n');
}

}  // namespace
}  // namespace groel::formats
