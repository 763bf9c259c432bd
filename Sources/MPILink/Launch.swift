import Foundation

/// How this process was started, as far as its environment tells.
package enum Launch {
  /// Whether a launcher of parallel programs started this process: `mpirun`, `mpiexec`, or `srun` with a plugin
  /// for MPI. A program that was started by hand is none of its processes and must not begin MPI.
  ///
  /// Open MPI's launcher sets the first name, those with PMI (MPICH, `srun --mpi=pmi2`) the second, those with
  /// PMIx (`srun --mpi=pmix`) the third. What Slurm sets by itself does not count: a batch script has that, too.
  package static func isParallel(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Bool {
    ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"].contains { environment[$0] != nil }
  }

  /// How many processes were started together, as far as the environment tells; 1 if it does not.
  package static func processes(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Int {
    ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"].lazy.compactMap { environment[$0].flatMap { Int($0) } }
      .first ?? 1
  }

  /// How many threads a process takes that shares its machine with others of the same run.
  ///
  /// - Parameters:
  ///   - usable: processors that this process may run on.
  ///   - processors: all of the machine.
  ///   - processes: of the run on this machine, this one included.
  package static func threads(
    usable: Int = ProcessInfo.processInfo.activeProcessorCount,
    processors: Int = ProcessInfo.processInfo.processorCount, processes: Int
  ) -> Int {
    max(1, min(usable, processors / max(1, processes)))
  }
}
