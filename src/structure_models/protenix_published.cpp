// The sizes of Protenix's published networks (configs/configs_base.py, configs_model_type.py; Apache-2.0).
#include "structure_models/protenix_table.h"

namespace groel::structure_models {

ProtenixSizes protenix_sizes() {
  ProtenixSizes out{{"z", 128},
                    {"two z", 256},
                    {"s", 384},
                    {"target", 449},
                    {"s and target", 833},
                    {"noise", 256},
                    {"distances", 39},
                    {"atom", 128},
                    {"atom pair", 16},
                    {"encoded", 384},
                    {"token", 768},
                    {"token attention", 768},
                    {"token heads", 16},
                    {"token transition", 1536},
                    {"condition pair transition", 256},
                    {"condition single transition", 768},
                    {"template", 64},
                    {"alignment", 64},
                    {"outer", 32},
                    {"outer squared", 1024},
                    {"averaging", 64},
                    {"averaging heads", 8},
                    {"alignment transition", 256}};
  for (const std::string own : {"atom ", "diffusion atom "}) {
    out[own + "attention"] = 128;
    out[own + "heads"] = 4;
    out[own + "transition"] = 256;
  }
  for (const std::string own : {"", "alignment ", "confidence ", "template "}) {
    out[own + "product"] = out[own + "pair attention"] = 128;
    out[own + "pair heads"] = 4;
    out[own + "pair transition"] = own == "template " ? 128 : 512;
    out[own + "single attention"] = 384;
    out[own + "single heads"] = 16;
    out[own + "single transition"] = 1536;
  }
  return out;
}

ProtenixSizes protenix_2_sizes() {
  ProtenixSizes out = protenix_sizes();
  out["z"] = 256;
  out["two z"] = out["condition pair transition"] = 512;
  out["alignment"] = 128;
  out["alignment transition"] = 512;
  out["template product"] = out["template pair attention"] = 64;
  for (const std::string own : {"", "alignment ", "confidence "}) {
    out[own + "product"] = out[own + "pair attention"] = 256;
    out[own + "pair heads"] = 8;
    out[own + "pair transition"] = 1024;
  }
  return out;
}

ProtenixBlocks protenix_mini_blocks() {
  return {.templates = 0, .alignment = 1, .trunk = 16, .tokens = 8, .encoder = 1, .decoder = 1};
}

}  // namespace groel::structure_models
