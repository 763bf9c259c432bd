import Testing

@testable import MPILink

@Suite struct LaunchTests {
  @Test(arguments: [
    ["OMPI_COMM_WORLD_SIZE": "4", "HOME": "/root"], ["PMI_SIZE": "4", "PMI_RANK": "0"],
    ["PMIX_RANK": "1", "SLURM_NTASKS": "2"],
  ])
  func launchersOfParallelProgramsAreKnown(environment: [String: String]) {
    #expect(Launch.isParallel(environment: environment))
  }

  @Test(arguments: [
    [:], ["SLURM_NTASKS": "16", "SLURM_JOB_ID": "7"], ["OMPI_MCA_btl": "tcp,self"],
  ])
  func startedByHandOrInABatchScript(environment: [String: String]) {
    #expect(!Launch.isParallel(environment: environment))
  }

  @Test func processesOfAMachineShareItsProcessors() {
    #expect(Launch.threads(usable: 16, processors: 16, processes: 1) == 16)
    #expect(Launch.threads(usable: 16, processors: 16, processes: 4) == 4)
    #expect(Launch.threads(usable: 2, processors: 16, processes: 4) == 2)
    #expect(Launch.threads(usable: 16, processors: 16, processes: 3) == 5)
  }

  @Test func moreProcessesThanProcessorsTakeAThreadEach() {
    #expect(Launch.threads(usable: 2, processors: 2, processes: 8) == 1)
  }
}
