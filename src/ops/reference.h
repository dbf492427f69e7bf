// Scalar functions that several reference implementations share.
#pragma once

#include "ops/linear.h"

namespace groel::ops::reference {

double activate(double x, Activation activation);

}  // namespace groel::ops::reference
