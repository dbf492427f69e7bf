// Draws embeddings in the plane.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "report/figure.h"
#include "tasks/project/colouring.h"

namespace groel::tasks {

struct PlaneMap {
  const std::vector<std::string>& ids;
  const std::vector<std::array<double, 2>>& points;
  const Colouring& colouring;
  std::string method, file, column, x_name, y_name;  ///< "pca" or "tsne"; what was laid out; the axes
};

/// One point per id. Groups are coloured, the commonest of them when there are many and the others grey; numbers are a
/// scale of colours.
report::Figure plane_figure(const PlaneMap& map);

}  // namespace groel::tasks
