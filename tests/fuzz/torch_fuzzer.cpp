// Feeds arbitrary bytes to the torch reader (zip, plain stream, and a bare object pickle): it must return or throw
// groel::Error, and every tensor must be whole. Checksums are off, for they would turn every mutation away.
#include <cstdint>
#include <cstdlib>

#include "guarded.h"
#include "io/arrays.h"
#include "io/torch_unpickle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  groel::fuzz::guarded([&] {
    const auto file = groel::io::parse_torch(bytes, nullptr, "fuzz", groel::io::Checksums::skip);
    std::uint64_t sum = 0;
    for (const auto& array : file.tensors) {
      std::uint64_t expected = groel::size_of(array.dtype);
      for (const std::int64_t dimension : array.shape) expected *= static_cast<std::uint64_t>(dimension);
      if (expected != array.bytes.size()) std::abort();
      if (!array.bytes.empty())
        sum += std::to_integer<std::uint64_t>(array.bytes.front()) + std::to_integer<std::uint64_t>(array.bytes.back());
    }
    if (sum == 1 && file.root.is_discarded()) std::abort();
  });
  groel::fuzz::guarded([&] {
    groel::io::TorchHost host;
    groel::io::PickleMachine machine(bytes, host, "fuzz");
    const auto value = machine.run();
    (void)groel::io::pickle_to_json(machine, value).dump();
  });
  return 0;
}
