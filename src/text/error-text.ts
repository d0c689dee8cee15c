/** What a caught value says, for messages. */

/** The message of an error; anything else that was thrown, as text. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** As errorText, but of the cause if there is one: `fetch failed` says less than its cause, ECONNREFUSED. */
export function causeText(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { readonly message?: string; readonly code?: string } | undefined) : undefined
  return cause?.message || cause?.code || errorText(error)
}
