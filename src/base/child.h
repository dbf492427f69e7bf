// Runs work in a child process under limits, for libraries that a damaged file can crash or hang.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

namespace groel {

struct ChildLimits {
  std::size_t memory = std::size_t{1} << 30;  ///< address space beside what this process has, bytes
  double working = 10;                        ///< seconds of processor time without a byte sent
  double waiting = 300;                       ///< seconds without a byte sent
};

enum class ChildEnd {
  finished,  ///< the work returned
  crashed,   ///< it was ended by a signal, or left otherwise
  stuck      ///< over one of the limits on time
};

/// Sends bytes to the parent, whole; ends the child where nobody reads.
class ChildSender {
 public:
  explicit ChildSender(int descriptor) : descriptor_(descriptor) {}
  void send(std::span<const std::byte> bytes) const;

 private:
  int descriptor_;
};

/// Runs `work` in a fork of this process, which ends with it, and gives what it sends to `receive`, in order. The child
/// prints nothing, leaves no core, and dies with this process; `work` throws nothing and starts no threads. Errors: io,
/// when the system starts no process; memory; interrupted; whatever `receive` throws.
ChildEnd run_in_child(const std::function<void(const ChildSender& sender)>& work,
                      const std::function<void(std::span<const std::byte> bytes)>& receive, const ChildLimits& limits);

}  // namespace groel
