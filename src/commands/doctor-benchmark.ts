/** Options and printing of `doctor --benchmark`. */
import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { modelSize, MODEL_SIZES } from '../benchmark/model-size.ts'
import { benchmarkPassed, runBenchmark, type BenchmarkOptions } from '../benchmark/run-benchmark.ts'
import { SUSPECTS, type SuspectName } from '../benchmark/suspect-record.ts'
import { parseDevices, type Device } from '../engine/devices/device.ts'
import { parseDtype } from '../engine/devices/dtype.ts'
import { UsageError } from '../errors.ts'
import { cannotWrite } from '../io/cannot-write.ts'
import { isFolder } from '../io/path-exists.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { flag, listOptions, numberThat, text, textOrNothing, wholeNumberOr } from '../run/option-table.ts'
import { benchmarkTables } from '../report/terminal/benchmark-tables.ts'
import type { Terminal } from './terminal.ts'
import { makeFolder } from '../io/make-folder.ts'

const ITEMS = 200
const BENCHMARK = 'With --benchmark'

/** Options of `doctor`; all but `benchmark` and `json` are for the benchmark. */
export const doctorOptions = z.object({
  benchmark: flag({ description: 'Check numbers and measure speed of each device, on random models made on the spot' }),
  json: textOrNothing({ description: 'Print as JSON; with a file after it, --benchmark writes its record there and prints tables' }),
  device: text({ group: BENCHMARK, description: 'Devices to benchmark: cpu, cuda:0, webgpu, … (default: all that work)' }),
  modelSize: text({ group: BENCHMARK, description: `Random model: ${MODEL_SIZES.join(', ')} (default: 8b on a large GPU, 135m on a CPU)` }),
  dtype: text({ group: BENCHMARK, description: 'Type of the random model: f32, f16, bf16 (default: bf16 on CUDA, f16 on other GPUs)' }),
  budget: numberThat((seconds) => seconds > 0, {
    group: BENCHMARK,
    description: 'Seconds that everything may take (default: 480 with a GPU, else 60)',
    expected: 'a number of seconds above 0',
    example: '240',
  }),
  items: wholeNumberOr(ITEMS, 1, { group: BENCHMARK, description: 'Items of each workload' }),
  dataDir: text({ group: BENCHMARK, description: 'Rows of the benchmarks (default: requests of the same lengths)' }),
  python: text({ group: BENCHMARK, description: 'Python with torch and transformers to compare with (default: python3 with a GPU)' }),
  suspects: text({ group: BENCHMARK, description: `What may be slow, to look into only that: ${SUSPECTS.join(',')}` }),
})
type DoctorOptions = z.output<typeof doctorOptions>

/** Runs it; returns the exit code: 2 if numbers are wrong, or a device that was named cannot be used. Fails with UsageError or StoreError before it begins. */
export async function doctorBenchmark(argv: DoctorOptions, { out, err, signal }: Terminal): Promise<number> {
  const options = await parseArguments(argv)
  const { json } = argv
  if (json) await assertWritable(json)
  const record = await runBenchmark({ ...options, signal, onStep: (what) => err(what), onNotice: (notice) => err(notice) })
  const text = `${JSON.stringify(record, null, 2)}\n`
  if (json) await writeWhole(json, [text])
  if (json === '') out(text.trimEnd())
  else out(benchmarkTables(record).trimEnd())
  if (json) err(`written: ${json}`)
  return benchmarkPassed(record, options.devices !== undefined) ? 0 : 2
}

/** Fails with UsageError if an option is given that only --benchmark knows. */
export function refuseWithoutBenchmark({ benchmark, json, ...options }: DoctorOptions): void {
  if (benchmark) return
  const [defaults, given]: Readonly<Record<string, unknown>>[] = [doctorOptions.parse({}), options]
  const changed = listOptions(doctorOptions).find(({ key }) => key in given! && given![key] !== defaults![key])
  if (changed) throw new UsageError(`--${changed.name} needs --benchmark`, `Run evalharness doctor --benchmark --${changed.name} ….`)
  if (json) throw new UsageError(`--json ${json}: without --benchmark doctor writes no file`, 'Give --json alone and redirect the output, or add --benchmark.')
}

async function parseArguments(options: DoctorOptions): Promise<Omit<BenchmarkOptions, 'onStep' | 'onNotice'>> {
  const { modelSize: size, dataDir, device, dtype, suspects } = options
  if (size !== undefined) modelSize(size)
  if (dataDir !== undefined && !(await isFolder(dataDir)))
    throw new UsageError(`no such folder: --data-dir ${dataDir}`, 'Give a folder that holds TASK/SPLIT.jsonl, or leave the option out.')
  return {
    devices: device === undefined ? undefined : parseNamed(device),
    modelSize: size,
    dtype: dtype === undefined ? undefined : parseDtype(dtype),
    budgetSeconds: options.budget,
    itemCount: options.items,
    dataDir,
    python: options.python,
    suspects: suspects === undefined ? [] : suspects.split(',').map(parseSuspect),
  }
}

/** Devices of any providers: each is measured by itself. */
function parseNamed(text: string): Device[] {
  const devices = text.split(',').flatMap((name) => {
    const parsed = parseDevices(name.trim())
    if (parsed === 'auto')
      throw new UsageError('--device auto chooses one device, and --benchmark measures each', 'Leave --device out to measure all that work.')
    return parsed
  })
  return [...new Map(devices.map((device) => [`${device.provider}:${device.index}`, device])).values()]
}

function parseSuspect(name: string): SuspectName {
  const found = SUSPECTS.find((suspect) => suspect === name.trim())
  if (!found) throw new UsageError(`unknown --suspects ${JSON.stringify(name)}`, `Supported: ${SUSPECTS.join(', ')}.`)
  return found
}

/** Fails with StoreError if a file could not be written, before minutes are spent on its content. */
async function assertWritable(file: string): Promise<void> {
  const probe = `${file}.${process.pid}.tmp`
  try {
    if (await isFolder(file)) throw new Error('it is a folder')
    await makeFolder(path.dirname(file))
    await (await open(probe, 'w')).close()
    await rm(probe)
  } catch (cause) {
    throw cannotWrite(`--json ${file}`, cause, 'Give a file in a writable folder.')
  }
}
