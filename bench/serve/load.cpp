// A bounded client that loads `groel serve` and times what it answers: bench_serve PORT FASTA [WORD=VALUE ...]
//   connections=N   that many ask, each as soon as it is answered (closed loop), or that many at most with rate=
//   rate=R          R requests a second by chance (Poisson), whenever the answers come (open loop): latencies are from
//   the
//                   time at which a request was due
//   seconds=S  sequences=K (of a request)  body=float|base64  pid=P (of the server: its memory before and after)
// What it prints is a line of JSON. It reads answers without looking into them but for their counts of tokens.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

// One connection that is kept, and made anew where the server has closed it.
class Connection {
 public:
  explicit Connection(int port) : port_(port) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  struct Answer {
    int status = 0;  // 0: none
    std::int64_t tokens = 0;
  };
  Answer ask(const std::string& request) {
    for (int attempt = 0; attempt < 2; ++attempt) {  // a kept connection may just have been closed
      const bool fresh = socket_ < 0;
      if (fresh && !open()) return {};
      Answer answer;
      if (send_all(request) && receive(answer)) return answer;
      close();
      if (fresh) return {};
    }
    return {};
  }

 private:
  bool open() {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    buffer_.clear();
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
    close();
    return false;
  }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  bool send_all(const std::string& text) const {
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t now = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (now <= 0) return false;
      sent += static_cast<std::size_t>(now);
    }
    return true;
  }
  bool more() {
    char piece[1 << 16];
    const ssize_t got = ::recv(socket_, piece, sizeof piece, 0);
    if (got > 0) buffer_.append(piece, static_cast<std::size_t>(got));
    return got > 0;
  }
  static std::int64_t number_after(const std::string& text, const char* name) {
    const std::size_t at = text.find(name);
    return at == std::string::npos ? 0 : std::atoll(text.c_str() + at + std::string(name).size());
  }
  bool receive(Answer& answer) {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return false;
    const std::string head = buffer_.substr(0, end);
    const auto length = static_cast<std::size_t>(number_after(head, "Content-Length: "));
    while (buffer_.size() < end + 4 + length)
      if (!more()) return false;
    answer.status = std::atoi(head.c_str() + 9);
    answer.tokens =
        number_after(buffer_.substr(buffer_.size() - std::min<std::size_t>(buffer_.size(), 80)), "\"total_tokens\":");
    buffer_.erase(0, end + 4 + length);
    if (head.find("Connection: close") != std::string::npos) close();
    return true;
  }

  int port_;
  int socket_ = -1;
  std::string buffer_;
};

struct Settings {
  int port = 0;
  std::map<std::string, std::string> words;
  double number(const char* name, double otherwise) const {
    const auto found = words.find(name);
    return found == words.end() ? otherwise : std::stod(found->second);
  }
};

std::vector<std::string> requests_of(const std::string& fasta, const Settings& settings) {
  std::vector<std::string> sequences;
  std::ifstream file(fasta);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('>'))
      sequences.emplace_back();
    else if (!sequences.empty())
      sequences.back() += line;
  }
  const auto each = static_cast<std::size_t>(settings.number("sequences", 1));
  const auto form = settings.words.contains("body") ? settings.words.at("body") : "base64";
  std::vector<std::string> out;
  for (std::size_t at = 0; at + each <= sequences.size(); at += each) {
    const std::vector<std::string> some(sequences.begin() + static_cast<std::ptrdiff_t>(at),
                                        sequences.begin() + static_cast<std::ptrdiff_t>(at + each));
    const std::string body = ordered_json{{"input", some}, {"model", "x"}, {"encoding_format", form}}.dump();
    out.push_back(
        fmt::format("POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    body.size(), body));
  }
  return out;
}

// What came of all requests.
class Tally {
 public:
  void add(const Connection::Answer& answer, double latency) {
    const std::lock_guard lock(mutex_);
    latencies_[answer.status].push_back(latency);
    tokens_ += answer.tokens;
  }
  ordered_json json(double elapsed) {
    ordered_json out{{"seconds", elapsed}, {"tokens_per_second", static_cast<double>(tokens_) / elapsed}};
    for (auto& [status, all] : latencies_) {
      std::sort(all.begin(), all.end());
      const auto at = [&all = all](double part) {
        return all[std::min(all.size() - 1, static_cast<std::size_t>(part * static_cast<double>(all.size())))] * 1e3;
      };
      out[status == 0 ? "lost" : std::to_string(status)] = {
          {"requests", all.size()}, {"per_second", static_cast<double>(all.size()) / elapsed},
          {"p50_ms", at(0.5)},      {"p90_ms", at(0.9)},
          {"p99_ms", at(0.99)},     {"most_ms", all.back() * 1e3}};
    }
    return out;
  }

 private:
  std::mutex mutex_;
  std::map<int, std::vector<double>> latencies_;
  std::int64_t tokens_ = 0;
};

// Requests that are due, for connections that are free.
class Due {
 public:
  void add(Clock::time_point when) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(when);
    changed_.notify_one();
  }
  /// What is due and was not sent yet is given up. -> how many that were.
  std::size_t close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
    const std::size_t unsent = waiting_.size();
    waiting_.clear();
    return unsent;
  }
  bool next(Clock::time_point& when) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return false;
    when = waiting_.front();
    waiting_.pop_front();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Clock::time_point> waiting_;
  bool closed_ = false;
};

