/** Lint rules. The rules on who may import whom come from one list: the stages of the work, in the order in which data flows through them. */
import { defineConfig, type OxlintOverride } from 'oxlint'

/**
 * The folders and files of src/, lowest first: each may import itself and those before it, types included. `isPure` stages read no files, open no
 * connections and start no processes.
 */
export const STAGES: readonly { readonly name: string; readonly isPure?: true }[] = [
  { name: 'errors.ts' },
  { name: 'exit-codes.ts' },
  { name: 'text', isPure: true },
  { name: 'io' },
  { name: 'metrics', isPure: true },
  { name: 'task' },
  { name: 'hub' },
  { name: 'data' },
  { name: 'model' },
  { name: 'plan', isPure: true },
  { name: 'graph', isPure: true },
  { name: 'engine' },
  { name: 'store' },
  { name: 'cache' },
  { name: 'run' },
  { name: 'benchmark' },
  { name: 'compare', isPure: true },
  { name: 'prune' },
  { name: 'report', isPure: true },
  { name: 'gate' },
  { name: 'card' },
  { name: 'commands' },
  { name: 'index.ts' },
  { name: 'cli.ts' },
]

/** Modules of Node that reach outside of the process. */
const OUTSIDE = ['fs', 'fs/promises', 'child_process', 'http', 'https', 'net', 'readline', 'worker_threads']

/** Packages that one place alone may import: a glob of files, and what to say elsewhere. */
const OWNED_PACKAGES = [
  { package: 'onnxruntime-node', owner: 'src/engine/onnx/onnx-session.ts', message: 'Only src/engine/onnx/onnx-session.ts talks to onnxruntime.' },
  { package: '@huggingface/hub', owner: 'src/hub/**', message: 'Only src/hub/ talks to the hub.' },
]

/** Stages that a pure one may import only types of: all that they do ends in files, connections or processes. */
const TYPES_ONLY = ['hub', 'data', 'model', 'engine', 'cache']

/** Folders of such stages that hold declarations and pure functions over them. */
const DECLARATIONS = ['**/model/families/**']

/** The import rule of files of the stage at `position`. */
function importRule(position: number, ownPackage?: string): NonNullable<OxlintOverride['rules']> {
  const { name, isPure } = STAGES[position]!
  const later = STAGES.slice(position + 1).map((stage) => glob(stage.name))
  const packages = OWNED_PACKAGES.filter((owned) => owned.package !== ownPackage).map((owned) => ({ name: owned.package, message: owned.message }))
  const outside = isPure ? OUTSIDE.map((module) => ({ name: `node:${module}`, message: `${name}/ is pure: no files, network or processes.` })) : []
  const patterns = [
    { group: ['**/test/**', '**/scripts/**'], message: 'Nothing that ships imports tests or scripts.' },
    ...(later.length > 0 ? [{ group: later, message: `Data flows one way: ${name} comes before these. The order is in oxlint.config.ts.` }] : []),
    ...(isPure
      ? [
          {
            group: [...TYPES_ONLY.map(glob), ...DECLARATIONS.map((folder) => `!${folder}`)],
            allowTypeImports: true,
            message: `${name}/ is pure: it may import only types of what does I/O.`,
          },
        ]
      : []),
  ]
  return { 'typescript/no-restricted-imports': ['error', { paths: [...packages, ...outside], patterns }] }
}

function glob(name: string): string {
  return name.endsWith('.ts') ? `**/${name}` : `**/${name}/**`
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'import', 'oxc'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'off' },
  ignorePatterns: ['dist', 'results', 'test/checkpoints', 'test/model/families/variants', 'test/model/families/declared', 'test/model/runnable/goldens'],
  rules: {
    'no-console': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-explicit-any': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/consistent-return': 'off',
    'import/no-named-as-default-member': 'off',
  },
  overrides: [
    ...STAGES.map(({ name }, position) => ({ files: [name.endsWith('.ts') ? `src/${name}` : `src/${name}/**/*.ts`], rules: importRule(position) })),
    ...OWNED_PACKAGES.map((owned) => ({
      files: [owned.owner],
      rules: importRule(
        STAGES.findIndex(({ name }) => owned.owner.startsWith(`src/${name}/`)),
        owned.package,
      ),
    })),
    { files: ['src/cli.ts', 'scripts/**/*.ts'], rules: { 'no-console': 'off' } },
    // A task's row type is known to its own file only.
    { files: ['src/task/define-task.ts'], rules: { 'typescript/no-explicit-any': 'off' } },
  ],
})
