// Connections that take range after range from a common list.
#include "hub/ranges.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "hub/http_error.h"

namespace groel::hub {
namespace {

struct ChangedOnServer {};
struct NoRanges {};
struct Stopped {};

using Clock = std::chrono::steady_clock;

// libcurl gives 16 KB at a time; so much, or what came in so long, is written at once.
constexpr std::size_t kWrite = std::size_t{256} << 10;
constexpr std::chrono::milliseconds kKeep{100};

// A range: what comes before `written` is in the file, [written, at) is in `waiting`, [at, end) is to come.
struct Piece {
  std::uint64_t written, at, end;
  std::string waiting{};        // for its turn, or for more
  Clock::time_point touched{};  // when it last wrote
};

struct ContentRange {
  std::uint64_t first = 0, total = 0;
};

// "bytes 0-99/1000".
std::optional<ContentRange> content_range(const std::string& text) {
  ContentRange out;
  const auto slash = text.find('/');
  if (!text.starts_with("bytes ") || slash == std::string::npos) return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data() + 6, end, out.first);
  const auto total = std::from_chars(text.data() + slash + 1, end, out.total);
  if (first.ec != std::errc() || total.ec != std::errc()) return std::nullopt;
  return out;
}

class Fetch {
 public:
  Fetch(const RemoteFile& remote, PartialFile& file, const DownloadSettings& settings)
      : remote_(remote), file_(file), settings_(settings), next_(file.size()), on_disk_(file.size()) {}

  std::uint64_t received() const { return received_; }

  void run() {
    const std::uint64_t left = *remote_.size - file_.size();
    const std::uint64_t pieces = (left + settings_.range_bytes - 1) / settings_.range_bytes;
    most_ = std::min<std::uint64_t>(pieces, static_cast<std::uint64_t>(std::max(1, settings_.connections)));
    watch();
    for (std::thread& thread : threads_) thread.join();
    if (failed_) std::rethrow_exception(failed_);
  }

 private:
  // The calling thread is the one whose work can be cancelled.
  void watch() {
    std::unique_lock lock(mutex_);
    do {
      while (more_would_help()) open();
      changed_.wait_for(lock, std::chrono::milliseconds(50));
      if (interrupt_requested() && !failed_) fail(std::make_exception_ptr(Stopped()));
    } while (running_ > 0);
  }

  // Where those that are open are slow, another is opened from time to time.
  bool more_would_help() const {
    if (threads_.empty()) return true;
    if (stop_ || threads_.size() >= most_ || next_ >= *remote_.size) return false;
    const double seconds = std::chrono::duration<double>(Clock::now() - opened_).count();
    const auto enough = static_cast<double>(settings_.enough_for_one * threads_.size());
    return seconds >= settings_.open_next_after &&
           static_cast<double>(received_ - received_at_opening_) <= enough * seconds;
  }

  void open() {
    opened_ = Clock::now();
    received_at_opening_ = received_;
    try {
      threads_.emplace_back([this] { work(); });
      ++running_;
    } catch (const std::system_error&) {  // no more threads to be had: those that are open get it all
      if (threads_.empty()) throw;
      most_ = threads_.size();
    }
  }

  void fail(std::exception_ptr reason) {
    if (!failed_) failed_ = std::move(reason);
    stop_ = true;
    changed_.notify_all();
  }

  void check() const {
    if (stop_) throw Stopped();
  }

