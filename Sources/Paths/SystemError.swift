import Glibc

/// A system call's `errno`.
package struct SystemError: Error {
  package let code: CInt

  package init(code: CInt) { self.code = code }

  package static var last: SystemError { SystemError(code: errno) }

  package var reason: String { String(cString: strerror(code)) }
}
