// Reads templates, and says of what is no mmCIF where it ends to be.
#include "io/template_chain.h"

#include "base/error.h"

namespace groel::io {

TemplateChain read_template_chain(const std::string& mmcif, const std::string& label) {
  try {
    return gemmi_template_chain(mmcif);
  } catch (const std::exception& error) {
    throw Error(ErrorKind::bad_input, {std::string("not mmCIF: ") + error.what(), label, {}});
  }
}

}  // namespace groel::io
