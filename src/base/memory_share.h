// The part of a machine's memory that is this process's, where several of one run share it.
#pragma once

namespace groel {

/// From now on available_memory() (base/system.h) is one part of so many, of what there is.
void share_memory(int processes);

}  // namespace groel
