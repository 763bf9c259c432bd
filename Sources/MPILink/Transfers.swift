#if MPI
  import CMPI
  import Cluster

  /// Messages that are under way, both ways. Used by the one thread that calls MPI.
  ///
  /// A message that is longer than a piece travels in pieces, after a notice of its length; a few of them go
  /// to one process at a time. MPI counts bytes with 32 bits, and there is a more common reason, too: see
  /// `PieceSize`.
  struct Transfers {
    /// By process.
    private let pieceSizes: [PieceSize]
    private let names: [String]
    private let inbox: Inbox
    private let noticeTag: CInt
    private var sends: [Transfer] = []
    /// By process: messages of which pieces are not sent yet, in order.
    private var waiting: [Int: [Parcel]] = [:]
    private var piecesUnderWay: [Int: Int] = [:]
    private var receives: [Transfer] = []
    /// Messages that have begun to come, in the order in which MPI matched them, which is that of sending
    /// for each process and channel.
    private var coming: [Parcel] = []
    /// Those of which pieces have not been matched.
    private var unmatched: [Origin: Parcel] = [:]
    private var barrier: charlstm_mpi_request?

    /// - Parameter noticeTag: added to a channel's number for notices of length.
    init(pieceSizes: [PieceSize], noticeTag: Int, names: [String], inbox: Inbox) {
      self.pieceSizes = pieceSizes
      self.noticeTag = CInt(noticeTag)
      self.names = names
      self.inbox = inbox
    }

    private struct Transfer {
      var parcel: Parcel
      /// Whether it is one of `piecesUnderWay`.
      var isCounted = false
      var request = charlstm_mpi_request()
    }

    var isUnderWay: Bool { isSending || !coming.isEmpty || barrier != nil }
    var isSending: Bool { !sends.isEmpty || !waiting.isEmpty }

    // MARK: There

    mutating func send(_ letter: Outbox.Letter) {
      let parcel = Parcel(
        sending: letter.message,
        to: Origin(rank: letter.destination, channel: letter.channel),
        pieceSize: pieceSizes[letter.destination])
      let others = waiting[parcel.origin.rank, default: []]
      if parcel.pieces == 1, !others.contains(where: { $0.origin == parcel.origin }) {
        start(parcel)
      } else {
        waiting[parcel.origin.rank, default: []].append(parcel)
        sendPieces(to: parcel.origin.rank)
      }
    }

    private mutating func sendPieces(to rank: Int) {
      while let parcel = waiting[rank]?.first,
        piecesUnderWay[rank, default: 0] < pieceSizes[rank].window
      {
        if parcel.pieces > 1, parcel.nextPiece == 0 { start(notice(of: parcel), isNotice: true) }
        piecesUnderWay[rank, default: 0] += 1
        start(parcel, isCounted: true)
        if parcel.nextPiece == parcel.pieces { waiting[rank]?.removeFirst() }
        if waiting[rank]?.isEmpty == true { waiting[rank] = nil }
      }
    }

    private func notice(of parcel: Parcel) -> Parcel {
      let length = withUnsafeBytes(of: Int64(parcel.count)) { Array($0) }
      return Parcel(sending: length, to: parcel.origin, pieceSize: parcel.pieceSize)
    }

    private mutating func start(
      _ parcel: Parcel, isNotice: Bool = false, isCounted: Bool = false
    ) {
      var transfer = Transfer(parcel: parcel, isCounted: isCounted)
      let (start, count) = parcel.takePiece()
      let code = charlstm_mpi_send(
        start, count, CInt(parcel.origin.rank),
        CInt(parcel.origin.channel) + (isNotice ? noticeTag : 0), &transfer.request)
      if succeeded(code, with: parcel.origin.rank) { sends.append(transfer) }
    }

    private mutating func finishSends() -> Bool {
      let (done, rest) = tested(sends)
      sends = rest
      for transfer in done where transfer.isCounted {
        let rank = transfer.parcel.origin.rank
        piecesUnderWay[rank, default: 0] -= 1
        sendPieces(to: rank)
      }
      return !done.isEmpty
    }

    // MARK: Back

    /// Looks at everything that is under way, and for what is new. Whether anything has happened.
    mutating func advance() -> Bool {
      var hasMoved = finishSends()
      while let arrival = probe() {
        receive(arrival)
        hasMoved = true
      }
      let (done, rest) = tested(receives)
      receives = rest
      for transfer in done { transfer.parcel.piecesDone += 1 }
      if !done.isEmpty { deliver() }
      return hasMoved || !done.isEmpty
    }

    private func probe() -> charlstm_mpi_arrival? {
      var arrival = charlstm_mpi_arrival()
      var isFound = false
      guard succeeded(charlstm_mpi_probe(&isFound, &arrival), with: nil) else { return nil }
      return isFound ? arrival : nil
    }

    private mutating func receive(_ arrival: charlstm_mpi_arrival) {
      var arrival = arrival
      let rank = Int(arrival.source)
      if arrival.tag >= noticeTag {
        var length: Int64 = 0
        guard succeeded(charlstm_mpi_receive_now(&length, &arrival), with: rank) else { return }
        let origin = Origin(rank: rank, channel: Int(arrival.tag - noticeTag))
        let parcel = Parcel(receiving: Int(length), from: origin, pieceSize: pieceSizes[rank])
        unmatched[origin] = parcel
        coming.append(parcel)
        return
      }
      let origin = Origin(rank: rank, channel: Int(arrival.tag))
      let parcel: Parcel
      if let begun = unmatched[origin] {
        parcel = begun
      } else {
        parcel = Parcel(receiving: Int(arrival.count), from: origin, pieceSize: pieceSizes[rank])
        coming.append(parcel)
      }
      var transfer = Transfer(parcel: parcel)
      let (start, count) = parcel.takePiece()
      precondition(count == arrival.count, "a message of another link")
      if parcel.nextPiece == parcel.pieces { unmatched[origin] = nil }
      if succeeded(charlstm_mpi_receive(start, &arrival, &transfer.request), with: rank) {
        receives.append(transfer)
      }
    }

    /// Hands over what has come whole, unless something that was sent before it has not.
    private mutating func deliver() {
      var incomplete: Set<Origin> = []
      coming = coming.filter { parcel in
        guard parcel.isDone, !incomplete.contains(parcel.origin) else {
          incomplete.insert(parcel.origin)
          return true
        }
        inbox.deliver(
          parcel.takeBytes(), from: parcel.origin.rank, channel: parcel.origin.channel)
        return false
      }
    }

    // MARK: The end

    /// Whether all processes have come here; call until they have.
    mutating func meet() -> Bool {
      var request = barrier ?? charlstm_mpi_request()
      if barrier == nil {
        guard succeeded(charlstm_mpi_barrier(&request), with: nil) else { return true }
      }
      var isDone = false
      let code = charlstm_mpi_test(&request, &isDone)
      barrier = isDone ? nil : request
      return !succeeded(code, with: nil) || isDone
    }

    /// What is done of some transfers, and what is not. Those that have failed are neither.
    private func tested(_ transfers: [Transfer]) -> (done: [Transfer], rest: [Transfer]) {
      var done: [Transfer] = []
      var rest: [Transfer] = []
      for var transfer in transfers {
        var isDone = false
        let code = charlstm_mpi_test(&transfer.request, &isDone)
        guard succeeded(code, with: transfer.parcel.origin.rank) else { continue }
        if isDone { done.append(transfer) } else { rest.append(transfer) }
      }
      return (done, rest)
    }

    /// - Parameter rank: nil where any process may be meant.
    private func succeeded(_ code: CInt, with rank: Int?) -> Bool {
      if code == charlstm_mpi_success { return true }
      let name = rank.map { names[$0] } ?? "MPI"
      inbox.fail(.failed(name: name, reason: "cannot be reached: \(mpiError(code))"))
      return false
    }
  }

  func mpiError(_ code: CInt) -> String {
    var text = [CChar](repeating: 0, count: Int(charlstm_mpi_error_size))
    charlstm_mpi_error(code, &text)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
#endif
