// How much memory and how many cores this machine offers.
#pragma once

#include <cstddef>

namespace groel {

/// Bytes of memory that this process may still take: the system's available memory or the cgroup's limit, if lower.
std::size_t available_memory();
/// Address space that this process takes, bytes.
std::size_t virtual_memory();
/// Highest resident size of this process so far, bytes.
std::size_t peak_resident_memory();

}  // namespace groel
