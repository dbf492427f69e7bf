// What ranks tell each other of where they run.
#pragma once

#include <string>
#include <vector>

#include "ranks/bytes.h"

namespace groel::ranks {

struct RankFacts {
  std::string host;
  std::int64_t process = 0;
  std::string cores;    ///< those that it may run on, as "0-3,8"
  std::string isa;      ///< instruction sets that it computes with: other ones round otherwise
  std::string version;  ///< of the program

  static RankFacts here();
  Bytes bytes() const;
  static RankFacts of(BytesView bytes);
};

/// "rank 3 (node7, process 4242)".
std::string rank_name(int rank, const RankFacts& facts);

/// What a rank shares its machine with.
struct RankShare {
  int on_host = 1;   ///< ranks on the same machine, itself too
  int on_cores = 1;  ///< of these, those that may run on the same cores
};
RankShare share_of(int rank, const std::vector<RankFacts>& all);

}  // namespace groel::ranks
