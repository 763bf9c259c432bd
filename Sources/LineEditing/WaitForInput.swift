import Glibc

/// Sleeps until `descriptor` can be read without waiting, or is at its end or in error (`true`), or
/// until a signal was handled or `isPending` holds (`false`).
///
/// No signal is lost between the look at `isPending` and the sleep: signals are held back in between
/// and let through by `pselect` only. That knows descriptors below `FD_SETSIZE`; a higher one counts
/// as ready, and its reader waits in `read`.
func waitForInput(on descriptor: Int32, unless isPending: () -> Bool) -> Bool {
  guard !isPending() else { return false }
  // The way of every byte of a paste but the first few: one system call.
  var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  if poll(&request, 1, 0) > 0 { return true }
  var held = sigset_t()
  var original = sigset_t()
  sigfillset(&held)
  pthread_sigmask(SIG_BLOCK, &held, &original)
  defer { pthread_sigmask(SIG_SETMASK, &original, nil) }
  guard !isPending() else { return false }
  guard (0..<FD_SETSIZE).contains(descriptor) else { return true }
  var descriptors = fd_set()
  withUnsafeMutableBytes(of: &descriptors) { bytes in
    // FD_SET, which Swift does not import: one bit each, in words of `Int`.
    let bits = bytes.bindMemory(to: Int.self)
    bits[Int(descriptor) / Int.bitWidth] |= 1 << (Int(descriptor) % Int.bitWidth)
  }
  return pselect(descriptor + 1, &descriptors, nil, nil, nil, &original) > 0 || errno != EINTR
}
