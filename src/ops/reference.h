// Scalars that several references share.
#pragma once

#include "ops/linear.h"

namespace groel::ops::reference {

double activate(double x, Activation activation);

}  // namespace groel::ops::reference
