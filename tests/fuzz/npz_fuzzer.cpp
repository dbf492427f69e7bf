// Feeds arbitrary bytes to the NPZ reader and to the NPY header parser.
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "io/npz.h"

namespace {

template <class Read>
void guarded(const Read& read) {
  try {
    read();
  } catch (const groel::Error& error) {
    if (error.kind() == groel::ErrorKind::internal) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  guarded([&] { groel::io::parse_npz(std::as_bytes(std::span(data, size)), nullptr, "fuzz"); });
  guarded([&] { groel::io::parse_npy_header({reinterpret_cast<const char*>(data), size}, "fuzz"); });
  return 0;
}
