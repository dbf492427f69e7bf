// Feeds arbitrary lines as a vocab.txt, and encodes text with whatever vocabulary comes of them.
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "bio/esm_tokenizer.h"
#include "guarded.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> tokens;
  std::istringstream lines(input);
  for (std::string line; std::getline(lines, line);) tokens.push_back(line);
  groel::fuzz::guarded([&] {
    const auto tokenizer = groel::bio::EsmTokenizer::from_vocabulary(tokens, "vocab.txt");
    for (const std::int32_t id : tokenizer.encode_as_transformers(input))
      if (id < 0 || id >= tokenizer.size()) std::abort();
    (void)tokenizer.decode(tokenizer.encode(input).ids);
  });
  return 0;
}
