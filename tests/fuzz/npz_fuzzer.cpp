// Feeds arbitrary bytes to the NPZ reader and to the NPY header parser.
#include <cstdint>
#include <cstdlib>

#include "guarded.h"
#include "io/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  groel::fuzz::guarded([&] { groel::io::parse_npz(std::as_bytes(std::span(data, size)), nullptr, "fuzz"); });
  groel::fuzz::guarded([&] { groel::io::parse_npy_header({reinterpret_cast<const char*>(data), size}, "fuzz"); });
  return 0;
}
