// Sessions of the C interface: threads, memory, callbacks.
#include <algorithm>

#include "c/handles.h"

namespace groel::c {

// The texts of a Progress are views.
void CallbackSink::progress(const Progress& now) {
  if (to_.progress == nullptr) return;
  const std::string phase(now.phase), unit(now.unit), token_unit(now.token_unit), detail(now.detail);
  const groel_progress plain{phase.c_str(), now.done,     now.total,          now.tokens,    now.total_tokens,
                             now.seconds,   unit.c_str(), token_unit.c_str(), detail.c_str()};
  if (to_.progress(to_.user, &plain) != 0) session_->cancel();
}

void CallbackSink::progress_done() {
  if (to_.progress_done != nullptr) to_.progress_done(to_.user);
}

void CallbackSink::note(std::string_view text) {
  if (to_.note != nullptr) to_.note(to_.user, std::string(text).c_str());
}

void CallbackSink::warning(std::string_view text) {
  if (to_.warning != nullptr) to_.warning(to_.user, std::string(text).c_str());
}

SessionState::SessionState(const groel_session_options& options)
    : sink(options),
      session({.threads = options.threads,
               .memory = options.memory == 0 ? std::nullopt : std::optional<std::size_t>(options.memory),
               .sink = &sink}) {
  sink.cancels(&session);
}

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<const char*> out;
  std::ranges::transform(texts, std::back_inserter(out), [](const std::string& text) { return text.c_str(); });
  return out;
}

std::vector<std::string> read_texts(const char* const* texts, std::size_t count, const char* name) {
  std::vector<std::string> out;
  if (count > 0) needed(texts, name);
  for (std::size_t i = 0; i < count; ++i) out.emplace_back(&needed(texts[i], name));
  return out;
}

}  // namespace groel::c

using groel::c::guarded;
using groel::c::needed;

groel_status groel_session_new(const groel_session_options* options, groel_session** session) {
  return guarded([&] {
    needed(session, "session") = nullptr;
    *session = new groel_session{std::make_shared<groel::c::SessionState>(groel::c::read_options(options, "options"))};
  });
}

void groel_session_free(groel_session* session) { delete session; }

void groel_session_cancel(groel_session* session) {
  if (session != nullptr) session->state->session.cancel();
}

void groel_session_resume(groel_session* session) {
  if (session != nullptr) session->state->session.resume();
}

int groel_session_threads(const groel_session* session) {
  return session == nullptr ? 0 : session->state->session.threads();
}
