import { expect, test } from 'vitest'
import { HubError } from '../../src/errors.ts'
import { checkedPath, checkName, isCommit, repositoryReference, staysInFolder } from '../../src/hub/repository.ts'

test.each([
  ['owner/name', { name: 'owner/name', revision: undefined }],
  ['owner/name@main', { name: 'owner/name', revision: 'main' }],
  ['owner/name@refs/pr/1', { name: 'owner/name', revision: 'refs/pr/1' }],
  ['owner', undefined],
  ['a/b/c', undefined],
  ['owner/name@', undefined],
  ['owner/na me', undefined],
])('%s', (text, reference) => expect(repositoryReference(text)).toEqual(reference))

test.each(['', '/etc/passwd', '..', 'a/../b', './a', 'a//b', 'a/', String.raw`a\b`, 'C:/a', 'a/c:/b', 'a\0b'])('%j leaves its folder', (file) => {
  expect(staysInFolder(file)).toBe(false)
  expect(() => checkedPath(file, { type: 'model', name: 'a/b' })).toThrow(HubError)
})

test.each(['a', 'a/b.json', '.gitattributes', 'a..b', '...'])('%j stays in it', (file) => expect(checkedPath(file, { type: 'model', name: 'a/b' })).toBe(file))

test.each([
  ['owner/name', 'main'],
  ['gpt2', 'refs/pr/1'],
])('%s at %s is a name', (name, revision) => expect(() => checkName({ type: 'model', name }, revision)).not.toThrow())

test.each([
  ['a/b/c', 'main', '"a/b/c" is not the name of a model repository'],
  ['../a', 'main', '"../a" is not the name of a model repository'],
  ['a/b', '../main', '"../main" is not a revision of a/b'],
])('%s at %s is not', (name, revision, message) => expect(() => checkName({ type: 'model', name }, revision)).toThrow(message))

test('a commit has 40 hexadecimal digits', () => {
  expect(['a'.repeat(40), 'a'.repeat(39), 'A'.repeat(40), 'g'.repeat(40), 7, undefined].map(isCommit)).toEqual([true, false, false, false, false, false])
})
