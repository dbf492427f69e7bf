// The numbers of a figure as CSV, for use in other programs.
#pragma once

#include <string>

#include "report/figure.h"

namespace groel::report {

/// A heat map as a matrix with its labels; other figures, and what a map has beside its cells, as
/// rows of series,label,x,y and, with a scale of colours, its value. A value that is not there is
/// empty.
std::string to_csv(const Figure& figure);

}  // namespace groel::report
