// Computes matrix products with oneDNN 2.6 or 3.x.
#include "ops/onednn.h"

#include <omp.h>
#include <sys/mman.h>

#include <map>
#include <mutex>
#include <new>
#include <oneapi/dnnl/dnnl.hpp>
#include <tuple>
#include <type_traits>
#include <unordered_map>

#include "base/cpu.h"
#include "base/error.h"

namespace groel::ops {
namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

// oneDNN must stay on the calling thread: the threads are ours, over tiles, and a result must not depend on their
// number.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

[[noreturn]] void rethrow(const dnnl::error& error) {
  const ErrorKind kind = error.status == dnnl_out_of_memory ? ErrorKind::memory : ErrorKind::internal;
  throw Error(kind, fmt::format("oneDNN: {} (status {})", error.what(), static_cast<int>(error.status)));
}

void cap_isa() {
  switch (active_isa()) {
    case Isa::baseline: dnnl::set_max_cpu_isa(dnnl::cpu_isa::sse41); return;
    case Isa::avx2: dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2); return;
    case Isa::avx512:
      dnnl::set_max_cpu_isa(byte_products() == ByteProducts::quads_512 ? dnnl::cpu_isa::avx512_core_vnni
                                                                       : dnnl::cpu_isa::avx512_core);
      return;
    case Isa::avx512_bf16: dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx512_core_bf16); return;
    case Isa::amx: return;
  }
}

// Never destroyed: packed weights with static lifetime may outlive any order of destruction.
const dnnl::engine& engine() {
  static const dnnl::engine* const instance = [] {
    cap_isa();
    return new dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return *instance;
}

dnnl::stream& stream() {
  thread_local dnnl::stream instance(engine());
  return instance;
}

memory::data_type data_type(DType dtype) {
  switch (dtype) {
    case DType::bf16: return memory::data_type::bf16;
    case DType::u8: return memory::data_type::u8;
    default: return memory::data_type::f32;
  }
}

// Of a weight by which numbers of that type are multiplied.
memory::data_type weight_type(DType input) { return input == DType::u8 ? memory::data_type::s8 : data_type(input); }

// The layout of weights that oneDNN likes best.
memory::desc any_layout(const TileShape& shape) {
  return {{shape.in, shape.out}, weight_type(shape.input), memory::format_tag::any};
}

// oneDNN 3 describes a product at once, oneDNN 2 by an operation's description of its own; which of them this is shows
// in what can be constructed.
template <class Description>
constexpr bool kAtOnce = std::is_constructible_v<Description, const dnnl::engine&, const memory::desc&,
                                                 const memory::desc&, const memory::desc&, const dnnl::primitive_attr&>;

template <class Product>
auto describe_product(const memory::desc& x, const memory::desc& weight, const memory::desc& y,
                      const dnnl::primitive_attr& attributes) {
  using Description = typename Product::primitive_desc;
  if constexpr (kAtOnce<Description>)
    return Description(engine(), x, weight, y, attributes);
  else
    return Description(typename Product::desc(x, weight, y), attributes, engine());
}

dnnl::matmul::primitive_desc describe(const TileShape& shape, const memory::desc& weight) {
  using Tag = memory::format_tag;
  const memory::desc x({shape.rows, shape.in}, data_type(shape.input), Tag::ab);
  const auto summed = shape.input == DType::u8 ? memory::data_type::s32 : memory::data_type::f32;
  const memory::desc y({shape.rows, shape.out}, summed, Tag::ab);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return describe_product<dnnl::matmul>(x, weight, y, attributes);
}

// The layout of a product's weights. oneDNN 3.7.2 (Debian 13) gives wrong results in f32 on AVX-512 where the layout
// that it likes best is padded: widths that do not fill 64 columns, as a head's over 33 tokens. The plain one is right
// there.
memory::desc layout_of(const TileShape& shape) {
  const memory::desc best = any_layout(shape);
  if (!kAtOnce<dnnl::matmul::primitive_desc> || shape.input != DType::f32) return best;
  const auto unpadded = static_cast<std::size_t>(shape.in * shape.out) * size_of(shape.input);
  if (describe(shape, best).weights_desc().get_size() == unpadded) return best;
  return {{shape.in, shape.out}, memory::data_type::f32, memory::format_tag::ab};
}

// oneDNN 2.6 (Debian 12) does not look whether the system gave it memory for the code that it writes, and breaks off
// the program where it did not. So that there is room for it is seen to before.
void require_room_for_code() {
  constexpr std::size_t kRoom = 16 << 20;  // some 40 kernels of 256 KiB and what describes them
  void* const room = mmap(nullptr, kRoom, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) throw std::bad_alloc();
  munmap(room, kRoom);
}

}  // namespace

struct TileProduct::Impl {
  Impl(const TileShape& tile, const memory::desc& weight)
      : shape(tile), description(describe(tile, weight)), product(description) {}

