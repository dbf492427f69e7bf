// Maps a file without a name, or takes memory.
#include "tasks/train/vector_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/error.h"

namespace groel::tasks {
namespace {

struct Mapping {
  void* data = nullptr;
  std::size_t bytes = 0;
  Mapping(void* at, std::size_t size) : data(at), bytes(size) {}
  ~Mapping() { ::munmap(data, bytes); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
};

struct OpenFile {
  int descriptor;
  std::string path;
  explicit OpenFile(const std::filesystem::path& folder) : path((folder / ".trunk-cache.XXXXXX").string()) {
    descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor < 0) throw_errno(path, "create a temporary file", errno);
    ::unlink(path.c_str());
  }
  ~OpenFile() { ::close(descriptor); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
};

}  // namespace

VectorMemory vector_memory(std::int64_t rows, std::int64_t width, const std::filesystem::path& folder) {
  const std::size_t bytes = static_cast<std::size_t>(rows * width) * sizeof(float);
  if (folder.empty() || bytes == 0) {
    VectorMemory out{Tensor::empty({rows, width}), nullptr};
    out.to = out.vectors.mutable_data<float>();
    return out;
  }
  const OpenFile file(folder);
  // All of it now: a disk that fills up later would end the process.
  if (const int failed = ::posix_fallocate(file.descriptor, 0, static_cast<off_t>(bytes)); failed != 0)
    throw_errno(file.path, "make room for the vectors", failed);
  void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0);
  if (data == MAP_FAILED) throw_errno(file.path, "map the vectors", errno);
  const auto mapping = std::make_shared<const Mapping>(data, bytes);
  const auto storage = Storage::borrow(static_cast<const std::byte*>(data), bytes, mapping);
  return {Tensor::view(storage, {rows, width}, DType::f32), static_cast<float*>(data)};
}

}  // namespace groel::tasks
