import CCUDA

/// The functions of NVIDIA's libraries, looked up by name.
package struct CUDALibraries: Sendable {
  let driver: CUDADriver
  let compiler: NVRTC
  let products: CUBLAS

  /// Gives the address of a function, or says why it has none.
  package typealias Lookup = (_ name: String) throws(CUDAError) -> UnsafeMutableRawPointer

  package init(driver: Lookup, compiler: Lookup, products: Lookup) throws(CUDAError) {
    self.driver = try CUDADriver(driver)
    self.compiler = try NVRTC(compiler)
    self.products = try CUBLAS(products)
  }
}

/// libcuda.so.1
struct CUDADriver: Sendable {
  let initialize: cuInit_t
  let driverGetVersion: cuDriverGetVersion_t
  let getErrorString: cuGetErrorString_t
  let deviceGetCount: cuDeviceGetCount_t
  let deviceGet: cuDeviceGet_t
  let deviceGetName: cuDeviceGetName_t
  let deviceGetAttribute: cuDeviceGetAttribute_t
  let deviceTotalMemory: cuDeviceTotalMem_v2_t
  let primaryContextRetain: cuDevicePrimaryCtxRetain_t
  let primaryContextRelease: cuDevicePrimaryCtxRelease_v2_t
  let contextSetCurrent: cuCtxSetCurrent_t
  let memoryGetInfo: cuMemGetInfo_v2_t
  let memoryAllocate: cuMemAlloc_v2_t
  let memoryFree: cuMemFree_v2_t
  let hostAllocate: cuMemHostAlloc_t
  let hostFree: cuMemFreeHost_t
  let copyToDevice: cuMemcpyHtoDAsync_v2_t
  let copyToHost: cuMemcpyDtoHAsync_v2_t
  let copyOnDevice: cuMemcpyDtoDAsync_v2_t
  let fill: cuMemsetD8Async_t
  let streamCreate: cuStreamCreate_t
  let streamDestroy: cuStreamDestroy_v2_t
  let streamSynchronize: cuStreamSynchronize_t
  let captureBegin: cuStreamBeginCapture_v2_t
  let captureEnd: cuStreamEndCapture_t
  let graphInstantiate: cuGraphInstantiateWithFlags_t
  let graphLaunch: cuGraphLaunch_t
  let graphExecDestroy: cuGraphExecDestroy_t
  let graphDestroy: cuGraphDestroy_t
  let moduleLoadData: cuModuleLoadData_t
  let moduleUnload: cuModuleUnload_t
  let moduleGetFunction: cuModuleGetFunction_t
  let functionSetAttribute: cuFuncSetAttribute_t
  let launch: cuLaunchKernelEx_t

  init(_ address: CUDALibraries.Lookup) throws(CUDAError) {
    initialize = try unsafeBitCast(address("cuInit"), to: cuInit_t.self)
    driverGetVersion = try unsafeBitCast(
      address("cuDriverGetVersion"), to: cuDriverGetVersion_t.self)
    getErrorString = try unsafeBitCast(address("cuGetErrorString"), to: cuGetErrorString_t.self)
    deviceGetCount = try unsafeBitCast(address("cuDeviceGetCount"), to: cuDeviceGetCount_t.self)
    deviceGet = try unsafeBitCast(address("cuDeviceGet"), to: cuDeviceGet_t.self)
    deviceGetName = try unsafeBitCast(address("cuDeviceGetName"), to: cuDeviceGetName_t.self)
    deviceGetAttribute = try unsafeBitCast(
      address("cuDeviceGetAttribute"), to: cuDeviceGetAttribute_t.self)
    deviceTotalMemory = try unsafeBitCast(
      address("cuDeviceTotalMem_v2"), to: cuDeviceTotalMem_v2_t.self)
    primaryContextRetain = try unsafeBitCast(
      address("cuDevicePrimaryCtxRetain"), to: cuDevicePrimaryCtxRetain_t.self)
    primaryContextRelease = try unsafeBitCast(
      address("cuDevicePrimaryCtxRelease_v2"), to: cuDevicePrimaryCtxRelease_v2_t.self)
    contextSetCurrent = try unsafeBitCast(address("cuCtxSetCurrent"), to: cuCtxSetCurrent_t.self)
    memoryGetInfo = try unsafeBitCast(address("cuMemGetInfo_v2"), to: cuMemGetInfo_v2_t.self)
    memoryAllocate = try unsafeBitCast(address("cuMemAlloc_v2"), to: cuMemAlloc_v2_t.self)
    memoryFree = try unsafeBitCast(address("cuMemFree_v2"), to: cuMemFree_v2_t.self)
    hostAllocate = try unsafeBitCast(address("cuMemHostAlloc"), to: cuMemHostAlloc_t.self)
    hostFree = try unsafeBitCast(address("cuMemFreeHost"), to: cuMemFreeHost_t.self)
    copyToDevice = try unsafeBitCast(
      address("cuMemcpyHtoDAsync_v2"), to: cuMemcpyHtoDAsync_v2_t.self)
    copyToHost = try unsafeBitCast(
      address("cuMemcpyDtoHAsync_v2"), to: cuMemcpyDtoHAsync_v2_t.self)
    copyOnDevice = try unsafeBitCast(
      address("cuMemcpyDtoDAsync_v2"), to: cuMemcpyDtoDAsync_v2_t.self)
    fill = try unsafeBitCast(address("cuMemsetD8Async"), to: cuMemsetD8Async_t.self)
    streamCreate = try unsafeBitCast(address("cuStreamCreate"), to: cuStreamCreate_t.self)
    streamDestroy = try unsafeBitCast(address("cuStreamDestroy_v2"), to: cuStreamDestroy_v2_t.self)
    streamSynchronize = try unsafeBitCast(
      address("cuStreamSynchronize"), to: cuStreamSynchronize_t.self)
    captureBegin = try unsafeBitCast(
      address("cuStreamBeginCapture_v2"), to: cuStreamBeginCapture_v2_t.self)
    captureEnd = try unsafeBitCast(address("cuStreamEndCapture"), to: cuStreamEndCapture_t.self)
    graphInstantiate = try unsafeBitCast(
      address("cuGraphInstantiateWithFlags"), to: cuGraphInstantiateWithFlags_t.self)
    graphLaunch = try unsafeBitCast(address("cuGraphLaunch"), to: cuGraphLaunch_t.self)
    graphExecDestroy = try unsafeBitCast(
      address("cuGraphExecDestroy"), to: cuGraphExecDestroy_t.self)
    graphDestroy = try unsafeBitCast(address("cuGraphDestroy"), to: cuGraphDestroy_t.self)
    moduleLoadData = try unsafeBitCast(address("cuModuleLoadData"), to: cuModuleLoadData_t.self)
    moduleUnload = try unsafeBitCast(address("cuModuleUnload"), to: cuModuleUnload_t.self)
    moduleGetFunction = try unsafeBitCast(
      address("cuModuleGetFunction"), to: cuModuleGetFunction_t.self)
    functionSetAttribute = try unsafeBitCast(
      address("cuFuncSetAttribute"), to: cuFuncSetAttribute_t.self)
    launch = try unsafeBitCast(address("cuLaunchKernelEx"), to: cuLaunchKernelEx_t.self)
  }
}

