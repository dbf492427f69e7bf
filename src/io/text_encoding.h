// Reads UTF-16 text, as Windows programs save it, as UTF-8.
#pragma once

#include <memory>
#include <string>

#include "io/compressed.h"

namespace groel::io {

/// What `bytes` hold; from UTF-16 (with a byte order mark) turned into UTF-8, else as it is. What is no UTF-16 becomes
/// U+FFFD.
std::unique_ptr<ByteReader> as_utf8(std::unique_ptr<ByteReader> bytes);

}  // namespace groel::io
