// Lists the mapped files, and handles the signal raised by reading past the end of one that was cut.
#include "base/mapped_ranges.h"

#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/mapped_file.h"

namespace groel {
namespace {

std::atomic<MappedRanges::Range*> g_first{nullptr};

void say(const char* text) { [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text, std::strlen(text)); }

// Only what a signal handler may call.
void missing_page(int signal, siginfo_t* info, void*) {
  const char* path = MappedRanges::path_at(info->si_addr);
  if (path == nullptr) {  // another fault: it comes again, and takes its usual way
    std::signal(signal, SIG_DFL);
    return;
  }
  say("groel: ");
  say(path);
  say(": the file was cut short while it was read, or its disk cannot be read\n"
      "  run the command again once nothing writes to it any more\n");
  constexpr int kIo = 6;  // exit_code(ErrorKind::io)
  ::_exit(kIo);
}

}  // namespace

MappedRanges::Range* MappedRanges::add(std::span<const std::byte> bytes, const char* path) {
  Range* range = g_first;
  while (range != nullptr && range->begin != nullptr) range = range->next;
  if (range == nullptr) {
    range = new Range;
    range->next = g_first;
    g_first = range;
  }
  range->path = path;
  range->end = bytes.data() + bytes.size();
  range->begin = bytes.data();
  return range;
}

const char* MappedRanges::path_at(const void* address) noexcept {
  for (const Range* range = g_first; range != nullptr; range = range->next) {
    const std::byte* begin = range->begin;
    if (begin != nullptr && address >= begin && address < range->end) return range->path;
  }
  return nullptr;
}

void install_mapped_file_guard() {
  struct sigaction action {};
  action.sa_sigaction = missing_page;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace groel
