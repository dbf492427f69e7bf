// Names, shapes and sizes of blocks.
#include "structure_models/block_tables.h"

namespace groel::structure_models {

void add_triangles(ArrayTable& to, const std::string& at, const std::string& z, const std::string& own,
                   const std::string& bias) {
  const std::string product = own + "product", heads = own + "pair heads", inner = own + "pair attention";
  for (const std::string& part : {at + "tri_mul_out.", at + "tri_mul_in."}) {
    to.norm(part + "layer_norm_in", z);
    to.norm(part + "layer_norm_out", product);
    for (const char* side : {"linear_a_p", "linear_a_g", "linear_b_p", "linear_b_g"})
      to.weight(part + side, product, z);
    to.weight(part + "linear_g", z, z);
    to.weight(part + "linear_z", z, product);
  }
  for (const std::string& part : {at + "tri_att_start.", at + "tri_att_end."}) {
    to.norm(part + "layer_norm", z);
    to.weight(part + bias, heads, z);
    for (const char* one : {"mha.linear_q", "mha.linear_k", "mha.linear_v", "mha.linear_g"})
      to.weight(part + one, inner, z);
    to.weight(part + "mha.linear_o", z, inner);
  }
}

void add_attention(ArrayTable& to, const std::string& at, const std::string& width, const std::string& inner) {
  to.biased(at + "linear_q", inner, width);
  for (const char* one : {"linear_k", "linear_v", "linear_g"}) to.weight(at + one, inner, width);
  to.weight(at + "linear_o", width, inner);
}

NamedSizes block_sizes() {
  NamedSizes out{{"z", 128},
                 {"s", 384},
                 {"target", 449},
                 {"s and target", 833},
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

}  // namespace groel::structure_models
