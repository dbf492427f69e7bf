// Recognises files of the wrong kind by their first bytes, so that an error can say what they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace groel::io {

/// What a file is ("a GenBank flat file"), and how to get what GroEL reads from it.
struct ForeignFile {
  std::string_view what, remedy;
};

/// By its first bytes, decompressed; none for text that may be sequences or a table. 64 KiB are enough.
std::optional<ForeignFile> recognise_foreign(std::string_view head);

/// Errors: bad_input "this is a PDF document, not sequences" for such a file, and for one that is not text.
void refuse_foreign(std::string_view head, const std::string& label, std::string_view wanted);

}  // namespace groel::io
