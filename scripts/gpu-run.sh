#!/usr/bin/env bash
# Measures a machine with a GPU in one call, and leaves a record, tables and a log.
#
#   scripts/gpu-run.sh OUT             at most eight minutes: numbers and speed of every device that works
#   scripts/gpu-run.sh OUT follow-up   at most four: measures the likely bottlenecks
#
# It runs `evalharness doctor` and `evalharness doctor --benchmark` of the program that it finds: $EVALHARNESS, the unpacked kit's /tmp/gpu/evalharness,
# dist/ of this checkout, or src/ with node_modules.
#   DEVICES=cuda:0,webgpu              devices, in this order (default: CUDA if its provider is, then WebGPU)
#   MODEL_SIZE=8b DTYPE=bf16           the random model (default: by the card)
#   PYTHON=python3                     a Python with torch and transformers to compare with; PYTHON= leaves it out
#   SUSPECTS=attention,head,batch      what the follow-up looks into
#   SECONDS_MOST=480                   time for everything (default: 480, follow-up 240)
# Exit code: 0 if all numbers are right and all devices work; 2 if not; 124 at the time limit. OUT/ has the results in every case.
set -uo pipefail

out=${1:?usage: scripts/gpu-run.sh OUT [follow-up]}
kind=${2:-run}
case $kind in
  run) most=${SECONDS_MOST:-480} ;;
  follow-up) most=${SECONDS_MOST:-240} ;;
  *) echo "unknown run: $kind; give follow-up or nothing" >&2; exit 2 ;;
esac
began=$(date +%s)
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$out" || exit 2
out=$(cd "$out" && pwd)
exec > >(tee "$out/$kind.log") 2>&1

if [ -n "${EVALHARNESS:-}" ]; then program=($EVALHARNESS)
elif [ -x /tmp/gpu/evalharness ]; then
  program=(/tmp/gpu/evalharness)
  # The kit has the program alone; the recorded values are in the checkout.
  [ -d /tmp/gpu/app/benchmark ] || cp -r "$root/benchmark" /tmp/gpu/app/
elif [ -f "$root/dist/src/cli.js" ]; then program=(node "$root/dist/src/cli.js")
elif [ -d "$root/node_modules/tsx" ]; then program=(node --import "$root/scripts/typescript.js" "$root/src/cli.ts")
else echo "no program: npm ci && npm run build, or unpack the kit" >&2; exit 2; fi

say() { echo "[$(($(date +%s) - began)) s] $*"; }
say "${program[*]}, $kind, at most $most s, to $out"
{ command -v nvidia-smi > /dev/null && nvidia-smi; } || say "no nvidia-smi"

# The devices, what is missing, and the commands that fix it.
timeout 90 "${program[@]}" doctor --json > "$out/doctor.json"
say "doctor ended with $?"

works() { grep -A1 "\"device\": \"$1" "$out/doctor.json" | grep -q '"works": true'; }
if [ -n "${DEVICES:-}" ]; then devices=$DEVICES
else
  devices=
  for device in cuda:0 webgpu; do works "$device" && devices=${devices:+$devices,}$device; done
  [ -n "$devices" ] || { say "neither CUDA nor WebGPU works here; doctor says why:"; timeout 60 "${program[@]}" doctor; exit 2; }
fi

options=(--device "$devices")
[ -n "${MODEL_SIZE:-}" ] && options+=(--model-size "$MODEL_SIZE")
[ -n "${DTYPE:-}" ] && options+=(--dtype "$DTYPE")
if [ "$kind" = follow-up ]; then options+=(--suspects "${SUSPECTS:-attention,head,batch}")
else
  python=${PYTHON-python3}
  [ -n "$python" ] && timeout 90 "$python" -c 'import torch, transformers' 2> /dev/null && options+=(--python "$python")
fi
# The remaining time, minus the margin for a step that overruns and for the end.
left=$((most - ($(date +%s) - began) - 45))
[ "$left" -gt 10 ] || left=10
say "doctor --benchmark ${options[*]} --budget $left"
timeout --kill-after=15 $((left + 35)) "${program[@]}" doctor --benchmark "${options[@]}" --budget "$left" --json "$out/$kind.json" > >(tee "$out/$kind.md")
code=$?
say "ended with $code"
wait
exit $code
