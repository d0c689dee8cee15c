/** What `evalharness` alone prints, and what the program does not do. */
import { HARNESS_VERSION } from '../io/package-folder.ts'
import { FAMILIES } from '../model/families/families.ts'
import { wrapped } from '../text/wrapped.ts'

/** What is scored and what is not, in three lines; README says the same. */
export function scopeText(): string[] {
  return [
    'It scores log-likelihoods: no generated answers (gsm8k, humaneval).',
    'It scores decoders of text: no images, no sounds, no encoder-decoder models.',
    `It reads safetensors of ${FAMILIES.map(({ modelType }) => modelType).join(', ')}: no pickle, GGUF or ONNX files.`,
  ]
}

/** The commands to begin with, for a terminal of so many columns. */
export function shortHelp(columns: number): string {
  const paragraph = (...sentences: readonly string[]) => sentences.flatMap((sentence) => wrapped(sentence, columns)).join('\n')
  return `${paragraph(`evalharness ${HARNESS_VERSION}: does your compressed language model still work, and can you prove it?`)}

To begin:
  evalharness demo                      the whole workflow in a minute, offline
  evalharness run --model original=FOLDER --model pruned=FOLDER --tasks piqa
                                        score two models and compare them
  evalharness prune laco --model FOLDER --out FOLDER
                                        make a smaller checkpoint

${paragraph(...scopeText())}

${paragraph('evalharness --help lists all commands, evalharness COMMAND --help the options of one.')}`
}
