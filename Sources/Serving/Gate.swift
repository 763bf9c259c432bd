/// Who may speak to the server.
///
/// A server of this machine alone can be reached by every page that a browser here shows, under whatever
/// name that page's site gives this machine's address (DNS rebinding). So the name in a request's Host must
/// be one of this machine, and a page of another site is refused unless it was allowed.
package struct Gate: Sendable {
  /// Names that a request may use; nil for any.
  private let hosts: Set<String>?
  private let allowedOrigins: Set<String>

  /// - Parameters:
  ///   - host: where the server listens.
  ///   - allowedOrigins: such as `https://writer.example`, or `*` for any.
  package init(host: String, allowedOrigins: [String]) {
    hosts = Self.isLoopback(host) ? ["localhost", "127.0.0.1", "::1", host.lowercased()] : nil
    self.allowedOrigins = Set(allowedOrigins)
  }

  package static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }

  /// Why a request is refused, if it is.
  package func refusal(host: String?, origin: String?) -> APIError? {
    if let hosts, !hosts.contains(host.map(Self.name) ?? "") {
      return APIError(
        status: 403,
        message: "this server is for this machine: the Host of a request must be localhost")
    }
    if let origin, !allows(origin), origin.split(separator: "/").last.map(String.init) != host {
      return APIError(
        status: 403,
        message: "pages of \(origin) may not use this server; --allow-origin \(origin) lets them")
    }
    return nil
  }

  /// The header that lets a page of this origin see answers, if it may.
  package func allowedOrigin(_ origin: String?) -> String? {
    origin.flatMap { allows($0) ? $0 : nil }
  }

  private func allows(_ origin: String) -> Bool {
    allowedOrigins.contains(origin) || allowedOrigins.contains("*")
  }

  /// Without its port.
  private static func name(of host: String) -> String {
    let host = host.lowercased()
    if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
    return String(host.prefix { $0 != ":" })
  }
}
