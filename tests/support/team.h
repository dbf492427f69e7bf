// A crew of threads, for tests.
#pragma once

#include <set>
#include <string>

#include "support/rank_threads.h"

namespace groel::testing {

class Warnings final : public Sink {
 public:
  void warning(std::string_view text) override { said += std::string(text) + "\n"; }
  std::string said;
};

struct Team {
  Team(int size, ranks::RankWorks all)
      : works(std::move(all)), ranks(size), workers(ranks, size, works), crew(ranks[0], works, sink) {
    crew.meet();
  }
  std::set<int> busy_ranks() const {
    std::set<int> out;
    for (const ranks::ShardCost& cost : crew.costs()) out.insert(cost.rank);
    return out;
  }

  ranks::RankWorks works;
  Warnings sink;
  RankThreads ranks;
  WorkerThreads workers;  // ends after the crew, which tells them to
  ranks::Crew crew;
};

}  // namespace groel::testing
