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

// {"tensors": {name: [sizes]}}: arrays of f32, all of the same few bytes where the sizes are small enough for them.
groel::io::ArrayMap arrays_of(const nlohmann::json& root) {
  static const auto zeros = std::make_shared<std::vector<std::byte>>(std::size_t{1} << 16);
  groel::io::ArrayMap out;
  const auto tensors = root.is_object() ? root.find("tensors") : root.end();
  if (tensors == root.end() || !tensors->is_object()) return out;
  for (const auto& [name, sizes] : tensors->items()) {
    groel::io::Array array;
    std::int64_t count = 1;
    for (const nlohmann::json& size : sizes.is_array() ? sizes : nlohmann::json::array()) {
      array.shape.push_back(size.is_number_integer() ? size.get<std::int64_t>() & 127 : 0);
      count *= array.shape.back();
      if (count > (1 << 14)) return out;
    }
    array.bytes = std::span(*zeros).first(static_cast<std::size_t>(count) * sizeof(float));
    array.owner = zeros;
    out[name] = array;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  groel::fuzz::guarded([&] {
    const nlohmann::json root = root_of({data, size});
    for (const groel::models::Family& family : groel::models::families())
      for (const groel::models::Layout& layout : family.layouts) {
        groel::models::RawCheckpoint raw{root, arrays_of(root)};
        if (!layout.recognises(raw)) continue;
        layout.adapt(raw);
        family.build(raw.config, family.tokenizer({}));
      }
  });
  return 0;
}
