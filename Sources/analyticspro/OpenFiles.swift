#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The number of files, connections among them, that this process may have open.
enum OpenFiles {
    /// Lets the process open as many files as the system allows it.
    ///
    /// Many systems begin with 1,024 and allow far more. The connections of a single address would take up all of them.
    static func raiseLimit() {
        var limit = rlimit()
        #if canImport(Glibc)
            let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let files = RLIMIT_NOFILE
        #endif
        // Where it cannot be raised it stays as it is.
        guard getrlimit(files, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(files, &limit)
    }
}
