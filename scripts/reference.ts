/**
 * The references that the harness is compared with, made once below node_modules/.cache: a virtual environment of Python packages, and the checkpoint
 * SmolLM2-135M from SHARED/models. For the parity script and the slow tests.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

const CACHE = path.resolve('node_modules/.cache/evalharness')

/** A Python with the packages, as pip names them. Fails if Python is missing or they cannot be installed. */
export function pythonWith(...packages: readonly string[]): string {
  const python = path.join(CACHE, 'venv/bin/python')
  mkdirSync(CACHE, { recursive: true })
  if (!existsSync(python)) run('python3', '-m', 'venv', path.dirname(path.dirname(python)))
  run(python, '-m', 'pip', 'install', '-qq', '--disable-pip-version-check', ...packages)
  return python
}

/** The folder of SmolLM2-135M, made by SHARED/models/make-smollm2.py in about a minute. */
export function smolLM2(shared: string): string {
  const target = path.join(CACHE, 'smollm2-135m')
  if (!existsSync(path.join(target, 'model.safetensors'))) run(pythonWith('numpy', 'gguf==0.19.0'), path.join(shared, 'models/make-smollm2.py'), target)
  return target
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