/// libnvrtc.so
struct NVRTC: Sendable {
  let getErrorString: nvrtcGetErrorString_t
  let version: nvrtcVersion_t
  let getNumSupportedArchs: nvrtcGetNumSupportedArchs_t
  let getSupportedArchs: nvrtcGetSupportedArchs_t
  let createProgram: nvrtcCreateProgram_t
  let destroyProgram: nvrtcDestroyProgram_t
  let compileProgram: nvrtcCompileProgram_t
  let getCUBINSize: nvrtcGetCUBINSize_t
  let getCUBIN: nvrtcGetCUBIN_t
  let getPTXSize: nvrtcGetPTXSize_t
  let getPTX: nvrtcGetPTX_t
  let getProgramLogSize: nvrtcGetProgramLogSize_t
  let getProgramLog: nvrtcGetProgramLog_t

  init(_ address: CUDALibraries.Lookup) throws(CUDAError) {
    getErrorString = try unsafeBitCast(
      address("nvrtcGetErrorString"), to: nvrtcGetErrorString_t.self)
    version = try unsafeBitCast(address("nvrtcVersion"), to: nvrtcVersion_t.self)
    getNumSupportedArchs = try unsafeBitCast(
      address("nvrtcGetNumSupportedArchs"), to: nvrtcGetNumSupportedArchs_t.self)
    getSupportedArchs = try unsafeBitCast(
      address("nvrtcGetSupportedArchs"), to: nvrtcGetSupportedArchs_t.self)
    createProgram = try unsafeBitCast(address("nvrtcCreateProgram"), to: nvrtcCreateProgram_t.self)
    destroyProgram = try unsafeBitCast(
      address("nvrtcDestroyProgram"), to: nvrtcDestroyProgram_t.self)
    compileProgram = try unsafeBitCast(
      address("nvrtcCompileProgram"), to: nvrtcCompileProgram_t.self)
    getCUBINSize = try unsafeBitCast(address("nvrtcGetCUBINSize"), to: nvrtcGetCUBINSize_t.self)
    getCUBIN = try unsafeBitCast(address("nvrtcGetCUBIN"), to: nvrtcGetCUBIN_t.self)
    getPTXSize = try unsafeBitCast(address("nvrtcGetPTXSize"), to: nvrtcGetPTXSize_t.self)
    getPTX = try unsafeBitCast(address("nvrtcGetPTX"), to: nvrtcGetPTX_t.self)
    getProgramLogSize = try unsafeBitCast(
      address("nvrtcGetProgramLogSize"), to: nvrtcGetProgramLogSize_t.self)
    getProgramLog = try unsafeBitCast(
      address("nvrtcGetProgramLog"), to: nvrtcGetProgramLog_t.self)
  }
}

/// libcublas.so
struct CUBLAS: Sendable {
  let getStatusString: cublasGetStatusString_t
  let create: cublasCreate_v2_t
  let destroy: cublasDestroy_v2_t
  let setStream: cublasSetStream_v2_t
  let setWorkspace: cublasSetWorkspace_v2_t
  let gemm: cublasGemmEx_t

  init(_ address: CUDALibraries.Lookup) throws(CUDAError) {
    getStatusString = try unsafeBitCast(
      address("cublasGetStatusString"), to: cublasGetStatusString_t.self)
    create = try unsafeBitCast(address("cublasCreate_v2"), to: cublasCreate_v2_t.self)
    destroy = try unsafeBitCast(address("cublasDestroy_v2"), to: cublasDestroy_v2_t.self)
    setStream = try unsafeBitCast(address("cublasSetStream_v2"), to: cublasSetStream_v2_t.self)
    setWorkspace = try unsafeBitCast(
      address("cublasSetWorkspace_v2"), to: cublasSetWorkspace_v2_t.self)
    gemm = try unsafeBitCast(address("cublasGemmEx"), to: cublasGemmEx_t.self)
  }
}
