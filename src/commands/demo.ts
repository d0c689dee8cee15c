/** `evalharness demo`: the whole workflow with the built-in model and tasks, as the commands that a user would type. */
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { peakSessionBytes } from '../engine/onnx/session-process.ts'
import { AbortError, UsageError } from '../errors.ts'
import { cannotWrite } from '../io/cannot-write.ts'
import { PACKAGE_FOLDER } from '../io/package-folder.ts'
import { quoted } from '../text/command-text.ts'
import { shownPath } from '../text/shown-path.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { flag, textOr } from '../run/option-table.ts'
import { defineCommand, type Command } from './command.ts'
import type { Terminal } from './terminal.ts'
import { mebibytes } from '../text/byte-size.ts'
import { makeFolder } from '../io/make-folder.ts'

/** Runs a command line over a terminal; returns its exit code. */
export type RunCommandLine = (args: readonly string[], terminal: Terminal) => Promise<number>

/** One step of the demo: a command and its purpose. */
interface Step {
  readonly title: string
  readonly args: readonly string[]
  /** Exit codes after which the demo continues. */
  readonly expects: readonly number[]
  /** The meaning of the exit code. */
  readonly moral?: (code: number) => string
}

/** Marks a folder as an earlier demo's, which may be replaced. */
const MARK = 'demo.json'
const TASKS = ['piqa', 'boolq', 'hellaswag', 'mmlu', 'wikitext'].map((form) => `valley_${form}`)
/** The published settings, over nearly all of a model whose middle does little: it is small, and its text is easy. */
const LACO_SETTINGS = ['--merge-layers', '3', '--lowest-layer', '1', '--highest-layer', '13', '--threshold', '0.5', '--max-compression', '0.6']

const options = z.object({
  output: textOr('evalharness-demo', { aliases: ['o'], description: 'Folder for everything that it writes; an earlier demo’s is replaced' }),
  json: flag({ description: 'Print what was run and written as JSON; the story goes to standard error' }),
})

/** The command; `runCommandLine` runs the others. */
export function demoCommand(runCommandLine: RunCommandLine): Command {
  return defineCommand({
    name: 'demo',
    description: 'Show everything in a minute, offline: a built-in model is pruned, scored, compared and judged',
    options,
    examples: [['demo', 'nothing is downloaded; everything it writes is in one folder']],
    endsItself: true,
    run: (given, terminal) => demo(given, terminal, runCommandLine),
  })
}

async function demo({ output, json }: z.output<typeof options>, terminal: Terminal, runCommandLine: RunCommandLine): Promise<number> {
  const startedAt = performance.now()
  const story = json ? { ...terminal, out: terminal.err, show: terminal.err } : terminal
  await beginFolder(output)
  story.out('A small language model is pruned, scored, compared with what it was, and judged. Model and benchmarks are')
  story.out(`made up and built in: nothing is fetched, and nothing is written but ${output}${path.sep}.`)
  const commands: { readonly args: readonly string[]; readonly exitCode: number }[] = []
  for (const [index, { title, args, expects, moral }] of steps(output).entries()) {
    story.out(`\n${index + 1}. ${title}\n${commandText(args)}`)
    const exitCode = await runCommandLine(args, story)
    if (terminal.signal.aborted) throw new AbortError()
    if (!expects.includes(exitCode)) {
      terminal.error(`this ended with exit code ${exitCode}, which the demo does not expect`)
      return exitCode
    }
    if (moral) story.out(moral(exitCode))
    commands.push({ args, exitCode })
  }
  const seconds = (performance.now() - startedAt) / 1000
  // The sessions come one after the other, each beside the program.
  const peakBytes = process.resourceUsage().maxRSS * 1024 + peakSessionBytes()
  const files = {
    model: path.join(output, 'laco'),
    card: path.join(output, 'laco', 'README.md'),
    runs: path.join(output, 'results'),
    report: path.join(output, 'report.html'),
  }
  const summary = { seconds, peakBytes, commands, files }
  await writeWhole(path.join(output, MARK), [`${JSON.stringify(summary, null, 2)}\n`])
  if (json) terminal.out(JSON.stringify(summary, null, 2))
  else terminal.out(closing(summary))
  return 0
}

