// Computes quantiles, and round numbers for the ends and the middle of a colour scale.
#include "report/span.h"

#include <algorithm>
#include <cmath>

namespace groel::report {
namespace {

std::vector<float> finite(std::span<const float> values) {
  std::vector<float> out;
  for (const float value : values)
    if (std::isfinite(value)) out.push_back(value);
  return out;
}

// The smallest that is at least `value` of numbers whose half is short, too.
double round_up(double value) {
  if (!(value > 0) || !std::isfinite(value)) return 1;
  const double unit = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0})
    if (value <= step * unit * (1 + 1e-6)) return step * unit;
  return 10 * unit;
}

Span round_outwards(Span span) {
  const double width = span.high - span.low;
  if (!(width > 0))
    return {span.low - 0.5 * round_up(std::abs(span.low)), span.high + 0.5 * round_up(std::abs(span.low))};
  if (span.low >= 0 && span.low < 0.3 * span.high) return {0, round_up(span.high)};
  const double step = round_up(width / 10);
  return {std::floor(span.low / step + 1e-6) * step, std::ceil(span.high / step - 1e-6) * step};
}

}  // namespace

Span round_span(std::span<const float> values, double part, Palette palette) {
  std::vector<float> sorted = finite(values);
  if (sorted.empty()) return palette == Palette::diverging ? Span{-1, 1} : Span{0, 1};
  std::sort(sorted.begin(), sorted.end());
  const auto left_out = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
  const Span inner{sorted[left_out], sorted[sorted.size() - 1 - left_out]};
  if (palette != Palette::diverging) return round_outwards(inner);
  const double far = round_up(std::max(std::abs(inner.low), std::abs(inner.high)));
  return {-far, far};
}

Span palette_span(const HeatMap& map) {
  const Span found = round_span(map.values, 0, map.palette);
  return {map.low.value_or(found.low), map.high.value_or(found.high)};
}

Span point_span(const Figure& figure) {
  std::vector<float> values;
  for (const Points& points : figure.points)
    for (const double value : points.values) values.push_back(static_cast<float>(value));
  const Span found = round_span(values, 0.01, Palette::sequential);
  return {figure.point_scale->low.value_or(found.low), figure.point_scale->high.value_or(found.high)};
}

Beyond beyond(std::span<const float> values, Span span) {
  Beyond out;
  const double slack = 1e-6 * (span.high - span.low);
  for (const float value : values) {
    out.finite += std::isfinite(value) ? 1 : 0;
    out.below += std::isfinite(value) && static_cast<double>(value) < span.low - slack ? 1 : 0;
    out.above += std::isfinite(value) && static_cast<double>(value) > span.high + slack ? 1 : 0;
  }
  return out;
}

}  // namespace groel::report