std::int64_t resident_kilobytes(int pid) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:")) return std::atoll(line.c_str() + 6);
  return 0;
}

// Of another process: what it took of the processor, whatever else the machine did.
double cpu_seconds_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::size_t after = text.rfind(')');
  if (after == std::string::npos) return 0;
  std::istringstream fields(text.substr(after + 1));
  std::string word;
  for (int i = 0; i < 11; ++i) fields >> word;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

ordered_json load(const std::vector<std::string>& requests, const Settings& settings) {
  const double rate = settings.number("rate", 0), longest = settings.number("seconds", 10);
  Tally tally;
  Due due;
  std::size_t unsent = 0;
  std::atomic<std::size_t> next{0};
  const auto begin = Clock::now(),
             end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(longest));
  std::vector<std::thread> clients;
  for (int i = 0; i < static_cast<int>(settings.number("connections", 16)); ++i)
    clients.emplace_back([&] {
      Connection connection(settings.port);
      for (;;) {
        Clock::time_point when = Clock::now();
        if (rate > 0 ? !due.next(when) : when >= end) return;
        const Connection::Answer answer = connection.ask(requests[next++ % requests.size()]);
        tally.add(answer, seconds(Clock::now() - when));
      }
    });
  if (rate > 0) {
    std::mt19937_64 draw(1);
    std::exponential_distribution<double> between(rate);
    for (auto when = begin; when < end;
         when += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(between(draw)))) {
      std::this_thread::sleep_until(when);
      due.add(when);
    }
    unsent = due.close();
  }
  for (std::thread& client : clients) client.join();
  ordered_json out = tally.json(seconds(Clock::now() - begin));
  if (rate > 0) out["unsent"] = unsent;
  return out;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return fmt::print(stderr, "bench_serve PORT FASTA [WORD=VALUE ...]\n"), 2;
  Settings settings{std::atoi(words[1]), {}};
  for (int i = 3; i < count; ++i) {
    const std::string word = words[i];
    settings.words[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  }
  const int pid = static_cast<int>(settings.number("pid", 0));
  const std::vector<std::string> requests = requests_of(words[2], settings);
  if (requests.empty()) return fmt::print(stderr, "{}: too few sequences\n", words[2]), 1;
  const std::int64_t before = pid > 0 ? resident_kilobytes(pid) : 0;
  const double cpu = cpu_seconds(), server_cpu = pid > 0 ? cpu_seconds_of(pid) : 0;
  ordered_json out = load(requests, settings);
  out["client_cpu_seconds"] = cpu_seconds() - cpu;
  if (pid > 0) {
    const double taken = cpu_seconds_of(pid) - server_cpu;
    out["server_cpu_seconds"] = taken;
    out["tokens_per_cpu_second"] =
        out["tokens_per_second"].get<double>() * out["seconds"].get<double>() / std::max(taken, 1e-9);
  }
  if (pid > 0) out["server_kilobytes"] = {{"before", before}, {"after", resident_kilobytes(pid)}};
  fmt::print("{}\n", out.dump());
}
