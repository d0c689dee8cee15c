/** Names as parts of file names. */

/** A name that is valid in every file system; lm-eval `sanitize_model_name` also uses `__`. */
export function sanitizedName(name: string): string {
  return withoutEnds(name.replace(/["<>:/|\\?*[\]\p{Cc}]+/gu, '__')) || 'model'
}

/** Without dots and spaces at its ends, which Windows drops and which make a name hidden or a folder above. */
function withoutEnds(name: string): string {
  let [start, end] = [0, name.length]
  while (start < end && '. '.includes(name[start]!)) start++
  while (end > start && '. '.includes(name[end - 1]!)) end--
  return name.slice(start, end)
}
