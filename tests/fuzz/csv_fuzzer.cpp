// Fuzzer of the table reader: the first byte chooses CSV or TSV and whether columns are named, the rest is the file.
#include "fuzz/read_all.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  groel::io::SequenceReaderOptions options;
  options.format = (data[0] & 1) != 0 ? groel::io::SequenceFormat::tsv : groel::io::SequenceFormat::csv;
  if ((data[0] & 2) != 0) options.id_column = "key";
  if ((data[0] & 4) != 0) options.sequence_column = "wt";
  groel::fuzz::read_all({reinterpret_cast<const char*>(data) + 1, size - 1}, options);
  return 0;
}
