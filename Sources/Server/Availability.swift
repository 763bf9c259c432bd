/// Whether this program can serve: whether it was built with the trait `Server`.
#if Server
  package let canServe = true
#else
  package let canServe = false
#endif
