/** Reads a parquet file that does not end, for a test that kills it: `node --import ./scripts/typescript.js read-endless.ts FILE`. */
import { readParquet } from '../../src/data/parquet.ts'

const [, , file] = process.argv
process.stdout.write('reading\n')
for await (const row of readParquet(file!)) process.stdout.write(`${row.place}\n`)
