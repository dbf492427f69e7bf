// A file descriptor that is closed at the end of its scope.
#pragma once

#include <unistd.h>

namespace groel {

struct Descriptor {
  explicit Descriptor(int number) : fd(number) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;  ///< negative: none
};

}  // namespace groel
