// A quadtree: points of the plane in nested squares, so that far ones count as one (Barnes and Hut 1986).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace groel::analysis {

using Point = std::array<double, 2>;

class Quadtree {
 public:
  explicit Quadtree(std::span<const Point> points);

  /// t-SNE's repulsion on a point: Σ w² (p - q) over all others q, and Σ w, w = 1 / (1 + |p - q|²).
  struct Repulsion {
    Point force{};
    double weights = 0;
  };
  /// A square is taken as one point when its side is less than `angle` times its distance. Of points in the very place
  /// of `p` one is itself.
  Repulsion repulsion(const Point& p, double angle) const;

 private:
  struct Node {
    Point corner{};  // lower left
    double side = 0;
    Point mean{};  // of its points
    std::int64_t count = 0;
    std::int32_t child = 0;  // first of four; 0: a leaf, whose points are all in one place
  };
  void insert(const Point& p);
  void split(std::int32_t node);
  std::int32_t quarter(const Node& node, const Point& p) const;

  std::vector<Node> nodes_;
};

}  // namespace groel::analysis
