// Feeds arbitrary bytes as a file to the readers of embeddings: HDF5, NPZ, safetensors and text, told apart as users'
// files are.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "formats/read_vectors.h"
#include "guarded.h"
#include "memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace groel;
  const fuzz::MemoryFile file(data, size);
  fuzz::guarded([&] {
    const formats::VectorFile found = formats::read_vectors(file.path());
    if (found.ids.empty() || found.values.size() != found.ids.size() * static_cast<std::size_t>(found.width))
      std::abort();
    for (const float value : found.values)
      if (!std::isfinite(value)) std::abort();
  });
  return 0;
}
