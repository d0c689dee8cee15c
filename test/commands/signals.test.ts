import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { announcement, watchSignals } from '../../src/commands/signals.ts'

function watched() {
  const source = new EventEmitter()
  const events: string[] = []
  let time = 1000
  const signal = watchSignals(source, {
    announce: (name) => events.push(`announced ${name}`),
    force: () => events.push('forced'),
    now: () => time,
  })
  signal.addEventListener('abort', () => events.push('interrupted'))
  return {
    signal,
    events,
    send: (name: NodeJS.Signals, at: number) => {
      time = 1000 + at
      source.emit(name, name)
    },
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

test.each(SIGNALS.flatMap((first) => SIGNALS.map((second) => [first, second] as const)))(
  '%s, then %s within three seconds: the end is not forced',
  (first, second) => {
    const { events, send } = watched()
    send(first, 0)
    for (const at of [0, 1, 50, 500, 2999]) send(second, at)
    expect(events).toEqual([`announced ${first}`, 'interrupted'])
  },
)

test.each(SIGNALS)('%s three seconds after the announcement forces the end, once', (name) => {
  const { events, send } = watched()
  send('SIGTERM', 0)
  send('SIGTERM', 2999)
  send(name, 3000)
  send(name, 3001)
  expect(events).toEqual(['announced SIGTERM', 'interrupted', 'forced'])
})

test('nothing is interrupted before a signal', () => {
  const { signal, events } = watched()
  expect({ aborted: signal.aborted, events }).toEqual({ aborted: false, events: [] })
})

test('the announcement says what the command does now, and how to force it', () => {
  expect(announcement('SIGTERM', 'run')).toBe(
    'SIGTERM: ending the run and writing what was scored. To force the end, press Ctrl-C or send the signal again after 3 seconds.',
  )
  expect(announcement('SIGINT', '--model')).toBe(announcement('SIGINT', 'run'))
  expect(announcement('SIGINT', 'gate')).toContain('SIGINT: ending the gate and storing what it knows. ')
  expect(announcement('SIGINT', 'compare')).toBe('SIGINT: ending. To force the end, press Ctrl-C or send the signal again after 3 seconds.')
  expect(announcement('SIGHUP', undefined)).toContain('SIGHUP: ending.')
  expect(announcement('SIGHUP', 'constructor')).toContain('SIGHUP: ending.')
})
