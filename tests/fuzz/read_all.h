// Reads every record of a fuzzer's input and checks what the reader promises of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bio/esm_tokenizer.h"
#include "io/sequences.h"

namespace groel::fuzz {

inline void expect(bool condition) {
  if (!condition) std::abort();
}

inline void encode(std::string_view sequence) {
  static const bio::EsmTokenizer tokenizer = bio::EsmTokenizer::esm();
  const auto ids = tokenizer.encode_as_transformers(sequence);
  expect(ids.size() >= 2 && ids.size() <= sequence.size() + 2);
  try {
    const auto encoded = tokenizer.encode(sequence);
    expect(encoded.residues() > 0 && encoded.ids.size() <= sequence.size() + 2);
  } catch (const Error& error) {
    expect(error.kind() == ErrorKind::bad_input);
  }
}

/// A record has an id and a line, lines never fall, and a record without an error has a sequence that the tokenizer
/// encodes or refuses as bad input. The input as a whole may only be refused as bad input.
inline void read_all(std::string_view input, const io::SequenceReaderOptions& options) {
  try {
    io::SequenceReader reader = io::SequenceReader::from_memory(input, "input", options);
    std::int64_t line = 0;
    for (io::SequenceRecord record; reader.next(record);) {
      expect(!record.id.empty() && record.line >= line && record.source == "input");
      line = record.line;
      if (record.error) {
        expect(record.error->kind() == ErrorKind::bad_input);
        continue;
      }
      expect(!record.sequence.empty());
      encode(record.sequence);
    }
  } catch (const Error& error) {
    expect(error.kind() == ErrorKind::bad_input);
  }
}

}  // namespace groel::fuzz
