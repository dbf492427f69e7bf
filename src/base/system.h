// How much memory and how many cores this machine offers.
#pragma once

#include <cstddef>

namespace groel {

/// Bytes of memory that this process may still take: the system's available memory or the cgroup's limit, if lower; its
/// part of them, where it shares the machine.
std::size_t available_memory();
/// From now on as many processes of one run, this one too, share what there is.
void share_memory(int processes);
/// Address space that this process takes, bytes.
std::size_t virtual_memory();
/// Highest resident size of this process so far, bytes.
std::size_t peak_resident_memory();

}  // namespace groel
