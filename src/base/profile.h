// Where the time of a run goes: one row per operator, kept only while profiling is on.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace groel {

struct ProfileRow {
  std::string name;
  std::int64_t calls = 0;
  double seconds = 0;
  double flops = 0;  ///< floating-point operations of its products; 0 where they are not the point
};

/// Starts counting from nothing, or stops.
void start_profile();
void stop_profile();
/// Rows in falling order of time.
std::vector<ProfileRow> profile();

/// Adds the time of its scope to the row `name`, when profiling is on; inside a parallel loop, its share of the loop's
/// time.
class ProfileScope {
 public:
  explicit ProfileScope(const char* name, double flops = 0);
  ~ProfileScope();
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

 private:
  const char* name_;
  double flops_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace groel
