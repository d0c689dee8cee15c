/** Hidden states of scored positions in a temporary file: what one model computed, for a later one to be compared with. */
import { openScratchFile } from '../io/scratch-file.ts'
import type { Batch } from '../plan/batches.ts'
import type { Sequence } from '../plan/sequence.ts'

/** The states of the sequences that were added; sequences are known by identity. Dispose of it to remove the file. */
export interface HiddenStates extends AsyncDisposable {
  /** Stores those of a batch's scored positions, row-major, [scored, width]; more at the end is left out. */
  add(batch: Batch, sequences: readonly Sequence[], states: Float32Array): Promise<void>
  /** Those of the scored positions of a batch, which may have been planned in another way. Fails with RangeError on a sequence that was not added. */
  read(batch: Batch, sequences: readonly Sequence[]): Promise<Float32Array>
}

/** What a file of `rowCount` states takes, in bytes. */
export function hiddenStatesBytes(rowCount: number, width: number): number {
  return rowCount * width * Float32Array.BYTES_PER_ELEMENT
}

/** Makes the file in the system's temporary folder, for about `rowCount` states of `width` values. Fails with StoreError if it has no room for them. */
export async function openHiddenStates({ rowCount, width }: { readonly rowCount: number; readonly width: number }): Promise<HiddenStates> {
  const file = await openScratchFile(hiddenStatesBytes(rowCount, width), { kind: 'states', content: 'hidden states of the original' })
  const rowBytes = hiddenStatesBytes(1, width)
  /** For each sequence the file's row of each of its targets. */
  const rowsOf = new Map<Sequence, Float64Array>()
  let rowsWritten = 0
  return {
    async add({ scored, members, targetColumns }, sequences, states) {
      const first = rowsWritten
      rowsWritten += scored.length
      await file.write(new Uint8Array(states.buffer, states.byteOffset, scored.length * rowBytes), first * rowBytes)
      for (const { sequence, slots } of members)
        rowsOf.set(
          sequences[sequence]!,
          Float64Array.from(slots, (slot) => first + Math.floor(slot / targetColumns)),
        )
    },
    async read({ scored, members, targetColumns }, sequences) {
      const fileRows = new Float64Array(scored.length)
      for (const { sequence, slots } of members) {
        const rows = rowsOf.get(sequences[sequence]!)
        if (!rows) throw new RangeError('no hidden states of a sequence')
        slots.forEach((slot, index) => (fileRows[Math.floor(slot / targetColumns)] = rows[index]!))
      }
      const states = new Float32Array(scored.length * width)
      const bytes = new Uint8Array(states.buffer)
      for (const { start, end } of runsOf(fileRows)) await file.read(bytes.subarray(start * rowBytes, end * rowBytes), fileRows[start]! * rowBytes)
      return states
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  }
}

/** Ranges of places whose rows follow one another in the file. */
function runsOf(rows: Float64Array): { readonly start: number; readonly end: number }[] {
  const runs: { start: number; end: number }[] = []
  rows.forEach((row, place) => {
    const last = runs.at(-1)
    if (last && row === rows[place - 1]! + 1) last.end = place + 1
    else runs.push({ start: place, end: place + 1 })
  })
  return runs
}
