// The public types for progress and messages, for use inside the library.
#pragma once

#include <groel/progress.h>
