// Sends vectors over a pipe as frames: a letter, a length, and that many bytes.
#include "formats/vector_stream.h"

#include <cstring>
#include <new>

#include "base/child.h"

namespace groel::formats {
namespace {

using nlohmann::json;

enum class Frame : char { head, id, values, end, error };

struct StreamedHead {
  Frame kind{};
  std::uint64_t size = 0;
};

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

class Sender final : public VectorSink {
 public:
  explicit Sender(const ChildSender& pipe) : pipe_(pipe) {}

  void head(const Head& head) override {
    send(Frame::head, text_of({{"column", head.column},
                               {"run", head.run},
                               {"width", head.width},
                               {"rows", head.rows},
                               {"is_share", head.is_share}}));
  }
  void id(std::string_view id) override { add(Frame::id, std::as_bytes(std::span(id))); }
  void values(std::span<const float> values) override { add(Frame::values, std::as_bytes(values)); }
  void end(std::int64_t failed) override { send(Frame::end, text_of(failed)); }
  void error(const Error& error) {
    const auto& parts = error.parts();
    send(Frame::error,
         text_of({{"kind", error.kind()}, {"what", parts.what}, {"where", parts.where}, {"remedy", parts.remedy}}));
  }

 private:
  static constexpr std::size_t kFull = std::size_t{1} << 16;

  void add(Frame kind, std::span<const std::byte> bytes) {
    const StreamedHead head{kind, bytes.size()};
    const auto start = std::as_bytes(std::span(&head, 1));
    waiting_.insert(waiting_.end(), start.begin(), start.end());
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    if (waiting_.size() >= kFull) flush();
  }
  void send(Frame kind, const std::string& text) {
    add(kind, std::as_bytes(std::span(text)));
    flush();
  }
  void flush() {
    pipe_.send(waiting_);
    waiting_.clear();
  }

  const ChildSender& pipe_;
  std::vector<std::byte> waiting_;
};

class Receiver {
 public:
  void take(std::span<const std::byte> bytes) {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    std::size_t at = 0;
    StreamedHead head;
    while (waiting_.size() - at >= sizeof head) {
      std::memcpy(&head, waiting_.data() + at, sizeof head);
      if (waiting_.size() - at - sizeof head < head.size) break;
      frame(head.kind, std::span(waiting_).subspan(at + sizeof head, head.size));
      at += sizeof head + head.size;
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  bool complete() const { return complete_; }
  VectorFile result() {
    if (error_) throw *error_;
    return std::move(out_);
  }

 private:
  void frame(Frame kind, std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    switch (kind) {
      case Frame::head: return head(json::parse(text));
      case Frame::id: out_.ids.emplace_back(text); return;
      case Frame::values: return values(bytes);
      case Frame::end: out_.failed = json::parse(text).get<std::int64_t>(); break;
      case Frame::error: {
        const json error = json::parse(text);
        error_ = Error(
            error["kind"].get<ErrorKind>(),
            {error["what"].get<std::string>(), error["where"].get<std::string>(), error["remedy"].get<std::string>()});
      }
    }
    complete_ = true;
  }

  void head(const json& head) {
    out_.column = head["column"].get<std::string>();
    out_.run = head["run"];
    out_.width = head["width"].get<std::int64_t>();
    out_.is_share = head["is_share"].get<bool>();
    out_.values.reserve(static_cast<std::size_t>(out_.width * head["rows"].get<std::int64_t>()));
  }

  void values(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    const std::size_t before = out_.values.size();
    out_.values.resize(before + bytes.size() / sizeof(float));
    std::memcpy(out_.values.data() + before, bytes.data(), bytes.size());
  }

  std::vector<std::byte> waiting_;
  VectorFile out_;
  std::optional<Error> error_;
  bool complete_ = false;
};

void read_and_send(const ChildSender& pipe, const std::function<void(VectorSink& out)>& read) {
  Sender sender(pipe);
  try {
    read(sender);
  } catch (const Error& error) {
    sender.error(error);
  } catch (const std::bad_alloc&) {
    sender.error(Error(ErrorKind::memory, "reading the file takes more memory than its size explains"));
  } catch (const std::exception& error) {
    sender.error(Error(ErrorKind::internal, error.what()));
  }
}

}  // namespace

VectorFile read_in_child(const VectorRequest& request, std::size_t file_size,
                         const std::function<void(VectorSink& out)>& read) {
  ChildLimits limits;
  limits.memory += 4 * file_size;
  limits.working = 3 + static_cast<double>(file_size) / 50e6;
  Receiver receiver;
  const ChildEnd end = run_in_child([&](const ChildSender& pipe) { read_and_send(pipe, read); },
                                    [&](std::span<const std::byte> bytes) { receiver.take(bytes); }, limits);
  if (receiver.complete()) return receiver.result();
  bad_vectors(end == ChildEnd::stuck ? "the file is damaged: reading it comes to no end"
                                     : "the file is damaged in a way that the HDF5 library cannot handle",
              request.path, "make the file again, or get another copy of it");
}

}  // namespace groel::formats
