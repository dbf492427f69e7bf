// Compiled into programs that link groel::groel from an installed prefix: where GroEL's share folder is.
extern "C" __attribute__((weak)) const char* groel_share_folder() noexcept { return GROEL_SHARE_FOLDER; }
