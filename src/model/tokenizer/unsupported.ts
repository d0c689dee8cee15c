/** A field of tokenizer.json that is not supported; the message names it. The reader of the file adds the path of the field. */
export class Unsupported extends Error {}
