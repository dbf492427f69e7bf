// The server itself: who may ask, which route answers, what is logged and counted.
#pragma once

#include <memory>
#include <set>

#include "tasks/serve/options.h"
#include "tasks/serve/routes.h"
#include "tasks/serve/served_parts.h"

namespace groel::tasks {

/// Serves until the program is asked to end; then no more connections are taken, and every request that has begun is
/// answered. `said` is called with the address once it can be reached. Errors: io, where it cannot listen.
void serve(const ServeOptions& options, const ServedParts& parts, engine::Session& session,
           const std::function<void(const std::string& address)>& said);

}  // namespace groel::tasks
