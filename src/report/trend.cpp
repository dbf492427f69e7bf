// Fits a straight line by least squares.
#include "report/trend.h"

#include <algorithm>
#include <numeric>

namespace groel::report {

std::optional<Line> trend(const Points& points) {
  if (points.x.size() < 3) return std::nullopt;
  const auto count = static_cast<double>(points.x.size());
  const double mean_x = std::accumulate(points.x.begin(), points.x.end(), 0.0) / count;
  const double mean_y = std::accumulate(points.y.begin(), points.y.end(), 0.0) / count;
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    xx += (points.x[i] - mean_x) * (points.x[i] - mean_x);
    xy += (points.x[i] - mean_x) * (points.y[i] - mean_y);
  }
  if (!(xx > 0)) return std::nullopt;
  const auto [low, high] = std::minmax_element(points.x.begin(), points.x.end());
  const auto at = [&](double x) { return mean_y + xy / xx * (x - mean_x); };
  return Line{"straight line of least squares", {*low, *high}, {at(*low), at(*high)}, Line::Stroke::dashed, kOrange};
}

}  // namespace groel::report
