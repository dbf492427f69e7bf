// Feeds arbitrary bytes as a file to the readers of maps of contacts: HDF5, NPZ, JSON Lines and CASP's RR.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/read_contacts.h"
#include "guarded.h"
#include "memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace groel;
  const fuzz::MemoryFile file(data, size);
  const std::string path = "/tmp/groel-fuzz-" + std::to_string(::getpid()) + ".npz";  // NPZ is told by its name, too
  ::unlink(path.c_str());
  if (::symlink(file.path().c_str(), path.c_str()) != 0) std::abort();
  fuzz::guarded([&] {
    if (const auto found = formats::read_contacts(path))
      for (const formats::ContactMapOfRecord& record : found->records)
        if (record.size < 1 || std::ssize(record.values) != record.size * record.size) std::abort();
  });
  ::unlink(path.c_str());
  return 0;
}
