/** Peak rates of GPUs from their data sheets: dense matrix products in bfloat16, in operations a second. */

/** By a part of the name that nvidia-smi prints; the first that fits. */
const PEAKS: readonly (readonly [RegExp, number])[] = [
  [/\bB200\b/u, 2250e12],
  [/\bH200\b/u, 989.4e12],
  [/\bH100 PCIe\b/u, 756e12],
  [/\bH100 NVL\b/u, 835e12],
  [/\bH100\b/u, 989.4e12],
  [/\bA100\b/u, 312e12],
  [/\bL40S\b/u, 362e12],
  [/\bL4\b/u, 121e12],
  [/\bA10G?\b/u, 125e12],
  [/\bRTX 4090\b/u, 165.2e12],
]

/** Null for a GPU that is not in the list. */
export function dataSheetPeak(name: string): number | null {
  return PEAKS.find(([pattern]) => pattern.test(name))?.[1] ?? null
}
