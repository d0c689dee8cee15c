/** An engine without a model: scores are a fixed function of the tokens. For tests of the code around an engine. */
import { createHash } from 'node:crypto'
import { planBatches } from '../src/plan/batches.ts'
import type { Sequence } from '../src/plan/sequence.ts'
import type { Engine, ScoredBatch } from '../src/engine/engine.ts'

/** Scores by hash: equal sequences get equal scores between −10 and 0 nats a token, whatever the batch. */
export function fakeEngine({ batchTokens = 4096 } = {}): Engine {
  return {
    info: { name: 'fake', provider: 'none', dtype: 'none', versions: {} },
    responsesDependOn: 'fake',
    score(sequences, isAnswered = () => false) {
      const batches = planBatches(sequences, batchTokens).batches.filter(({ members }) => !isAnswered(members.map(({ sequence }) => sequence)))
      return (async function* (): AsyncGenerator<ScoredBatch> {
        for (const { members, tree } of batches) {
          const scores = members.map(({ sequence }) => ({ sequence, ...fakeScore(sequences[sequence]!) }))
          yield { scores, tokensComputed: tree.tokenIds.length }
        }
      })()
    },
    async [Symbol.asyncDispose]() {},
  }
}

function fakeScore({ input, targets }: Sequence): { logProb: number; isGreedy: boolean } {
  const digest = createHash('sha256')
    .update(Uint8Array.from(Buffer.from(input.buffer, input.byteOffset, input.byteLength)))
    .update(targets.join())
    .digest()
  return { logProb: (-10 * targets.length * digest.readUInt32LE()) / 2 ** 32, isGreedy: digest[4]! < 26 }
}
