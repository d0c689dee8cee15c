/** Opens a model card. */
import { readFile } from 'node:fs/promises'
import { CardError } from '../../errors.ts'
import { readCard, type Card } from './read-card.ts'

/** Reads and parses a card. Fails with CardError. */
export async function openCard(file: string): Promise<Card> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CardError(`cannot read the card ${file}`, 'Give the README.md of a model.', { cause })
  })
  return readCard(text, file)
}
