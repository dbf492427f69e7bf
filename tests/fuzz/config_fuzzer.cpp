// Feeds arbitrary bytes as a model's config.json: a family builds the model and names its tensors, or throws
// groel::Error; nothing is allocated by the sizes that the configuration claims.
#include <cstdint>
#include <string>

#include "base/text_file.h"
#include "guarded.h"
#include "models/family.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  groel::fuzz::guarded([&] {
    const auto config = groel::parse_json({reinterpret_cast<const char*>(data), size}, "config.json");
    const groel::models::Family& family = groel::models::find_family(config);
    const auto model = family.build(config, family.tokenizer({}));
    for (const groel::nn::Parameter& parameter : groel::nn::tree_of(*model).parameters)
      if (groel::element_count(parameter.shape) < 1) std::abort();
  });
  return 0;
}
