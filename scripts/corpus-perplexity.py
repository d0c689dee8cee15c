"""
The perplexity of the papers on compression, by transformers: what `wikitext2_gptq` computes, in the form of the papers' own scripts
(GPTQ `llama.py` `llama_eval`, Wanda `lib/eval.py` `eval_ppl_wikitext`).

    python scripts/corpus-perplexity.py CHECKPOINT wiki.test.raw [ROWS [WINDOW [DTYPE]]]
"""
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

checkpoint, file, row_count, window, dtype = (sys.argv[1:] + ["0", "2048", "float32"][len(sys.argv) - 3 :])[:5]
window = int(window)

lines = open(file, encoding="utf-8").readlines()
rows = [line if line.strip() else "" for line in lines]  # as the dataset `wikitext` has them
text = "\n\n".join(rows[: int(row_count)] if int(row_count) > 0 else rows)

tokenizer = AutoTokenizer.from_pretrained(checkpoint)
model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=getattr(torch, dtype)).eval()
ids = tokenizer(text, return_tensors="pt").input_ids
count = ids.shape[1] // window

nlls = []
with torch.no_grad():
    for index in range(count):
        batch = ids[:, index * window : (index + 1) * window]
        logits = model(batch).logits[:, :-1].double()
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        nlls.append(loss * window)
print(f"{ids.shape[1]} tokens, {count} windows of {window}: perplexity {torch.exp(torch.stack(nlls).sum() / (count * window)).item():.6f}")
