/** The gate that scores its candidate on servers, of which one is lost. */
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

test('one of two servers is killed in the middle of a block: same verdict, same items', { tags: ['slow'] }, async () => {
  const [first, second] = [await serve(), await serve()]
  const results = temporaryFolder()
  const ran = await evalharness('run', '-m', `original=${first.url},tokenizer=${tokenizer}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', results)
  expect(ran, ran.err).toMatchObject({ code: 0 })
  const options = {
    baseline: path.join(results, 'original'),
    policy: { tasks: { piqa: { max_drop_points: 1 } } },
    data: [`piqa=${rows}`],
    output: temporaryFolder(),
  }
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
