// Tests that draw: left out, and said so, where the build has no charting part.
#pragma once

#include <gtest/gtest.h>

#include "report/picture.h"

#define GROEL_NEEDS_PICTURES()            \
  if (!::groel::report::draws_pictures()) \
  GTEST_SKIP() << "built without pictures: ./run --pictures fetches what draws them"
