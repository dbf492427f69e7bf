// Messages between the processes ("ranks") of one run, as far as the program needs them.
#pragma once

#include <chrono>
#include <optional>

#include "ranks/bytes.h"

namespace groel::ranks {

struct RankMessage {
  int from = 0;
  int kind = 0;  ///< the sender's own, from 0 to 1000
  Bytes bytes{};
};

/// Its methods may be called by any thread. Messages from one rank to another come in their order.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Returns at once; to the own rank, too.
  virtual void send(int to, int kind, Bytes bytes) = 0;
  /// The next message, or none in that time.
  virtual std::optional<RankMessage> receive(std::chrono::milliseconds patience) = 0;
  /// Since a sign of life came of that rank; ranks give one every second or two, however long they compute. Known to
  /// rank 0 alone.
  virtual std::chrono::duration<double> silence(int rank) const = 0;
  /// To be called by every rank, once: sends what waits to be sent, waits for all others, and ends the exchange.
  virtual void finish() = 0;
  /// Ends every rank of the run, this one too.
  [[noreturn]] virtual void end_all(int status) = 0;
};

}  // namespace groel::ranks
