/** The examples in a command's help: command lines that can be copied as they stand. */

/** Command lines without the program's name, with what each is for. */
export type Examples = readonly (readonly [commandLine: string, meaning: string])[]

/**
 * `Examples:` with a comment and a command line each. A line of more than `columns` characters continues after a backslash, and is only broken
 * before an option, so that every shell reads it as one command.
 */
export function examplesText(examples: Examples, columns: number): string {
  return ['Examples:', ...examples.map(([commandLine, meaning]) => `  # ${meaning}\n${broken(`  evalharness ${commandLine}`, columns)}`)].join('\n')
}

const CONTINUATION = ' \\'

function broken(line: string, columns: number): string {
  const lines: string[] = []
  for (const part of line.split(/ (?=--?[a-z])/u)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + part.length + CONTINUATION.length <= columns) lines[lines.length - 1] = `${last} ${part}`
    else lines.push(last === undefined ? part : `    ${part}`)
  }
  return lines.join(`${CONTINUATION}\n`)
}
