import Files
import TerminalText

extension SafetensorsFile {
  /// Writes a safetensors file, whole or not at all.
  ///
  /// The content goes to a temporary file beside it, onto the disk, and then in its place in one step.
  ///
  /// The bytes depend on the content only, not on the order of `tensors`: metadata go by key,
  /// tensors by element type, widest first, and then by name, both in order of their UTF-8. Every
  /// tensor is therefore aligned to its elements; the header is padded with spaces to a multiple of
  /// eight bytes. For the types it shares with the reference implementation the order is the same.
  ///
  /// - Throws: `SafetensorsError.unwritable` for names that repeat or are reserved and for a tensor
  ///   whose bytes are not as many as its shape says; `.file` where the disk is in the way. In every
  ///   case a file that was at `path` is still there.
  public static func write(
    _ tensors: [TensorContent], metadata: [String: String] = [:], to path: String
  ) throws(SafetensorsError) {
    try write(tensors, metadata: metadata, path: path) { (content) throws(FileError) in
      var file = try AtomicFile(path: path)
      if try content({ (bytes) throws(FileError) in try file.write(bytes) }) { try file.finish() }
    }
  }

  /// The same, to a file that a person named.
  package static func write(
    _ tensors: [TensorContent], metadata: [String: String], to file: OutputFile,
    permissions: AtomicFile.Permissions = .standard
  ) throws(SafetensorsError) {
    try write(tensors, metadata: metadata, path: file.path) { (content) throws(FileError) in
      try file.write(permissions: permissions, content)
    }
  }

  /// Gives all bytes to a sink, and returns whether they are those of the tensors' shapes.
  private typealias Content = (OutputFile.Sink) throws(FileError) -> Bool

  private static func write(
    _ tensors: [TensorContent], metadata: [String: String], path: String,
    by writeFile: (Content) throws(FileError) -> Void
  ) throws(SafetensorsError) {
    let tensors = tensors.sorted {
      $0.elementType == $1.elementType
        ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        : $0.elementType.precedes($1.elementType)
    }
    let sizes = try sizes(of: tensors, path: path)
    let header = header(of: tensors, sizes, metadata)
    guard header.count - prefixLength <= headerLimit else {
      throw .unwritable(
        path: path,
        reason: "a header of \(header.count - prefixLength) bytes, at most \(headerLimit) are read"
      )
    }

    var misfit: SafetensorsError?
    do throws(FileError) {
      try writeFile { (sink) throws(FileError) in
        try header.withUnsafeBufferPointer { (header) throws(FileError) in
          try sink(UnsafeRawBufferPointer(header))
        }
        for (tensor, size) in zip(tensors, sizes) {
          var written = 0
          try tensor.emit { (bytes) throws(FileError) in
            written += bytes.count
            try sink(bytes)
          }
          guard written == size else {
            misfit = .unwritable(
              path: path,
              reason: "tensor \(quoted(tensor.name)) of shape \(tensor.shape) came with "
                + "\(written) bytes instead of \(size)")
            return false
          }
        }
        return true
      }
    } catch {
      throw .file(error)
    }
    if let misfit { throw misfit }
  }

  private static func sizes(
    of tensors: [TensorContent], path: String
  ) throws(SafetensorsError) -> [Int] {
    var names: Set<String> = [SafetensorsHeader.metadataName]
    var total = 0
    var sizes: [Int] = []
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else {
        throw .unwritable(path: path, reason: "the tensor name \(quoted(tensor.name)) is taken")
      }
      guard tensor.shape.count <= SafetensorsHeader.dimensionLimit,
        let size = byteCount(of: tensor.shape, tensor.elementType),
        case let (sum, overflow) = total.addingReportingOverflow(size), !overflow
      else {
        throw .unwritable(
          path: path, reason: "tensor \(quoted(tensor.name)) cannot have shape \(tensor.shape)")
      }
      total = sum
      sizes.append(size)
    }
    return sizes
  }

  /// The header's length and the header.
  private static func header(
    of tensors: [TensorContent], _ sizes: [Int], _ metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(json($0.key)):\(json($0.value))" }
      members.append("\(json(SafetensorsHeader.metadataName)):{\(pairs.joined(separator: ","))}")
    }
    var begin = 0
    for (tensor, size) in zip(tensors, sizes) {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        """
        \(json(tensor.name)):{"dtype":"\(tensor.elementType.rawValue)","shape":[\(shape)],\
        "data_offsets":[\(begin),\(begin + size)]}
        """)
      begin += size
    }
    var text = "{\(members.joined(separator: ","))}"
    text += String(repeating: " ", count: -text.utf8.count & 7)
    return withUnsafeBytes(of: UInt64(text.utf8.count), Array.init) + text.utf8
  }

  /// A JSON string, quotes included; only what must be escaped is.
  private static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        result += scalar.value < 0x10 ? "\\u000" : "\\u00"
        result += String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension ElementType {
  fileprivate func precedes(_ other: ElementType) -> Bool {
    // The cases are declared from the narrowest to the widest.
    Self.allCases.firstIndex(of: self) ?? 0 > Self.allCases.firstIndex(of: other) ?? 0
  }
}