  // This thread's descriptions of what the product works on, of which only the places change: made anew for every tile
  // they take a share of its time. (An Impl is kept for the process.)
  Arguments& arguments() const {
    thread_local std::unordered_map<const Impl*, Arguments> known;
    const auto [at, added] = known.try_emplace(this);
    if (added) {
      const auto nowhere = [](const memory::desc& form) { return memory(form, engine(), nullptr); };
      at->second = {{DNNL_ARG_SRC, nowhere(description.src_desc())},
                    {DNNL_ARG_WEIGHTS, nowhere(description.weights_desc())},
                    {DNNL_ARG_DST, nowhere(description.dst_desc())},
                    {DNNL_ARG_SCRATCHPAD, nowhere(description.scratchpad_desc())}};
    }
    return at->second;
  }

  // A weight in memory, and how far apart its elements are for neighbours of x's columns and of y's.
  struct Source {
    const void* data;
    std::int64_t in_stride, out_stride;
  };

  void pack(const Source& source, std::byte* packed) const {
    const OneThread guard;
    try {
      memory from(form_of(source), engine(), const_cast<void*>(source.data));
      memory to(description.weights_desc(), engine(), packed);
      const Packing way = packing(source);
      const memory::desc& scratch = way.description.scratchpad_desc();
      memory own = scratch.get_size() > 0 ? memory(scratch, engine()) : memory(scratch, engine(), nullptr);
      way.reorder.execute(stream(), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}, {DNNL_ARG_SCRATCHPAD, own}});
      stream().wait();
    } catch (const dnnl::error& error) {
      rethrow(error);
    }
  }

  TileShape shape;
  dnnl::matmul::primitive_desc description;
  dnnl::matmul product;

 private:
  memory::desc form_of(const Source& source) const {
    return {{shape.in, shape.out}, weight_type(shape.input), memory::dims{source.in_stride, source.out_stride}};
  }

  struct Packing {
    dnnl::reorder::primitive_desc description;
    dnnl::reorder reorder;
  };

  // Made once for every layout: training packs its weights each step.
  Packing packing(const Source& source) const {
    const std::scoped_lock lock(mutex_);
    const auto found = packings_.find({source.in_stride, source.out_stride});
    if (found != packings_.end()) return found->second;
    require_room_for_code();
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // its own would be shared by threads
    const dnnl::reorder::primitive_desc way(engine(), form_of(source), engine(), description.weights_desc(),
                                            attributes);
    return packings_.emplace(std::pair(source.in_stride, source.out_stride), Packing{way, dnnl::reorder(way)})
        .first->second;
  }

  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::int64_t, std::int64_t>, Packing> packings_;
};

std::shared_ptr<const TileProduct::Impl> TileProduct::find(const TileShape& shape, const Impl* like) {
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, DType, std::int64_t>;
  static std::mutex mutex;
  static auto* const known = new std::map<Key, std::shared_ptr<const Impl>>;  // never destroyed, as the engine
  const std::scoped_lock lock(mutex);
  const std::int64_t rows_of_like = like == nullptr ? 0 : like->shape.rows;
  std::shared_ptr<const Impl>& found = (*known)[{shape.rows, shape.in, shape.out, shape.input, rows_of_like}];
  if (found == nullptr) {
    require_room_for_code();
    found = std::make_shared<const Impl>(shape, like == nullptr ? layout_of(shape) : like->description.weights_desc());
  }
  return found;
}

TileProduct::TileProduct(const TileShape& shape) {
  const OneThread guard;
  try {
    impl_ = find(shape, nullptr);
  } catch (const dnnl::error& error) {
    rethrow(error);
  }
}

TileProduct::TileProduct(const TileShape& shape, const TileProduct& like) {
  const OneThread guard;
  try {
    impl_ = find(shape, like.impl_.get());
  } catch (const dnnl::error& error) {
    rethrow(error);
  }
}

TileProduct::~TileProduct() = default;
TileProduct::TileProduct(TileProduct&&) noexcept = default;
TileProduct& TileProduct::operator=(TileProduct&&) noexcept = default;

const TileShape& TileProduct::shape() const { return impl_->shape; }
std::string TileProduct::kernel() const { return impl_->description.impl_info_str(); }
std::size_t TileProduct::packed_bytes() const { return impl_->description.weights_desc().get_size(); }
std::size_t TileProduct::scratch_bytes() const { return impl_->description.scratchpad_desc().get_size(); }

void TileProduct::pack(const void* weight, std::byte* packed) const {
  impl_->pack({weight, 1, impl_->shape.in}, packed);
}

void TileProduct::pack_transposed(const float* weight, std::int64_t stride, std::byte* packed) const {
  GROEL_REQUIRE(impl_->shape.input == DType::f32);
  impl_->pack({weight, stride, 1}, packed);
}

void TileProduct::run(const void* x, const std::byte* packed, void* y, std::byte* scratch) const {
  const OneThread guard;
  try {
    Arguments& a = impl_->arguments();
    a.at(DNNL_ARG_SRC).set_data_handle(const_cast<void*>(x));
    a.at(DNNL_ARG_WEIGHTS).set_data_handle(const_cast<std::byte*>(packed));
    a.at(DNNL_ARG_DST).set_data_handle(y);
    a.at(DNNL_ARG_SCRATCHPAD).set_data_handle(scratch);
    impl_->product.execute(stream(), a);
    stream().wait();
  } catch (const dnnl::error& error) {
    rethrow(error);
  }
}

std::string onednn_version() {
  const dnnl_version_t* version = dnnl_version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace groel::ops
