// What the opaque handles of the C interface are.
#pragma once

#include <groel/groel.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "c/error.h"

namespace groel::c {

/// Hands what a session is told to the caller's functions. A handle alone is as good as nobody.
class CallbackSink final : public Sink {
 public:
  explicit CallbackSink(const groel_session_options& to) : to_(to) {}
  void progress(const Progress& now) override;
  void progress_done() override;
  void note(std::string_view text) override;
  void warning(std::string_view text) override;
  void cancels(Session* session) { session_ = session; }

 private:
  groel_session_options to_;
  Session* session_ = nullptr;
};

/// A session and its sink, which goes last: models keep both.
struct SessionState {
  explicit SessionState(const groel_session_options& options);
  CallbackSink sink;
  Session session;
};

/// The values of an array, for `out`, who owns them from now on.
void give_array(const Array& array, groel_array& out);

/// "a", "b" as pointers to them.
std::vector<const char*> pointers_to(const std::vector<std::string>& texts);
/// `count` texts. Errors: usage, where one is NULL.
std::vector<std::string> read_texts(const char* const* texts, std::size_t count, const char* name);

}  // namespace groel::c

struct groel_session {
  std::shared_ptr<groel::c::SessionState> state;
};

struct groel_model {
  groel_model(std::shared_ptr<groel::c::SessionState> of, groel::Model loaded);

  std::shared_ptr<groel::c::SessionState> state;  // goes after the model
  groel::Model model;
  std::vector<const char*> capabilities;
  groel_description description;
};
