// The groel program.
#include <cstdio>

#include "base/version.h"

int main() {
  std::puts(groel::kVersion);
  return 0;
}
