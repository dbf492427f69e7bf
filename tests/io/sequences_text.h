// What the tests of sequence reading share: records of a text, and the text of errors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/sequences.h"

namespace groel::io {

/// Every record of `text` read from memory.
inline std::vector<SequenceRecord> read_text(std::string_view text, const std::string& label = "text",
                                             const SequenceReaderOptions& options = {}) {
  std::vector<SequenceRecord> out;
  SequenceReader reader = SequenceReader::from_memory(text, label, options);
  for (SequenceRecord record; reader.next(record);) out.push_back(record);
  return out;
}

/// The text of a record's error, "" if it has none.
inline std::string problem(const SequenceRecord& record) { return record.error ? record.error->what() : ""; }

/// The text of the Error that `body` throws, "" if it throws none.
template <class Body>
std::string thrown_by(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace groel::io
