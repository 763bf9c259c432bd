/// What the interpreter needs of the world besides lines and a screen.
package struct Surroundings {
  /// Whether Ctrl-C was pressed since this was last asked.
  var takeInterrupt: () -> Bool
  /// Seconds since some moment.
  var now: () -> Double
  /// Waits for a number of seconds, a fraction of one.
  var sleep: (Double) -> Void
  /// Lets the person edit a text in a program of theirs; nil where there is no terminal.
  var edit: ((String) throws -> String)?
  /// The file of the classifier to take where none is named.
  var findClassifier: () throws -> String

  package init(
    takeInterrupt: @escaping () -> Bool, now: @escaping () -> Double,
    sleep: @escaping (Double) -> Void, edit: ((String) throws -> String)? = nil,
    findClassifier: @escaping () throws -> String
  ) {
    self.takeInterrupt = takeInterrupt
    self.now = now
    self.sleep = sleep
    self.edit = edit
    self.findClassifier = findClassifier
  }
}
