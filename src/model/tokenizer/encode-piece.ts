/** What every tokenizer model does: a piece of text to token ids. */

/** Adds the ids of a piece. Fails with Unsupported on a text that the vocabulary cannot write. */
export type EncodePiece = (piece: string, ids: number[]) => void
