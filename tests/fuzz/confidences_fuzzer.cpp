// Feeds arbitrary text to the reader of predicted aligned errors: what it takes is square.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "guarded.h"
#include "tasks/structure/confidence_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace groel;
  const std::string text(reinterpret_cast<const char*>(data), size);
  fuzz::guarded([&] {
    const tasks::Confidences found = tasks::parse_confidences(text, "fuzz");
    if (found.pae.empty() && found.probabilities.empty()) std::abort();
    for (const tasks::PairMatrix* matrix : {&found.pae, &found.probabilities})
      if (static_cast<std::int64_t>(matrix->values.size()) != matrix->size * matrix->size) std::abort();
  });
  return 0;
}
