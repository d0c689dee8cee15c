/** Empties the prefix cache of the vLLM at `url`, so that no measurement profits from another one's requests. Fails if the server does not allow that. */
export async function emptyPrefixCache(url: string): Promise<void> {
  const { ok, status } = await fetch(new URL('/reset_prefix_cache', url), { method: 'POST' })
  if (!ok) throw new Error(`the server responded with ${status} to /reset_prefix_cache: start it with VLLM_SERVER_DEV_MODE=1`)
}
