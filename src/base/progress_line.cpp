// How far a long run is, as a line of text.
#include "base/progress_line.h"

#include <fmt/core.h>

namespace groel {
namespace {

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

// Seconds that are left at the pace so far, by residues where they are counted, else by what is done.
double seconds_left(const Progress& progress) {
  const bool by_tokens = progress.total_tokens > 0;
  const auto done = static_cast<double>(by_tokens ? progress.tokens : progress.done);
  const auto total = static_cast<double>(by_tokens ? progress.total_tokens : progress.total);
  return done > 0 ? progress.seconds * (total - done) / done : 0;
}

}  // namespace

std::string progress_line(const Progress& progress) {
  std::string text = fmt::format("{} {}", progress.phase, progress.done);
  if (progress.total > 0) text += fmt::format("/{}", progress.total);
  text += fmt::format(" {}", progress.unit);
  if (progress.tokens > 0 && progress.seconds > 0) {
    const double rate = static_cast<double>(progress.tokens) / progress.seconds;
    constexpr double kWhole = 10;  // from here on rates are told without decimals
    text += fmt::format(", {:.{}f} {}/s", rate, rate < kWhole ? 1 : 0, progress.token_unit);
  }
  if (!progress.detail.empty()) text += fmt::format(", {}", progress.detail);
  if (const double left = seconds_left(progress); left > 0) text += fmt::format(", {} left", clock_text(left));
  return text;
}

}  // namespace groel
