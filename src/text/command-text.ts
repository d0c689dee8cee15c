/** A command line as it is typed in a shell. */

/** One line, with quotes if a shell needs them. */
export function commandText(args: readonly string[]): string {
  return args.map(quoted).join(' ')
}

/** One word for a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./\\~-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
