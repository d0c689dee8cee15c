/** What CUDA needs on a machine, from what is there: a pure function, for `doctor` and for the hint of a run that asked for CUDA. */

/** What was found. */
export interface CudaFacts {
  /** Version of NVIDIA's kernel driver, such as 580.65.06; null without one. */
  readonly driver: string | null
  /** Libraries that the loader finds, by file name: libcudart.so.13, libcublas.so.13, libcudnn.so.9. */
  readonly libraries: readonly string[]
  /** Folders with such libraries that the loader does not look in: toolkits, pip's packages, the driver's in a container. */
  readonly otherFolders: readonly { readonly folder: string; readonly libraries: readonly string[] }[]
  /** The provider beside onnxruntime-node's binding, and the libraries that it needs and the loader does not find; null if it is not there. */
  readonly provider: { readonly cuda: number | null; readonly missing: readonly string[] } | null
}

/** Where things are, for the commands. */
export interface CudaPlaces {
  /** Folder of libonnxruntime.so.1 that the provider must lie in. */
  readonly folder: string
  /** Script of onnxruntime-node that fetches the provider. */
  readonly installScript: string
  /** Version of onnxruntime, which must be the provider's. */
  readonly version: string
}

/** Advice: what is so, and commands to paste, in order. */
export interface CudaAdvice {
  readonly finding: string
  readonly commands: readonly string[]
}

/** The oldest drivers that run each version, by NVIDIA's release notes. */
const OLDEST_DRIVER: ReadonlyMap<number, number> = new Map([
  [13, 580],
  [12, 525],
])
const NEWEST = 13

/** What to do next; null if nothing is missing. */
export function cudaAdvice(facts: CudaFacts, places: CudaPlaces): CudaAdvice | null {
  const driver = facts.driver === null ? null : Number(facts.driver.split('.')[0])
  if (driver === null) {
    const finding = `no NVIDIA driver is loaded; CUDA 13 needs version ${OLDEST_DRIVER.get(13)} or newer, CUDA 12 version ${OLDEST_DRIVER.get(12)} or newer`
    // The driver's library comes with the driver.
    const missing = (facts.provider?.missing ?? []).filter((name) => name !== DRIVER_LIBRARY)
    if (missing.length === 0) return { finding, commands: [] }
    const commands = findCommands(missing, facts.provider?.cuda ?? NEWEST, facts.otherFolders)
    return { finding: `${finding}; the provider is installed, and the loader does not find ${missing.join(', ')}`, commands }
  }
  const runs = [...OLDEST_DRIVER].flatMap(([cuda, oldest]) => (driver >= oldest ? [cuda] : []))
  if (runs.length === 0) return { finding: `the NVIDIA driver ${facts.driver} is too old: update it to ${OLDEST_DRIVER.get(NEWEST)} or newer`, commands: [] }
  const there = majorsOf(facts)
  const wanted = runs.find((cuda) => there.has(cuda)) ?? runs[0]!
  if (!facts.provider)
    return { finding: `the provider is not installed; CUDA ${wanted} fits${whatIsThere(there, facts)}`, commands: installCommands(wanted, places) }
  const { cuda, missing } = facts.provider
  if (cuda !== null && cuda !== wanted && (there.has(wanted) || !runs.includes(cuda)))
    return { finding: `the installed provider is for CUDA ${cuda}; CUDA ${wanted} fits${whatIsThere(there, facts)}`, commands: installCommands(wanted, places) }
  if (missing.length === 0) return null
  return { finding: `the loader does not find ${missing.join(', ')}`, commands: findCommands(missing, cuda ?? wanted, facts.otherFolders) }
}

const DRIVER_LIBRARY = 'libcuda.so.1'

/** A path for what is on the machine, packages for what is not. */
function findCommands(missing: readonly string[], cuda: number, otherFolders: CudaFacts['otherFolders']): string[] {
  const folders = otherFolders.filter(({ libraries }) => libraries.some((name) => missing.includes(name)))
  const rest = missing.filter((name) => !folders.some(({ libraries }) => libraries.includes(name)))
  const isOfCudnn = (name: string) => name.startsWith('libcudnn')
  return [
    ...(folders.length > 0 ? [`export LD_LIBRARY_PATH=${folders.map(({ folder }) => folder).join(':')}:$LD_LIBRARY_PATH`] : []),
    // In a container: the driver's library is the host's.
    ...(rest.includes(DRIVER_LIBRARY) ? ['docker run --gpus all …'] : []),
    ...(rest.some((name) => name !== DRIVER_LIBRARY && !isOfCudnn(name)) ? [`apt-get install cuda-libraries-${cuda}-0`] : []),
    ...(rest.some(isOfCudnn) ? [`apt-get install libcudnn9-cuda-${cuda}`] : []),
  ]
}

/** Advice as one sentence with its commands. */
export function adviceText({ finding, commands }: CudaAdvice): string {
  return commands.length === 0
    ? `${finding[0]!.toUpperCase()}${finding.slice(1)}.`
    : `${finding[0]!.toUpperCase()}${finding.slice(1)}. Run: ${commands.join(' && ')}`
}

/** Major versions of CUDA whose runtime or BLAS is on the machine. */
function majorsOf({ libraries, otherFolders }: CudaFacts): ReadonlySet<number> {
  const all = [...libraries, ...otherFolders.flatMap((other) => other.libraries)]
  return new Set(all.flatMap((name) => /^lib(?:cudart|cublas|cublasLt)\.so\.(\d+)/u.exec(name)?.[1] ?? []).map(Number))
}

function whatIsThere(there: ReadonlySet<number>, { driver }: CudaFacts): string {
  const found = there.size === 0 ? 'no CUDA libraries found' : `found CUDA ${[...there].sort((a, b) => a - b).join(' and ')}`
  return ` (driver ${driver}, ${found})`
}

/** NuGet's build, which onnxruntime-node's script fetches, is for CUDA 12; that of the PyPI wheel for CUDA 13. */
function installCommands(cuda: number, { folder, installScript, version }: CudaPlaces): readonly string[] {
  if (cuda === 12) return [`node ${installScript} --onnxruntime-node-install=cuda12`]
  const wheels = 'onnxruntime-gpu-wheel'
  return [
    `pip download --no-deps --only-binary=:all: --python-version 3.12 --platform manylinux_2_27_x86_64 --platform manylinux_2_28_x86_64 --dest ${wheels} onnxruntime-gpu==${version}`,
    `unzip -o -j ${wheels}/onnxruntime_gpu-${version}-*.whl 'onnxruntime/capi/libonnxruntime_providers_cuda.so' 'onnxruntime/capi/libonnxruntime_providers_shared.so' -d '${folder}'`,
    `rm -r ${wheels}`,
  ]
}
