// Passes vectors one by one from a reader to a receiver, which may be in another process.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "formats/read_vectors.h"
#include "formats/vector_sources.h"

namespace groel::formats {

/// What a reader says of its file, in this order: head, then ids and values as they come, then the end.
class VectorSink {
 public:
  virtual ~VectorSink() = default;
  struct Head {
    std::string column;
    nlohmann::json run;
    std::int64_t width = 0;
    std::int64_t rows = 0;  ///< 0: not known yet
    bool is_share = false;  ///< of the share that was asked for alone
  };
  virtual void head(const Head& head) = 0;
  virtual void id(std::string_view id) = 0;
  virtual void values(std::span<const float> values) = 0;
  virtual void end(std::int64_t failed) = 0;
};

/// The vectors that `read` gives, which works in a child process under limits that go with a file of that size:
/// whatever it does to itself is an error of the file. Errors: bad_input, when it crashes or comes to no end; what
/// `read` throws.
VectorFile read_in_child(const VectorRequest& request, std::size_t file_size,
                         const std::function<void(VectorSink& out)>& read);

}  // namespace groel::formats
