// Collects the rows of a profile.
#include "base/profile.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

#include "base/threads.h"

namespace groel {
namespace {

std::atomic<bool> g_on{false};
std::mutex g_mutex;
std::map<std::string, ProfileRow>& rows() {
  static std::map<std::string, ProfileRow> instance;
  return instance;
}

}  // namespace

void start_profile() {
  const std::scoped_lock lock(g_mutex);
  rows().clear();
  g_on = true;
}

void stop_profile() { g_on = false; }

std::vector<ProfileRow> profile() {
  const std::scoped_lock lock(g_mutex);
  std::vector<ProfileRow> out;
  for (const auto& [name, row] : rows()) out.push_back(row);
  std::sort(out.begin(), out.end(), [](const ProfileRow& a, const ProfileRow& b) { return a.seconds > b.seconds; });
  return out;
}

ProfileScope::ProfileScope(const char* name, double flops) : name_(g_on ? name : nullptr), flops_(flops) {
  if (name_ != nullptr) begin_ = std::chrono::steady_clock::now();
}

ProfileScope::~ProfileScope() {
  if (name_ == nullptr) return;
  const double share = 1.0 / std::max(1, threads_in_loop());
  const double seconds = share * std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  const std::scoped_lock lock(g_mutex);
  ProfileRow& row = rows()[name_];
  row.name = name_;
  ++row.calls;
  row.seconds += seconds;
  row.flops += flops_;
}

}  // namespace groel