  void work() {
    try {
      HttpClient client(settings_.http);
      Piece piece{};
      while (take(piece)) {
        get(client, piece);
        wait_for_turn(piece);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      fail(std::current_exception());
    }
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_all();
  }

  // The next range; the memory of the one before is used again.
  bool take(Piece& piece) {
    const std::lock_guard lock(mutex_);
    if (stop_ || next_ >= *remote_.size) return false;
    piece.written = piece.at = next_;
    piece.end = next_ = std::min(next_ + settings_.range_bytes, *remote_.size);
    piece.waiting.reserve(kWrite);
    return true;
  }

  // Until all of the range is here; what came before a break counts.
  void get(HttpClient& client, Piece& piece) {
    for (int failures = 0; piece.at < piece.end;) {
      check();
      const std::uint64_t before = piece.at;
      const std::string place = located();
      HttpReply reply = client.send(request_for(place, piece));
      if (is_its_turn(piece)) write(piece);
      if (piece.at > before) failures = 0;
      if (reply.is_good()) locate(reply.url);
      if (piece.at >= piece.end) return;
      if (reply.status == 416) throw ChangedOnServer();
      if (reply.is_good()) reply.transfer = Transfer::broken, reply.reason = "it sent less than was asked for";
      ++failures;
      if (place != remote_.url && !may_pass(reply)) {  // an address that was lent for some minutes is over
        locate({});
        if (failures < settings_.patience.attempts) continue;
      }
      wait_after(reply, failures, settings_.patience, remote_.name, [this] { check(); });
    }
  }

  HttpRequest request_for(const std::string& place, Piece& piece) {
    HttpRequest request{.url = place};
    request.token = remote_.token;
    request.token_url = remote_.url;
    request.range.emplace(piece.at, piece.end - 1);
    request.check = [this] { check(); };
    request.receive = [this, &piece, first = piece.at](const HttpReply& reply, std::string_view bytes) {
      if (piece.at == first) check_answer(reply, piece);
      receive(piece, bytes);
    };
    return request;
  }

  void check_answer(const HttpReply& reply, const Piece& piece) {
    if (reply.status == 200 && piece.at == 0 && piece.end == *remote_.size) return;  // the range is all of it
    if (reply.status != 206) throw NoRanges();
    const auto range = content_range(reply.header("content-range"));
    if (!range || range->first != piece.at) throw NoRanges();
    const std::lock_guard lock(mutex_);
    const std::string version = reply.header("etag");
    if (!version_) version_ = version;
    if (range->total != *remote_.size || *version_ != version) throw ChangedOnServer();
  }

  void receive(Piece& piece, std::string_view bytes) {
    bytes = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), piece.end - piece.at));
    piece.at += bytes.size();
    piece.waiting += bytes;
    received_ += bytes.size();
    const bool enough = piece.waiting.size() >= kWrite || Clock::now() >= piece.touched + kKeep;
    if (enough && is_its_turn(piece)) write(piece);
  }

  // Whoever's turn it is has the file to himself.
  bool is_its_turn(const Piece& piece) const { return on_disk_ == piece.written; }

  void write(Piece& piece) {
    file_.append(piece.waiting);
    piece.written += piece.waiting.size();
    piece.waiting.clear();
    piece.touched = Clock::now();
    if (settings_.progress) settings_.progress(file_.size());
    on_disk_ = piece.written;  // and with that it may be the next one's
  }

  void wait_for_turn(Piece& piece) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stop_ || piece.written == piece.end || is_its_turn(piece); });
    if (piece.written < piece.end) {
      check();
      lock.unlock();
      write(piece);
      lock.lock();
    }
    changed_.notify_all();
  }

  std::string located() {
    const std::lock_guard lock(mutex_);
    return located_.empty() ? remote_.url : located_;
  }
  void locate(std::string url) {
    const std::lock_guard lock(mutex_);
    located_ = std::move(url);
  }

  const RemoteFile& remote_;
  PartialFile& file_;
  const DownloadSettings& settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_;                  // byte that no range has yet
  std::atomic<std::uint64_t> on_disk_;  // the file's size
  std::atomic<std::uint64_t> received_{0};
  std::vector<std::thread> threads_;
  std::uint64_t most_ = 1;    // of them
  Clock::time_point opened_;  // the last of them, and what had come until then
  std::uint64_t received_at_opening_ = 0;
  int running_ = 0;
  std::atomic<bool> stop_{false};
  std::exception_ptr failed_;
  std::optional<std::string> version_;  // etag of the answers
  std::string located_;                 // where redirects led
};

}  // namespace

Ended fetch_ranges(const RemoteFile& remote, PartialFile& file, const DownloadSettings& settings,
                   std::uint64_t& received) {
  Fetch fetch(remote, file, settings);
  Ended ended = Ended::whole;
  try {
    fetch.run();
  } catch (const ChangedOnServer&) {
    ended = Ended::changed;
  } catch (const NoRanges&) {
    ended = Ended::no_ranges;
  } catch (const Stopped&) {
    check_interrupted();
    throw Error(ErrorKind::interrupted, {"the download was stopped", remote.name, {}});
  }
  received += fetch.received();
  return ended;
}

Ended fetch_whole(const RemoteFile& remote, PartialFile& file, const DownloadSettings& settings,
                  std::uint64_t& received) {
  HttpClient client(settings.http);
  HttpRequest request{.url = remote.url};
  request.token = remote.token;
  request.token_url = remote.url;
  request.receive = [&](const HttpReply&, std::string_view bytes) {
    if (remote.size && file.size() + bytes.size() > *remote.size) throw ChangedOnServer();
    file.append(bytes);
    received += bytes.size();
    if (settings.progress) settings.progress(file.size());
  };
  for (int failures = 1;; ++failures) {
    file.clear();
    try {
      const HttpReply reply = client.send(request);
      if (reply.is_good()) return Ended::whole;
      wait_after(reply, failures, settings.patience, remote.name, {});
    } catch (const ChangedOnServer&) {
      return Ended::changed;
    }
  }
}

}  // namespace groel::hub
