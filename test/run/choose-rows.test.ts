import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Dataset } from '../../src/data/dataset.ts'
import { readChosenRows, type RowChoice } from '../../src/run/choose-rows.ts'
import type { Task } from '../../src/task/define-task.ts'

const dataset = {
  origin: { kind: 'file', path: 'rows.jsonl', sha256: '' },
  async *rows() {
    for (let row = 0; row < 7; row++) yield { place: `row ${row}`, value: { row } }
  },
} as unknown as Dataset

const task = (defaultLimit?: number) =>
  ({
    name: 'mine',
    row: z.object({ row: z.number() }),
    dataset: { folder: '.', file: 'rows', split: 'test', ...(defaultLimit !== undefined && { defaultLimit }) },
  }) as unknown as Task

async function chosen(choice: RowChoice, defaultLimit?: number) {
  const result = await readChosenRows(task(defaultLimit), 'mine_part', dataset, choice)
  return { rows: result.chosen.map(({ rowIndex }) => rowIndex), read: result.rows.length, rowCount: result.rowCount }
}

test.each<[string, RowChoice, number[]]>([
  ['all rows', {}, [0, 1, 2, 3, 4, 5, 6]],
  ['the first rows', { limit: 2 }, [0, 1]],
  ['a share of them, rounded up', { limit: 0.2 }, [0, 1]],
  ['rows of the subset', { samples: { mine_part: [5, 1], mine: [0] } }, [5, 1]],
  ['a row that is named twice, once,', { samples: { mine: [5, 1, 5] } }, [5, 1]],
  ['rows of the task', { samples: { mine: [6] } }, [6]],
  ['all rows of a task that is not named', { samples: { other: [6] } }, [0, 1, 2, 3, 4, 5, 6]],
])('%s are chosen, and all are read', async (_, choice, rows) => {
  expect(await chosen(choice)).toEqual({ rows, read: 7, rowCount: 7 })
})

test('an endless source is read as far as its limit, and has no row count', async () => {
  expect(await chosen({}, 3)).toEqual({ rows: [0, 1, 2], read: 3, rowCount: undefined })
  expect(await chosen({ limit: 2 }, 3)).toEqual({ rows: [0, 1], read: 2, rowCount: undefined })
})

test('a row that does not exist is named', async () => {
  await expect(chosen({ samples: { mine: [7] } })).rejects.toThrow('--samples asks for row 7 of mine_part, which has 7')
})
