// Parts of the program in files of their own, which are loaded when they are asked for: what they are linked to would
// slow every start.
#pragma once

namespace groel {

/// The function called `entry` of a shared library that lies beside the program, as it is built and as it is installed;
/// nullptr, where there is none, or what it is linked to is missing. It stays loaded.
void* loaded_part(const char* file, const char* entry);

}  // namespace groel
