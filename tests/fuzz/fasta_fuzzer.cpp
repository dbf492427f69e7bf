// Fuzzer of the sequence reader with its own choice of format: FASTA, FASTQ, A3M, compressed or not, and binary noise.
#include "fuzz/read_all.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  groel::fuzz::read_all({reinterpret_cast<const char*>(data), size}, {});
  return 0;
}
