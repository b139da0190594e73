#include <zlib.h>

/// deflateInit2 is a macro, which Swift does not see. 16 more window bits ask for gzip's frame (zlib.h).
static inline int czlib_deflate_init_gzip(z_streamp stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
