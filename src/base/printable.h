// Makes text safe to show on a terminal: control characters in it have no effect.
#pragma once

#include <string>
#include <string_view>

namespace groel {

enum class LineEnds { keep, escape };

/// `text` with every control character written out: "\x1b" for those below a space and for bytes that are not UTF-8,
/// "\u{202e}" for C1 controls, for marks that change the direction of text, and for separators of lines. Tabs stay,
/// line ends as asked for.
std::string printable(std::string_view text, LineEnds line_ends = LineEnds::keep);

}  // namespace groel
