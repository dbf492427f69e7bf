// What an answer that is no good means: whether to try again, when, and what to tell the user.
#pragma once

#include <optional>
#include <string>

#include "hub/http.h"

namespace groel::hub {

/// Whether the same request may get a good answer in a while: connections that break, 408, 429, 5xx.
bool may_pass(const HttpReply& reply);
/// Seconds that the server asks to wait (Retry-After in seconds or as a date).
std::optional<double> retry_after(const HttpReply& reply);
/// Throws what the reply means for what was asked for, "facebook/esm2_t6_8M_UR50D" or a file of it. Errors: not_found;
/// io.
[[noreturn]] void throw_reply(const HttpReply& reply, const std::string& asked_for);

}  // namespace groel::hub
