// Runs work in a child process: fork, a pipe, resource limits and a time limit.
#include "base/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/system.h"

namespace groel {
namespace {

constexpr int kNobodyReads = 3;

double seconds_of(clockid_t clock) {
  timespec now{};
  return ::clock_gettime(clock, &now) == 0 ? static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec)
                                           : 0;
}

// In the child: nothing here may wait for a thread of the parent's, of which there are none.
void settle(int pipe, const ChildLimits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGBUS, SIGSEGV, SIGABRT, SIGFPE, SIGILL})
    std::signal(signal, SIG_DFL);
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (stream != pipe) ::dup2(nowhere, stream);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  rlimit space{};
  const rlim_t most = virtual_memory() + limits.memory;
  if (::getrlimit(RLIMIT_AS, &space) == 0 && most < space.rlim_cur) {
    space.rlim_cur = most;
    ::setrlimit(RLIMIT_AS, &space);
  }
}

// The child, as its parent sees it: killed and waited for at the latest when this goes.
class Child {
 public:
  Child(pid_t process, int pipe) : process_(process), pipe_(pipe) {}
  ~Child() {
    if (process_ > 0) ::kill(process_, SIGKILL);
    wait();
    ::close(pipe_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  double processor_seconds() const {
    clockid_t clock{};
    return ::clock_getcpuclockid(process_, &clock) == 0 ? seconds_of(clock) : 0;
  }

  /// Bytes, none at the end; false where a limit was reached before there were any.
  bool read(std::vector<std::byte>& out, const ChildLimits& limits) {
    const double worked = processor_seconds();
    const double began = seconds_of(CLOCK_MONOTONIC);
    pollfd entry{pipe_, POLLIN, 0};
    constexpr int kBetweenLooks = 50;  // milliseconds
    for (;;) {
      check_interrupted();
      if (::poll(&entry, 1, kBetweenLooks) > 0) break;
      if (processor_seconds() - worked > limits.working) return false;
      if (seconds_of(CLOCK_MONOTONIC) - began > limits.waiting) return false;
    }
    out.resize(std::size_t{1} << 18);
    ssize_t got = 0;
    do got = ::read(pipe_, out.data(), out.size());
    while (got < 0 && errno == EINTR);
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return true;
  }

  /// Whether it ended by returning.
  bool wait() {
    if (process_ <= 0) return false;
    int status = 0;
    pid_t found = 0;
    do found = ::waitpid(process_, &status, 0);
    while (found < 0 && errno == EINTR);
    process_ = -1;
    return found > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  pid_t process_;
  int pipe_;
};

}  // namespace

void ChildSender::send(std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) ::_exit(kNobodyReads);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

ChildEnd run_in_child(const std::function<void(const ChildSender& sender)>& work,
                      const std::function<void(std::span<const std::byte> bytes)>& receive, const ChildLimits& limits) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("a pipe", "make", errno);
  const pid_t process = ::fork();
  if (process < 0) {
    const int reason = errno;
    for (const int end : ends) ::close(end);
    throw_errno("a child process", "start", reason);
  }
  if (process == 0) {
    settle(ends[1], limits);
    work(ChildSender(ends[1]));
    ::_exit(0);
  }
  ::close(ends[1]);
  Child child(process, ends[0]);
  std::vector<std::byte> bytes;
  for (;;) {
    if (!child.read(bytes, limits)) return ChildEnd::stuck;
    if (bytes.empty()) return child.wait() ? ChildEnd::finished : ChildEnd::crashed;
    receive(bytes);
  }
}

}  // namespace groel
