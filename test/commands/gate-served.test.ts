/** The gate that scores its candidate on servers: one is lost, or the gate is interrupted. */
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { judgeModel } from '../../src/gate/sequential/judge-model.ts'
import { startFaultServer, type FaultServer } from '../engine/completions/fault-server.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const tokenizer = tinyModel()
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(200))
const servers: FaultServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.kill()
})

async function serve(): Promise<FaultServer> {
  const server = await startFaultServer({})
  servers.push(server)
  return server
}

function promptCount({ asked }: FaultServer): number {
  return asked.reduce((sum, { body }) => sum + body.prompt.length, 0)
}

async function optionsWithBaselineOf(server: FaultServer) {
  const results = temporaryFolder()
  const ran = await evalharness('run', '-m', `original=${server.url},tokenizer=${tokenizer}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', results)
  expect(ran, ran.err).toMatchObject({ code: 0 })
  return {
    baseline: path.join(results, 'original'),
    policy: { tasks: { piqa: { max_drop_points: 1 } } },
    data: [`piqa=${rows}`],
    output: temporaryFolder(),
  }
}

test('one of two servers is killed in the middle of a block: same verdict, same items', { tags: ['slow'] }, async () => {
  const [first, second] = [await serve(), await serve()]
  const options = await optionsWithBaselineOf(first)
  const alone = await judgeModel({ ...options, model: [`candidate=${first.url},tokenizer=${tokenizer}`] })
  let [blocks, batches] = [0, 0]
  const notices: string[] = []
  const both = await judgeModel({
    ...options,
    model: [`candidate=${first.url},${second.url},tokenizer=${tokenizer}`],
    onEvent(event) {
      if (event.kind === 'notice') notices.push(event.message)
      if (event.kind === 'task-started') blocks++
      if (event.kind === 'batch-scored' && blocks === 2 && ++batches === 3) second.kill()
    },
  })
  expect(notices.join('\n')).toContain(new URL(second.url).host)
  expect(both.judgement).toEqual(alone.judgement)
  expect(both.drawing!.drawn).toEqual(alone.drawing!.drawn)
  expect(both).toMatchObject({ exitCode: 0, error: null, drawing: { isInterrupted: false } })
  expect(alone.drawing!.drawn[0]!.items.length).toBeGreaterThan(64)
})

test('after an interruption in the middle of a block, no item that has its scores is asked again', { tags: ['slow'] }, async () => {
  const server = await serve()
  const options = { ...(await optionsWithBaselineOf(server)), model: [`candidate=${server.url},tokenizer=${tokenizer}`] }
  const whole = await judgeModel({ ...options, output: temporaryFolder() })
  const abort = new AbortController()
  let [blocks, batches] = [0, 0]
  const cut = await judgeModel({
    ...options,
    signal: abort.signal,
    onEvent(event) {
      if (event.kind === 'task-started') blocks++
      if (event.kind === 'batch-scored' && blocks === 2 && ++batches === 3) abort.abort()
    },
  })
  expect(cut).toMatchObject({ judgement: { verdict: 'undecided' }, drawing: { isInterrupted: true } })
  const askedBefore = promptCount(server)
  const resumed = await judgeModel(options)
  expect([resumed.judgement, resumed.drawing!.drawn]).toEqual([whole.judgement, whole.drawing!.drawn])
  const { resumedCount } = resumed.drawing!
  expect(resumedCount).toBeGreaterThan(64)
  // Two choices an item, and a few prompts to find out what the server can do.
  expect(promptCount(server) - askedBefore).toBeLessThanOrEqual(2 * (resumed.drawing!.drawn[0]!.items.length - resumedCount) + 10)
})
