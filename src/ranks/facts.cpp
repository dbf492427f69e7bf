// Finds out which machine, process and cores this rank has.
#include "ranks/facts.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/version.h"

namespace groel::ranks {
namespace {

std::string allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return "any";
  std::string out;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &set)) continue;
    int last = core;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &set)) ++last;
    out += fmt::format("{}{}-{}", out.empty() ? "" : ",", core, last);
    core = last;
  }
  return out;
}

}  // namespace

RankFacts RankFacts::here() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return {host, ::getpid(), allowed_cores(), std::string(name(active_isa())), kVersion};
}

Bytes RankFacts::bytes() const {
  return MessageWriter().put_text(host).put(process).put_text(cores).put_text(isa).put_text(version).take();
}

RankFacts RankFacts::of(BytesView bytes) {
  MessageReader from(bytes);
  RankFacts out;
  out.host = from.get_text();
  out.process = from.get<std::int64_t>();
  out.cores = from.get_text();
  out.isa = from.get_text();
  out.version = from.get_text();
  return out;
}

std::string rank_name(int rank, const RankFacts& facts) {
  return fmt::format("rank {} ({}, process {})", rank, facts.host, facts.process);
}

RankShare share_of(int rank, const std::vector<RankFacts>& all) {
  const RankFacts& own = all[static_cast<std::size_t>(rank)];
  RankShare out{0, 0};
  for (const RankFacts& other : all) {
    if (other.host != own.host) continue;
    ++out.on_host;
    out.on_cores += other.cores == own.cores ? 1 : 0;
  }
  return out;
}

}  // namespace groel::ranks
