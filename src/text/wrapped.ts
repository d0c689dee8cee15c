/** A text in lines of whole words; only a word that is longer than a line is broken. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ').flatMap((each) => pieces(each, columns))) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

function pieces(word: string, columns: number): string[] {
  return Array.from({ length: Math.max(1, Math.ceil(word.length / columns)) }, (_, index) => word.slice(index * columns, (index + 1) * columns))
}
