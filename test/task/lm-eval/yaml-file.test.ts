import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { FunctionReference, readTaskYaml } from '../../../src/task/lm-eval/yaml-file.ts'
import { yamlFolder } from './yaml-folder.ts'

const read = (files: Readonly<Record<string, string>>, name = 'a.yaml') => {
  const folder = yamlFolder(files)
  return readTaskYaml(path.join(folder, name), folder)
}

test('included keys come first, those of later files and of the file itself win', async () => {
  const files = {
    'a.yaml': 'include: [b.yaml, in/c.yaml]\nx: a\n',
    'b.yaml': 'x: b\ny: b\nz: b\ntask_list: [1]\n',
    'in/c.yaml': 'include: ../d.yaml\nz: c\n',
    'd.yaml': 'w: d\n',
  }
  expect(await read(files)).toEqual({ x: 'a', y: 'b', z: 'c', w: 'd' })
})

test('values are those of YAML 1.1 as PyYAML reads it', async () => {
  expect(await read({ 'a.yaml': 'a: yes\nb: n\nc: "no"\nd: 1.0\ne: on\nf: null\nb2: y\n' })).toEqual({
    a: true,
    b: 'n',
    c: 'no',
    d: 1,
    e: true,
    f: null,
    b2: 'y',
  })
})

test('!function names a function beside the file that has it', async () => {
  const { f } = await read({ 'in/b.yaml': 'f: !function utils.process\n', 'a.yaml': 'include: in/b.yaml\n' })
  expect(f).toBeInstanceOf(FunctionReference)
  expect(f).toMatchObject({ name: 'utils.process', folder: expect.stringMatching(/in$/u) as string })
})

test.each([
  [{ 'a.yaml': 'include: a.yaml\n' }, 'the file includes itself'],
  [{ 'a.yaml': 'include: b.yaml\n', 'b.yaml': 'include: a.yaml\n' }, 'the file includes itself'],
  [{ 'a.yaml': 'include: b.yaml\n' }, 'include: b.yaml: no such file'],
  [{ 'a.yaml': 'include: ../../../../../../../../etc/hostname\n' }, 'outside of'],
  [{ 'a.yaml': 'include: /etc/hostname\n' }, 'outside of'],
  [{ 'a.yaml': 'include: 5\n' }, 'include: 5 is not the name of a file'],
  [{ 'a.yaml': '- x\n' }, 'not a task'],
  [{ 'a.yaml': 'a: [\n' }, 'not YAML'],
  [{ 'a.yaml': `a: ${'['.repeat(5000)}` }, 'not YAML'],
  [{ 'a.yaml': `# ${'x'.repeat(2_000_000)}\n` }, 'bytes'],
])('%j is refused', async (files, message) => {
  await expect(read(files as unknown as Record<string, string>)).rejects.toThrow(message)
})

test('a link that leads out of the folder is refused', async () => {
  const folder = yamlFolder({ 'a.yaml': 'include: b.yaml\n' })
  symlinkSync('/etc/hostname', path.join(folder, 'b.yaml'))
  await expect(readTaskYaml(path.join(folder, 'a.yaml'), folder)).rejects.toThrow('outside of')
})
