// Trying again: how often, and how long to wait in between.
#pragma once

#include <functional>
#include <string>

#include "hub/http.h"

namespace groel::hub {

struct Patience {
  int attempts = 5;           ///< without a byte of progress
  double first_wait = 0.5;    ///< seconds; doubles each time
  double longest_wait = 120;  ///< seconds; a server that asks for more is not waited for
};

/// Waits before another try of a request that got `reply`, the `failures`-th in a row. Errors: as throw_reply, when it
/// makes no sense to try again; what `check` throws.
void wait_after(const HttpReply& reply, int failures, const Patience& patience, const std::string& asked_for,
                const std::function<void()>& check);

/// Sends until a good answer comes, or a redirect that the request stops at. Errors: as throw_reply.
HttpReply send_patiently(HttpClient& client, const HttpRequest& request, const Patience& patience,
                         const std::string& asked_for);

}  // namespace groel::hub
