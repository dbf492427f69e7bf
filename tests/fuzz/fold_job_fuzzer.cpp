// Feeds arbitrary bytes as a job of AlphaFold 3: it is read, or refused with groel::Error. What is read is written and
// read again, and is the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "folding/job_read.h"
#include "folding/job_write.h"
#include "guarded.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  groel::fuzz::guarded([&] {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const groel::folding::Job& job : groel::folding::parse_jobs(text, "job.json", "/nonexistent")) {
      const std::string written = groel::folding::job_json(job);
      const auto again = groel::folding::parse_jobs(written, "again", "/nonexistent");
      if (groel::folding::job_json(again.at(0)) != written) std::abort();
    }
  });
  return 0;
}
