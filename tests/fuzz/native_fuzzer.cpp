// Feeds arbitrary objects as the root of a torch file to every family's recogniser, and builds what it makes of them:
// JSON text (as the torch reader gives it, tensors annotated), or a pickle. Only groel::Error may come out.
#include <cstdint>
#include <span>
#include <string>

#include "base/text_file.h"
#include "guarded.h"
#include "io/torch_unpickle.h"
#include "models/family.h"

namespace {

nlohmann::json root_of(std::span<const std::uint8_t> input) {
  if (input.empty() || input[0] != 0x80)
    return groel::parse_json({reinterpret_cast<const char*>(input.data()), input.size()}, "fuzz");
  groel::io::TorchHost host;
  groel::io::PickleMachine machine(std::as_bytes(input), host, "fuzz");
  const auto value = machine.run();
  return groel::io::pickle_to_json(machine, value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  groel::fuzz::guarded([&] {
    const nlohmann::json root = root_of({data, size});
    const nlohmann::json& regression = root.is_object() && root.contains("regression") ? root["regression"] : root;
    for (const groel::models::Family& family : groel::models::families()) {
      const auto native = family.from_native(root, regression);
      if (native.config.is_null()) continue;
      if (!native.tensors.is_object()) std::abort();
      family.build(native.config, family.default_tokenizer());
    }
  });
  return 0;
}
