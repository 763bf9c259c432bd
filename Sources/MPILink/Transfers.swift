#if MPI
  import CMPI
  import Cluster

  /// Messages that are under way, both ways. Used by the one thread that calls MPI.
  ///
  /// MPI counts bytes with 32 bits, so messages travel in pieces: all but the last have the full size, the
  /// last one less, though that be nothing. A message shorter than a piece is one piece.
  struct Transfers {
    private let pieceSize: Int
    private let names: [String]
    private let inbox: Inbox
    private var sends: [Transfer] = []
    /// In the order in which MPI matched them, which is that of sending for each process and channel.
    private var receives: [Transfer] = []
    /// Messages of which the last piece has not come.
    private var parts: [Origin: [UInt8]] = [:]
    private var barrier: charlstm_mpi_request?

    init(pieceSize: Int, names: [String], inbox: Inbox) {
      self.pieceSize = pieceSize
      self.names = names
      self.inbox = inbox
    }

    var isUnderWay: Bool { !sends.isEmpty || !receives.isEmpty || barrier != nil }
    var isSending: Bool { !sends.isEmpty }

    mutating func send(_ letter: Outbox.Letter) {
      var offset = 0
      while true {
        let transfer = Transfer(
          sending: letter.message, range: offset..<min(offset + pieceSize, letter.message.count),
          to: letter.destination, channel: letter.channel)
        let code = charlstm_mpi_send(
          transfer.start, CInt(transfer.count), CInt(letter.destination), CInt(letter.channel),
          &transfer.request)
        guard succeeded(code, with: letter.destination) else { return }
        sends.append(transfer)
        offset += pieceSize
        if transfer.count < pieceSize { return }
      }
    }

    /// Looks at everything that is under way, and for what is new. Whether anything has happened.
    mutating func advance() -> Bool {
      var hasMoved = finishSends()
      while let arrival = probe() {
        receive(arrival)
        hasMoved = true
      }
      return deliver() || hasMoved
    }

    private mutating func finishSends() -> Bool {
      let rest = sends.filter { test($0) == .underWay }
      defer { sends = rest }
      return rest.count < sends.count
    }

    private func probe() -> charlstm_mpi_arrival? {
      var arrival = charlstm_mpi_arrival()
      var isFound = false
      guard succeeded(charlstm_mpi_probe(&isFound, &arrival), with: nil) else { return nil }
      return isFound ? arrival : nil
    }

    private mutating func receive(_ arrival: charlstm_mpi_arrival) {
      var arrival = arrival
      let source = Int(arrival.source)
      let transfer = Transfer(
        receiving: Int(arrival.count), from: source, channel: Int(arrival.tag))
      if succeeded(charlstm_mpi_receive(transfer.start, &arrival, &transfer.request), with: source)
      {
        receives.append(transfer)
      }
    }

    /// Hands over what has come whole, unless something that was sent before it has not.
    private mutating func deliver() -> Bool {
      var waiting: Set<Origin> = []
      var rest: [Transfer] = []
      let before = receives.count
      for transfer in receives {
        if !waiting.contains(transfer.origin) {
          switch test(transfer) {
          case .done:
            deliver(transfer)
            continue
          case .failed: continue
          case .underWay: waiting.insert(transfer.origin)
          }
        }
        rest.append(transfer)
      }
      receives = rest
      return rest.count < before
    }

    private mutating func deliver(_ transfer: Transfer) {
      let origin = transfer.origin
      var message = transfer.takeBytes()
      let isLast = message.count < pieceSize
      if parts[origin] != nil || !isLast {
        parts[origin, default: []].append(contentsOf: message)
        guard isLast else { return }
        message = parts.removeValue(forKey: origin) ?? message
      }
      inbox.deliver(message, from: origin.rank, channel: origin.channel)
    }

    /// Whether all processes have come here; call until they have.
    mutating func meet() -> Bool {
      if barrier == nil {
        var request = charlstm_mpi_request()
        guard succeeded(charlstm_mpi_barrier(&request), with: nil) else { return true }
        barrier = request
      }
      guard var request = barrier else { return true }
      var isDone = false
      let code = charlstm_mpi_test(&request, &isDone)
      barrier = isDone ? nil : request
      return !succeeded(code, with: nil) || isDone
    }

    private enum State { case underWay, done, failed }

    private func test(_ transfer: Transfer) -> State {
      var isDone = false
      let code = charlstm_mpi_test(&transfer.request, &isDone)
      guard succeeded(code, with: transfer.origin.rank) else { return .failed }
      return isDone ? .done : .underWay
    }

    /// - Parameter rank: nil where any process may be meant.
    private func succeeded(_ code: CInt, with rank: Int?) -> Bool {
      if code == charlstm_mpi_success { return true }
      let name = rank.map { names[$0] } ?? "MPI"
      inbox.fail(.failed(name: name, reason: "cannot be reached: \(mpiError(code))"))
      return false
    }
  }

  struct Origin: Hashable {
    var rank: Int
    var channel: Int
  }

  /// One piece, from when MPI is told of it until MPI is done with it.
  final class Transfer {
    /// The process at the other end.
    let origin: Origin
    let start: UnsafeMutableRawPointer?
    let count: Int
    var request = charlstm_mpi_request()
    private var bytes: [UInt8]

    // An array's bytes stay where they are while it is referred to and not changed. They are left there
    // instead of copied, because a copy of each gradient would take as long as its way to a near machine.

    init(sending message: [UInt8], range: Range<Int>, to rank: Int, channel: Int) {
      origin = Origin(rank: rank, channel: channel)
      count = range.count
      bytes = message
      start = bytes.withUnsafeBytes {
        UnsafeMutableRawPointer(mutating: $0.baseAddress)?.advanced(by: range.lowerBound)
      }
    }

    init(receiving count: Int, from rank: Int, channel: Int) {
      origin = Origin(rank: rank, channel: channel)
      self.count = count
      var start: UnsafeMutableRawPointer?
      bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        start = UnsafeMutableRawPointer(buffer.baseAddress)
        initialized = count
      }
      self.start = start
    }

    func takeBytes() -> [UInt8] {
      defer { bytes = [] }
      return bytes
    }
  }

  func mpiError(_ code: CInt) -> String {
    var text = [CChar](repeating: 0, count: Int(charlstm_mpi_error_size))
    charlstm_mpi_error(code, &text)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
#endif
