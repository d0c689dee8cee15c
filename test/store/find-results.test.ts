import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { endingOf, findResults, sampleFileOf } from '../../src/store/find-results.ts'
import { temporaryFolder } from '../temporary-folder.ts'

function folderWith(...names: string[]): string {
  const folder = temporaryFolder()
  for (const name of names) writeFileSync(path.join(folder, name), '')
  return folder
}

test.each([
  ['results_2026-01-02T03-04-05.000006.json', '_2026-01-02T03-04-05.000006'],
  ['results_2026-01-02T03-04-05.000Z.partial.json', '_2026-01-02T03-04-05.000Z.partial'],
  ['mine_2026-01-02T03-04-05.json', '_2026-01-02T03-04-05'],
  ['results_x.json', '_x'],
  ['other.json', null],
])('%s ends in %s', (name, ending) => expect(endingOf(name)).toBe(ending))

test('complete runs are listed newest first, and interrupted ones only if they are later', async () => {
  const [old, cut, later] = ['results_2026-01-01T00-00-00.json', 'results_2026-01-02T00-00-00.partial.json', 'results_2026-01-03T00-00-00.json']
  const folder = folderWith(old, cut, later)
  expect(await findResults(`x=${folder}`)).toEqual({ label: 'x', place: folder, files: [later, old].map((name) => path.join(folder, name)), laterPartial: [] })
  const interrupted = folderWith(old, cut)
  expect(await findResults(interrupted)).toMatchObject({ label: undefined, laterPartial: [path.join(interrupted, cut)] })
})

test('a mistyped folder gives the one beside it', async () => {
  const folder = folderWith()
  mkdirSync(path.join(folder, 'original'))
  await expect(findResults(path.join(folder, 'orignal'))).rejects.toMatchObject({
    message: `no such run: ${path.join(folder, 'orignal')}`,
    hint: expect.stringContaining(`Did you mean ${path.join(folder, 'original')}? Give `),
  })
})

test('samples have the ending of their results; a name with a slash is not a path', async () => {
  const folder = folderWith('samples_piqa_x.jsonl', 'samples_a__b_x.jsonl')
  const results = path.join(folder, 'results_x.json')
  expect(await sampleFileOf('piqa', 'piqa', results)).toBe(path.join(folder, 'samples_piqa_x.jsonl'))
  expect(await sampleFileOf('a/b', 'a__b', results)).toBe(path.join(folder, 'samples_a__b_x.jsonl'))
  expect(await sampleFileOf('../x', '__x', results)).toBeNull()
})
