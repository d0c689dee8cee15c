/** A text in lines of whole words; only a word that is longer than a line is broken, in a path or list after a slash or comma. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const [first, ...others] = pieces(word, columns)
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + first!.length > columns) lines.push(first!)
    else lines[lines.length - 1] = `${last} ${first}`
    lines.push(...others)
  }
  return lines
}

function pieces(word: string, columns: number): string[] {
  const found: string[] = []
  let rest = word
  while (rest.length > columns) {
    const line = rest.slice(0, columns)
    const end = Math.max(line.lastIndexOf('/'), line.lastIndexOf(',')) + 1 || columns
    found.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...found, rest]
}
