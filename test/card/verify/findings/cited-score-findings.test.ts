import { expect, test } from 'vitest'
import { readCard } from '../../../../src/card/read/read-card.ts'
import { checkCard } from '../../../../src/card/verify/check-card.ts'

/** A card of a model that was made from Qwen3-8B-Base, with scores of its original. */
const cited = async (source: string, mmlu: string) => {
  const text = `---\nbase_model: Qwen/Qwen3-8B-Base\n---\n# Pruned\n\nOriginal scores are from the ${source}.\n\n| Benchmark | Original | Pruned | Retention |\n|---|---|---|---|\n| MMLU | ${mmlu} | 70.00% | ${((7000 / Number(mmlu)) * 1).toFixed(1)}% |\n| PIQA | 80.00% | 76.00% | 95.0% |\n`
  const { findings } = await checkCard(readCard(text, 'README.md'))
  return findings.filter(({ id }) => id.startsWith('cited-')).map(({ id, kind, text: said }) => `${id} ${kind} ${said}`)
}

test('a report without the benchmark, and one with another score', async () => {
  expect(await cited('Qwen3 Technical Report', '76.89')).toEqual([
    expect.stringMatching(/^cited-elsewhere wrong The card cites the original scores from the Qwen3 Technical Report .*, whose table has no PIQA: /u),
  ])
  expect(await cited('Qwen3 Technical Report', '77.10')).toEqual([
    expect.stringMatching(/^cited-elsewhere wrong /u),
    expect.stringMatching(/^cited-wrongly wrong The Qwen3 Technical Report .* has other scores for MMLU: 76\.89\.$/u),
  ])
})

test('a source that is not known is not checked', async () => expect(await cited('leaderboard', '77.10')).toEqual([]))
