// The working thread, and the one that waits for it. The first never touches Python: so neither waits for the other.
#include "call.h"

#include <chrono>

namespace groel::python {
namespace {

thread_local Heard* working_for = nullptr;

Heard& heard_of(void* session) {
  return working_for != nullptr ? *working_for : static_cast<Session*>(session)->strays();
}

int hear_progress(void* session, const groel_progress* now) {
  Heard& heard = heard_of(session);
  const std::lock_guard lock(heard.mutex);
  heard.progress = {now->phase, now->unit,   now->token_unit,   now->detail, now->done,
                    now->total, now->tokens, now->total_tokens, now->seconds};
  return 0;
}

void hear(void* session, Message kind, const char* text) {
  Heard& heard = heard_of(session);
  const std::lock_guard lock(heard.mutex);
  heard.messages.emplace_back(kind, text);
}

void hear_note(void* session, const char* text) { hear(session, Message::note, text); }
void hear_warning(void* session, const char* text) { hear(session, Message::warning, text); }

void work_for(Heard& heard, const std::function<groel_status(Heard&)>& work) {
  working_for = &heard;
  const groel_status status = work(heard);
  Failure end = Failure::last(status);
  const std::lock_guard lock(heard.mutex);
  heard.ended = std::move(end);
  heard.changed.notify_all();
}

}  // namespace

Session::Session(std::int64_t threads, std::uint64_t memory) {
  groel_session_options options{};
  options.size = sizeof options;
  options.threads = threads;
  options.memory = memory;
  options.user = this;
  options.progress = hear_progress;
  options.note = hear_note;
  options.warning = hear_warning;
  check(groel_session_new(&options, &handle_));
}

void pass_on(Heard& heard, const py::object& listener) {
  std::optional<ProgressNow> progress;
  std::deque<std::pair<Message, std::string>> messages;
  {
    const std::lock_guard lock(heard.mutex);
    progress.swap(heard.progress);
    messages.swap(heard.messages);
  }
  for (const auto& [kind, text] : messages) listener(kind == Message::note ? "note" : "warning", text);
  if (!progress) return;
  const ProgressNow& p = *progress;
  listener("progress", py::make_tuple(p.phase, p.done, p.total, p.tokens, p.total_tokens, p.seconds, p.unit,
                                      p.token_unit, p.detail));
}

Call::Call(std::shared_ptr<Session> session, std::function<groel_status(Heard&)> work, py::object listener)
    : session_(std::move(session)), listener_(std::move(listener)) {
  thread_ = std::thread([heard = heard_, work = std::move(work)] { work_for(*heard, work); });
}

Call::~Call() {
  if (thread_.joinable()) cancel();
}

void Call::join() {
  const py::gil_scoped_release others;
  thread_.join();
}

void Call::cancel() {
  heard_->stop = true;
  heard_->changed.notify_all();
  groel_session_cancel(session_->handle());
  join();
  groel_session_resume(session_->handle());
}

// -> whether the work has ended. Python's handlers run here only: signals leave a mark that PyErr_CheckSignals looks
// at.
bool Call::serve(bool until_protein) {
  constexpr auto kPatience = std::chrono::milliseconds(50);
  for (;;) {
    bool ended = false, ready = false;
    {
      const py::gil_scoped_release others;
      std::unique_lock lock(heard_->mutex);
      const auto done = [&] { return heard_->ended.has_value() || (until_protein && !heard_->proteins.empty()); };
      ready = heard_->changed.wait_for(lock, kPatience, done);
      ended = heard_->ended.has_value();
    }
    pass_on(*heard_, listener_);
    pass_on(session_->strays(), listener_);
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (ready) return ended;
  }
}

void Call::wait() {
  try {
    serve(false);
  } catch (...) {
    cancel();
    throw;
  }
  join();
  if (heard_->ended->status != GROEL_OK) raise(*heard_->ended);
}

std::optional<Protein> Call::next_protein() {
  bool ended = false;
  try {
    ended = !thread_.joinable() || serve(true);
  } catch (...) {
    cancel();
    throw;
  }
  {
    const std::lock_guard lock(heard_->mutex);
    if (!heard_->proteins.empty()) {
      Protein next = std::move(heard_->proteins.front());
      heard_->proteins.pop_front();
      heard_->changed.notify_all();
      return next;
    }
  }
  if (!ended || !thread_.joinable()) return std::nullopt;
  join();
  if (heard_->ended->status != GROEL_OK) raise(*heard_->ended);
  return std::nullopt;
}

}  // namespace groel::python
