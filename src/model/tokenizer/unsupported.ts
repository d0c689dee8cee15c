/** Something in tokenizer.json that is not honored; the message says what. The reader adds the path of the field. */
export class Unsupported extends Error {}
