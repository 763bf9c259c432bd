/// The folders of this program in the person's own, as the XDG Base Directory Specification has them:
/// a variable whose path is not absolute does not count.
package enum BaseFolders {
  /// What is kept from one run to the next: `$XDG_STATE_HOME/charlstm`, else
  /// `~/.local/state/charlstm`; nil where `HOME` is no absolute path either.
  package static func state(environment: [String: String]) -> String? {
    folder(environment["XDG_STATE_HOME"], else: ".local/state", environment)
  }

  /// What the person has set: `$XDG_CONFIG_HOME/charlstm`, else `~/.config/charlstm`.
  package static func configuration(environment: [String: String]) -> String? {
    folder(environment["XDG_CONFIG_HOME"], else: ".config", environment)
  }

  /// What can be made again: `$XDG_CACHE_HOME/charlstm`, else `~/.cache/charlstm`.
  package static func cache(environment: [String: String]) -> String? {
    folder(environment["XDG_CACHE_HOME"], else: ".cache", environment)
  }

  private static func folder(
    _ named: String?, else folder: String, _ environment: [String: String]
  ) -> String? {
    if let named, named.hasPrefix("/") { return named + "/charlstm" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/" + folder + "/charlstm"
  }
}
