// Receives the library's progress, notes and warnings.
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

/// Receives messages. The default one drops them.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void progress(const Progress&) {}
  /// The phase is over; the last progress stays as it is.
  virtual void progress_done() {}
  virtual void note(std::string_view) {}
  virtual void warning(std::string_view) {}
};

}  // namespace groel
