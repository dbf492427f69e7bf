// Feeds arbitrary bytes as a prompt for ESM3: it is read, or refused with groel::Error. What is read is written as JSON
// and read again.
#include <cstdint>
#include <string>

#include "base/text_file.h"
#include "esm3/prompt.h"
#include "esm3/tokens.h"
#include "guarded.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  groel::fuzz::guarded([&] {
    const auto json = groel::parse_json({reinterpret_cast<const char*>(data), size}, "prompt.json");
    groel::esm3::Prompt prompt = groel::esm3::prompt_of(json, "prompt");
    groel::esm3::mask(prompt, {.sequence = false, .structure = false, .ranges = prompt.tokens ? "" : "1-2"});
    if (prompt.tokens) {
      prompt.tokens->length();
      return;
    }
    if (prompt.protein.secondary_structure)
      groel::esm3::encode_secondary_structure(*prompt.protein.secondary_structure);
    if (!prompt.protein.coordinates.empty()) groel::esm3::chains_of(prompt.protein);
    const auto written =
        groel::esm3::json_of(prompt.protein).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    groel::esm3::prompt_of(groel::parse_json(written, "again"), "prompt");
  });
  return 0;
}
