// Looking after the cache: what is in it, removing, clearing leftovers, and checking files against their names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hub/cache.h"

namespace groel::hub {

struct CachedRevision {
  std::string commit;
  std::vector<std::string> refs;   ///< "main"
  std::vector<std::string> files;  ///< that are there
};

struct CacheEntry {
  std::string id;
  std::uint64_t bytes = 0;  ///< of its blobs, those of broken-off downloads too
  std::vector<CachedRevision> revisions;
};

struct CacheProblem {
  std::string path;
  std::string what;  ///< "its content is not what its name says"
};

/// Every model, sorted by id.
std::vector<CacheEntry> list_cache(const Cache& cache);
CacheEntry describe_cached(const Cache& cache, const std::string& id);

/// Removes a model whole. -> bytes freed. Errors: not_found; io.
std::uint64_t remove_cached(const Cache& cache, const std::string& id);

/// Removes of a model what nothing leads to: commits that no ref names (where refs there are), blobs that no commit
/// links to, downloads that were broken off and that nobody goes on with now. -> bytes freed.
std::uint64_t prune_cached(const Cache& cache, const std::string& id);

/// Reads every file of a model and compares it with the hash that it is named by. Errors: not_found; interrupted.
std::vector<CacheProblem> verify_cached(const Cache& cache, const std::string& id);

}  // namespace groel::hub
