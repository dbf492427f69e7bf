// Every rank but the first: does what it is given.
#include "base/interrupt.h"
#include "ranks/crew.h"

namespace groel::ranks {

namespace {
constexpr std::chrono::milliseconds kTurn{100};
}

std::vector<RankFacts> meet_leader(Mailbox& mailbox) {
  mailbox.send(0, kHello, RankFacts::here().bytes());
  while (true) {
    const auto message = mailbox.receive(kTurn);
    check_interrupted();
    if (!message || message->kind != kEverybody) continue;
    std::vector<RankFacts> all;
    for (MessageReader from(message->bytes); !from.done();) all.push_back(RankFacts::of(from.get_bytes()));
    return all;
  }
}

void serve_leader(Mailbox& mailbox, const RankWorks& works, const std::function<void()>& cancel) {
  TaskQueue queue(works, [&mailbox](int kind, Bytes bytes) { mailbox.send(0, kind, std::move(bytes)); });
  while (true) {
    auto message = mailbox.receive(kTurn);
    check_interrupted();
    if (message && message->kind == kEnd) {
      cancel();
      queue.drain();
      return;
    }
    if (!message) continue;
    if (message->kind == kTask) queue.add(std::move(message->bytes));
    if (message->kind == kCancel) queue.cancel(MessageReader(message->bytes).get<std::uint64_t>());
  }
}

}  // namespace groel::ranks
