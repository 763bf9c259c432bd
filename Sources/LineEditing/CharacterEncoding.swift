import Glibc

/// Has the C library, and readline with it, take characters for UTF-8.
///
/// The environment's locale stands wherever it is more than plain ASCII. Where it is `C`, `POSIX`, or
/// not installed, `C.UTF-8` takes its place, so that é is one character to the arrow keys and to
/// backspace. Readline looks the locale up in the environment again before each line, hence the
/// variable and not only `setlocale`; programs started from here, such as an editor, see it too.
/// Changes the environment, so call it before threads are started.
func useUTF8Locale() {
  if setlocale(LC_CTYPE, "") != nil, !isASCII { return }
  guard setlocale(LC_CTYPE, "C.UTF-8") != nil else { return }
  let overridesAll = getenv("LC_ALL").map { $0.pointee != 0 } ?? false
  setenv(overridesAll ? "LC_ALL" : "LC_CTYPE", "C.UTF-8", 1)
}

/// Whether the locale's characters are those of ASCII alone.
private var isASCII: Bool {
  guard let name = nl_langinfo(nl_item(CODESET)) else { return true }
  return strcmp(name, "ANSI_X3.4-1968") == 0 || strcmp(name, "US-ASCII") == 0
}