/** An empty folder with the demo's mark. Fails with UsageError if something else is in it. */
async function beginFolder(output: string): Promise<void> {
  const entries = await readdir(output).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new UsageError(`--output ${output} cannot be read as a folder`, 'Give a folder that does not exist yet.', { cause: error })
  })
  if (entries.length > 0 && !entries.includes(MARK))
    throw new UsageError(`--output ${output} exists and is not an earlier demo’s`, 'Give a folder that does not exist yet.')
  try {
    await rm(output, { recursive: true, force: true })
    await makeFolder(output)
  } catch (cause) {
    throw cannotWrite(`to ${output}`, cause, 'Give another folder with --output.')
  }
  await writeWhole(path.join(output, MARK), ['{}\n'])
}

function steps(output: string): readonly Step[] {
  const shipped = (name: string) => shownPath(path.join(PACKAGE_FOLDER, 'demo', name))
  const inside = (...parts: readonly string[]) => path.join(output, ...parts)
  const [model, pruned] = [shipped('model'), inside('laco')]
  const models = ['--model', `original=${model}`, '--model', `laco=${pruned}`]
  const runs = [inside('results', 'original'), inside('results', 'laco')]
  const done = [0]
  return [
    {
      title: 'Make it smaller: LaCo merges adjacent layers while the last hidden states stay close.',
      args: ['prune', 'laco', '--model', model, '--out', pruned, ...LACO_SETTINGS, '--calibration', shipped('calibration.txt')],
      expects: done,
    },
    {
      title: 'Infer from the weights alone where each layer came from.',
      args: ['layermap', model, pruned],
      expects: done,
    },
    {
      title: 'Score both on five benchmarks in one pass, item by item, and say what is left.',
      // Without the cache, which is outside of the folder, and from which a second demo would compute nothing.
      args: ['run', ...models, '--tasks', TASKS.join(','), '--divergence', '--output', inside('results'), '--no-cache'],
      expects: done,
    },
    {
      title: 'Put the tables into the pruned model’s card.',
      args: ['card', 'write', ...runs, '--into', inside('laco', 'README.md'), '--laco', inside('laco', 'laco.json')],
      expects: done,
    },
    {
      title: 'Check every figure of a card: of this one, or of anybody’s.',
      args: ['card', 'verify', inside('laco', 'README.md')],
      expects: done,
    },
    {
      title: 'Show the comparison as a page, with every item that flipped.',
      args: ['report', ...runs, '--output', inside('report.html')],
      expects: done,
    },
    {
      title: 'Ask whether it may ship.',
      args: ['gate', '--baseline', runs[0]!, '--candidate', runs[1]!, '--policy', shipped('gate.yaml')],
      expects: [0, 1, 3],
      moral: (code) => `exit code ${code}: ${code === 0 ? 'it may' : 'here a CI job would stop'}`,
    },
  ]
}

/** The command line as typed; long lines are broken before options. */
function commandText(args: readonly string[]): string {
  const words = args.map(quoted)
  const lines = ['$ evalharness']
  for (const [index, word] of words.entries()) {
    // An option stays with its value.
    const next = word.startsWith('--') ? ` ${word} ${words[index + 1]}` : ` ${word}`
    if (index > 0 && args[index - 1]!.startsWith('--')) lines[lines.length - 1] += ` ${word}`
    else if (lines.at(-1)!.length + next.length > 77) lines.push(`    ${word}`)
    else lines[lines.length - 1] += ` ${word}`
  }
  return lines.join(' \\\n')
}

interface Summary {
  readonly seconds: number
  readonly peakBytes: number
  readonly files: { readonly model: string; readonly card: string; readonly runs: string; readonly report: string }
}

function closing({ seconds, peakBytes, files }: Summary): string {
  return `
written:
  ${files.model}${path.sep}  the pruned model: load it with transformers, or prune it again
  ${files.card}  its card, with the tables above
  ${files.runs}${path.sep}  both runs in lm-eval's schema, every item of them
  ${files.report}  open it in a browser
${seconds.toFixed(0)} s, at most ${mebibytes(peakBytes)} of memory

The same on a real model, from the hub or a folder:
  evalharness run --model original=Qwen/Qwen3-0.6B-Base --tasks piqa --limit 100
  evalharness prune laco --model Qwen/Qwen3-8B-Base --out laco
  evalharness run --model original=Qwen/Qwen3-8B-Base --model laco=laco \\
    --tasks piqa,boolq,hellaswag,mmlu,wikitext
  evalharness --help`
}
