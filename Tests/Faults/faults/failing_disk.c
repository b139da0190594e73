/* A disk that fails, for a program that is started with this in LD_PRELOAD.

   FAULT_SYNC_FAILS=PATH   while there is a file PATH, fsync and fdatasync fail with EIO
   FAULT_KILL_AT=N         the Nth call that changes a regular file is the last thing that the process does: of a write
                           the first half is done, of anything else nothing, then it is gone as by kill -9  */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static const char *sync_fails;
static long kill_at;
static atomic_long changes;

__attribute__((constructor)) static void configure(void) {
    sync_fails = getenv("FAULT_SYNC_FAILS");
    const char *number = getenv("FAULT_KILL_AT");
    kill_at = number ? atol(number) : 0;
}

static int is_regular(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

static int is_last(void) { return kill_at > 0 && atomic_fetch_add(&changes, 1) + 1 == kill_at; }

static void end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define NEXT(result, name, ...) \
    static result (*next)(__VA_ARGS__); \
    if (!next) next = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define WRITE(name, offset_type) \
    ssize_t name(int descriptor, const void *bytes, size_t count, offset_type offset) { \
        NEXT(ssize_t, name, int, const void *, size_t, offset_type); \
        if (kill_at && is_regular(descriptor) && is_last()) { \
            (void)!next(descriptor, bytes, count / 2, offset); \
            end(); \
        } \
        return next(descriptor, bytes, count, offset); \
    }

#define TRUNCATE(name, offset_type) \
    int name(int descriptor, offset_type length) { \
        NEXT(int, name, int, offset_type); \
        if (kill_at && is_last()) end(); \
        return next(descriptor, length); \
    }

#define SYNC(name) \
    int name(int descriptor) { \
        NEXT(int, name, int); \
        if (kill_at && is_last()) end(); \
        if (sync_fails && access(sync_fails, F_OK) == 0) { \
            errno = EIO; \
            return -1; \
        } \
        return next(descriptor); \
    }

WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    NEXT(int, unlink, const char *);
    if (kill_at && is_last()) end();
    return next(path);
}
