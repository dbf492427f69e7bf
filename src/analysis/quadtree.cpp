// Builds the quadtree point by point; a leaf splits when a point at another place arrives.
#include "analysis/quadtree.h"

#include <algorithm>
#include <cmath>

namespace groel::analysis {
namespace {

constexpr double kSamePlace = 1e-12;  // of the whole square's side

double squared(double x) { return x * x; }

}  // namespace

Quadtree::Quadtree(std::span<const Point> points) {
  Point low{INFINITY, INFINITY};
  Point high{-INFINITY, -INFINITY};
  for (const auto& p : points)
    for (std::size_t d = 0; d < 2; ++d) {
      low[d] = std::min(low[d], p[d]);
      high[d] = std::max(high[d], p[d]);
    }
  const double side = std::max({high[0] - low[0], high[1] - low[1], 1e-30}) * (1 + 1e-9);
  nodes_.reserve(points.size() * 3);
  nodes_.push_back({low, side, {}, 0, 0});
  for (const auto& p : points) insert(p);
}

std::int32_t Quadtree::quarter(const Node& node, const Point& p) const {
  const double half = node.side / 2;
  return node.child + (p[0] >= node.corner[0] + half ? 1 : 0) + (p[1] >= node.corner[1] + half ? 2 : 0);
}

void Quadtree::split(std::int32_t at) {
  const Node parent = nodes_[static_cast<std::size_t>(at)];
  const auto first = static_cast<std::int32_t>(nodes_.size());
  const double half = parent.side / 2;
  for (int q = 0; q < 4; ++q)
    nodes_.push_back(
        {{parent.corner[0] + (q % 2 == 1 ? half : 0), parent.corner[1] + (q / 2 == 1 ? half : 0)}, half, {}, 0, 0});
  Node& node = nodes_[static_cast<std::size_t>(at)];
  node.child = first;
  Node& heir = nodes_[static_cast<std::size_t>(quarter(node, parent.mean))];
  heir.mean = parent.mean;
  heir.count = parent.count;
}

void Quadtree::insert(const Point& p) {
  const double same = kSamePlace * nodes_.front().side;
  for (std::int32_t at = 0;;) {
    Node& node = nodes_[static_cast<std::size_t>(at)];
    const bool here =
        node.count == 0 || (std::abs(node.mean[0] - p[0]) <= same && std::abs(node.mean[1] - p[1]) <= same);
    if (node.child == 0 && !here) {
      split(at);
      continue;  // now it has children
    }
    ++node.count;
    for (std::size_t d = 0; d < 2; ++d) node.mean[d] += (p[d] - node.mean[d]) / static_cast<double>(node.count);
    if (node.child == 0) return;
    at = quarter(node, p);
  }
}

Quadtree::Repulsion Quadtree::repulsion(const Point& p, double angle) const {
  Repulsion out;
  std::array<std::int32_t, 256> stack{};
  std::size_t depth = 1;
  const double same = kSamePlace * nodes_.front().side;
  while (depth > 0) {
    const Node& node = nodes_[static_cast<std::size_t>(stack[--depth])];
    if (node.count == 0) continue;
    const Point away{p[0] - node.mean[0], p[1] - node.mean[1]};
    const double distance2 = squared(away[0]) + squared(away[1]);
    if (node.child != 0 && squared(node.side) >= squared(angle) * distance2) {
      for (std::int32_t q = 0; q < 4; ++q) stack[depth++] = node.child + q;
      continue;
    }
    const bool own = node.child == 0 && std::abs(away[0]) <= same && std::abs(away[1]) <= same;
    const double count = static_cast<double>(node.count - (own ? 1 : 0));
    const double weight = 1 / (1 + distance2);
    out.weights += count * weight;
    for (std::size_t d = 0; d < 2; ++d) out.force[d] += count * weight * weight * away[d];
  }
  return out;
}

}  // namespace groel::analysis
