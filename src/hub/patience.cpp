// Waits longer each time, or as long as the server asks.
#include "hub/patience.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "base/interrupt.h"
#include "hub/http_error.h"

namespace groel::hub {
namespace {

void sleep(double seconds, const std::function<void()>& check) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    check ? check() : check_interrupted();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

void wait_after(const HttpReply& reply, int failures, const Patience& patience, const std::string& asked_for,
                const std::function<void()>& check) {
  if (!may_pass(reply) || failures >= patience.attempts) throw_reply(reply, asked_for);
  const double own = std::min(patience.longest_wait, patience.first_wait * std::exp2(failures - 1));
  const double wait = std::max(own, retry_after(reply).value_or(0));
  if (wait > patience.longest_wait) throw_reply(reply, asked_for);
  sleep(wait, check);
}

HttpReply send_patiently(HttpClient& client, const HttpRequest& request, const Patience& patience,
                         const std::string& asked_for) {
  for (int failures = 1;; ++failures) {
    HttpReply reply = client.send(request);
    const bool stopped = reply.transfer == Transfer::whole && !reply.redirect.empty();
    if (reply.is_good() || stopped) return reply;
    wait_after(reply, failures, patience, asked_for, request.check);
  }
}

}  // namespace groel::hub
