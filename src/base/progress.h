// Where the library's talk goes: progress, notes and warnings, to whoever runs it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace groel {

/// How far a long run is.
struct Progress {
  std::string_view phase;  ///< "embedding"
  std::int64_t done = 0;   ///< records
  std::int64_t total = 0;
  std::int64_t tokens = 0;  ///< residues worked on so far, really computed
  std::int64_t total_tokens = 0;
  double seconds = 0;                        ///< since the phase began
  std::string_view unit = "records";         ///< what `done` counts
  std::string_view token_unit = "residues";  ///< what `tokens` counts
  std::string_view detail{};                 ///< more to show: "loss 2.71"
};

/// Receives talk. The default one drops it.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void progress(const Progress&) {}
  /// The phase is over; the last progress stands.
  virtual void progress_done() {}
  virtual void note(std::string_view) {}
  virtual void warning(std::string_view) {}
};

}  // namespace groel
