// Feeds arbitrary bytes to the GGUF reader: it must return or throw groel::Error, and every array must be whole.
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "io/gguf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file = groel::io::parse_gguf(std::as_bytes(std::span(data, size)), nullptr, "fuzz");
    for (const auto& [name, array] : file.arrays) {
      std::uint64_t bytes = groel::size_of(array.dtype);
      for (const std::int64_t dimension : array.shape) bytes *= static_cast<std::uint64_t>(dimension);
      if (bytes != array.bytes.size()) std::abort();
    }
  } catch (const groel::Error& error) {
    if (error.kind() == groel::ErrorKind::internal) std::abort();
  }
  return 0;
}
