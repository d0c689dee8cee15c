/** Prevents the hub client from writing to standard output. */

let running = 0
let restore: () => void = () => {}

/** Runs `work` while console.debug and console.info print nothing. The client announces each download with them, on standard output, where results go. */
export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  if (running++ === 0) restore = silence(globalThis.console)
  try {
    return await work()
  } finally {
    if (--running === 0) restore()
  }
}

function silence(target: Pick<Console, 'debug' | 'info'>): () => void {
  const { debug, info } = target
  Object.assign(target, { debug: () => {}, info: () => {} })
  return () => Object.assign(target, { debug, info })
}
