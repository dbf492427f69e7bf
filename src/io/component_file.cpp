// Reads chemical components, and says of what is no mmCIF where it ends to be.
#include "io/component_file.h"

#include "base/error.h"
#include "io/component_gemmi.h"

namespace groel::io {

std::vector<ComponentBlock> component_blocks(const std::string& text, const std::string& label) {
  try {
    return parsed_components(text);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::bad_input, {std::string("not mmCIF: ") + error.what(), label, {}});
  }
}

}  // namespace groel::io
