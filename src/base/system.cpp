// Reads the machine's memory and cores from /proc and the cgroup.
#include "base/system.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <string>

#include "base/memory_share.h"

namespace groel {
namespace {

std::atomic<int> g_sharers{1};

std::size_t meminfo(const std::string& key) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":")) return std::stoull(line.substr(key.size() + 1)) * 1024;
  return SIZE_MAX;
}

std::size_t number_in(const char* path) {
  std::ifstream file(path);
  std::string text;
  if (!(file >> text) || text == "max") return SIZE_MAX;
  return std::stoull(text);
}

}  // namespace

std::size_t available_memory() {
  std::size_t available = meminfo("MemAvailable");
  const std::size_t limit = number_in("/sys/fs/cgroup/memory.max");
  const std::size_t used = number_in("/sys/fs/cgroup/memory.current");
  if (limit != SIZE_MAX && used != SIZE_MAX) available = std::min(available, limit > used ? limit - used : 0);
  return available / static_cast<std::size_t>(g_sharers.load());
}

void share_memory(int processes) { g_sharers = std::max(processes, 1); }

std::size_t virtual_memory() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t peak_resident_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace groel
