// Feeds arbitrary text to the readers of embeddings in JSON Lines and tables.
#include <cstdint>

#include "formats/vector_sources.h"
#include "guarded.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace groel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz::guarded([&] {
    io::LineReader lines(io::memory_bytes(text), "fuzz");
    formats::read_jsonl_vectors({"fuzz", {}}, lines);
  });
  fuzz::guarded([&] {
    io::LineReader lines(io::memory_bytes(text), "fuzz");
    formats::read_table_vectors({"fuzz", {}}, lines);
  });
  return 0;
}
