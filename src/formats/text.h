// Text in a form that every reader accepts: valid UTF-8, numbers as short as possible without losing a bit.
#pragma once

#include <string>
#include <string_view>

namespace groel::formats {

/// Code points of UTF-8 text; every malformed byte, and NUL (which ends a string in HDF5 and NumPy), becomes U+FFFD.
std::u32string decode_utf8(std::string_view text);
/// The same as UTF-8 again: `text` itself when it is sound.
std::string clean_utf8(std::string_view text);

/// Appends the shortest decimal text that reads back as `value`, which is finite ("0.1", "1e-05", "-0").
void append_number(std::string& out, float value);

}  // namespace groel::formats
