/** Options and printing of `doctor --benchmark`. */
import { mkdir, open, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Argv } from 'yargs'
import { modelSize, MODEL_SIZES } from '../benchmark/model-size.ts'
import { benchmarkPassed, runBenchmark, type BenchmarkOptions } from '../benchmark/run-benchmark.ts'
import { SUSPECTS, type SuspectName } from '../benchmark/suspects.ts'
import { parseDevices, parseDtype, type Device } from '../engine/devices/device.ts'
import { StoreError, UsageError } from '../errors.ts'
import { isFolder } from '../io/path-exists.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { benchmarkTables } from '../report/terminal/benchmark-tables.ts'
import { errorText } from '../text/error-text.ts'
import type { Terminal } from './terminal.ts'

/** What the user may say; `json` is shared with `doctor` itself. */
export interface BenchmarkArguments {
  benchmark: boolean
  /** Empty where it stands alone: then the record is printed. */
  json: string | undefined
  device: string | undefined
  'model-size': string | undefined
  dtype: string | undefined
  budget: number | undefined
  items: number | undefined
  'data-dir': string | undefined
  python: string | undefined
  suspects: string | undefined
}

const ITEMS = 200

/** Adds the options. */
export function benchmarkOptions(yargs: Argv): Argv<BenchmarkArguments> {
  return yargs
    .option('benchmark', { type: 'boolean', default: false, describe: 'Check numbers and measure speed of each device, on random models made on the spot' })
    .option('json', { type: 'string', describe: 'Print as JSON; with a file behind it, --benchmark writes its record there and prints tables' })
    .option('device', { type: 'string', requiresArg: true, describe: 'Devices to benchmark: cpu, cuda:0, webgpu, … (default: all that work)' })
    .option('model-size', {
      type: 'string',
      requiresArg: true,
      describe: `Random model: ${MODEL_SIZES.join(', ')} (default: 8b on a large GPU, 135m on a CPU)`,
    })
    .option('dtype', { type: 'string', requiresArg: true, describe: 'Type of the random model: f32, f16, bf16 (default: bf16 on CUDA, f16 on other GPUs)' })
    .option('budget', { type: 'number', requiresArg: true, describe: 'Seconds that everything may take (default: 480 with a GPU, else 60)' })
    .option('items', { type: 'number', requiresArg: true, describe: `Items of each workload (default: ${ITEMS})` })
    .option('data-dir', { type: 'string', requiresArg: true, describe: 'Rows of the benchmarks (default: requests of the same lengths)' })
    .option('python', { type: 'string', requiresArg: true, describe: 'Python with torch and transformers to compare with (default: python3 with a GPU)' })
    .option('suspects', { type: 'string', requiresArg: true, describe: `Only look into what may be slow: ${SUSPECTS.join(',')}` })
    .example('$0 doctor', 'check this machine')
    .example('$0 doctor --benchmark', 'about a minute on a CPU, at most eight on a GPU')
    .example('$0 doctor --benchmark --device cuda:0 --json gpu.json > gpu.md', 'the record and tables of one GPU')
    .example('$0 doctor --benchmark --device webgpu --model-size 1b', 'a smaller model')
    .example('$0 doctor --benchmark --device cuda:0 --suspects attention,batch --budget 240', 'what makes it slow?')
}

/** Runs it; comes back with the exit code: 2 where numbers are wrong, or a device that was named cannot be used. Fails with UsageError or StoreError before it begins. */
export async function doctorBenchmark(argv: BenchmarkArguments, { out, err, signal }: Terminal): Promise<number> {
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

/** Fails with UsageError where an option is given that only --benchmark knows. */
export function refuseWithoutBenchmark({ benchmark, json, ...argv }: BenchmarkArguments): void {
  if (benchmark) return
  const names = ['device', 'model-size', 'dtype', 'budget', 'items', 'data-dir', 'python', 'suspects'] as const
  const given = names.find((name) => argv[name] !== undefined)
  if (given !== undefined) throw new UsageError(`--${given} needs --benchmark`, `Run evalharness doctor --benchmark --${given} ${String(argv[given])}.`)
  if (json) throw new UsageError(`--json ${json}: without --benchmark doctor writes no file`, 'Give --json alone and redirect the output, or add --benchmark.')
}

async function parseArguments(argv: BenchmarkArguments): Promise<Omit<BenchmarkOptions, 'onStep' | 'onNotice'>> {
  const { budget, items, device, dtype } = argv
  if (budget !== undefined && !(budget > 0)) throw new UsageError(`--budget ${budget} is not a time`, 'Give seconds above 0.')
  if (items !== undefined && !(Number.isInteger(items) && items > 0))
    throw new UsageError(`--items ${items} is not a number of items`, 'Give a whole number from 1 on.')
  if (argv['model-size'] !== undefined) modelSize(argv['model-size'])
  if (argv['data-dir'] !== undefined && !(await isFolder(argv['data-dir'])))
    throw new UsageError(`no such folder: --data-dir ${argv['data-dir']}`, 'Give a folder that holds TASK/SPLIT.jsonl, or leave the option out.')
  return {
    devices: device === undefined ? undefined : parseNamed(device),
    modelSize: argv['model-size'],
    dtype: dtype === undefined ? undefined : parseDtype(dtype),
    budgetSeconds: budget,
    itemCount: items ?? ITEMS,
    dataDir: argv['data-dir'],
    python: argv.python,
    suspects: argv.suspects === undefined ? [] : argv.suspects.split(',').map(parseSuspect),
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

/** Fails with StoreError where a file could not be written, before minutes are spent on what goes into it. */
async function assertWritable(file: string): Promise<void> {
  const probe = `${file}.${process.pid}.tmp`
  try {
    if (await isFolder(file)) throw new Error('it is a folder')
    await mkdir(path.dirname(file), { recursive: true })
    await (await open(probe, 'w')).close()
    await rm(probe)
  } catch (cause) {
    throw new StoreError(`cannot write --json ${file}: ${errorText(cause)}`, 'Give a file in a folder that can be written to.', {
      cause,
    })
  }
}
