// The table of kinds.
#include "golden/kind.h"

namespace groel::golden {

#define GROEL_GOLDEN_KIND(describe) Kind describe();
#include "golden/kinds.inc"
#undef GROEL_GOLDEN_KIND

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
#define GROEL_GOLDEN_KIND(describe) describe(),
#include "golden/kinds.inc"
#undef GROEL_GOLDEN_KIND
  };
  return all;
}

}  // namespace groel::golden
