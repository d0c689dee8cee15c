/** A row of lm-eval 0.4.13's samples file: a question of two choices, without its document and metrics. */
export const choiceSample = (docId: number) => ({
  doc_id: docId,
  target: '1',
  arguments: { gen_args_0: { arg_0: `question ${docId}`, arg_1: ' A' }, gen_args_1: { arg_0: `question ${docId}`, arg_1: ' B' } },
  resps: [[['-1.5', 'False']], [['-2.5', 'False']]],
  filtered_resps: [
    ['-1.5', 'False'],
    ['-2.5', 'False'],
  ],
  filter: 'none',
  prompt_hash: `p${docId}`,
  target_hash: 't',
})
