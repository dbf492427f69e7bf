// Tells PIR (NBRF) from FASTA.
#pragma once

#include <string_view>

namespace groel::io {

/// Whether a line begins as ">P1;" does: a type of two characters and a semicolon.
bool is_pir_header(std::string_view line);
/// Whether a text begins with such a header and a '*' ends the first sequence of it.
bool looks_like_pir(std::string_view head);

}  // namespace groel::io
