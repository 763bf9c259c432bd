#!/bin/sh
# Makes tiny.safetensors, the model of the golden tests. Another CPU may round otherwise and give
# other weights; the texts in GoldenTests.swift then have to be written anew too.
#
#     Tests/Fixtures/make_tiny_model.sh          from the repository's root
set -eu
run=$(mktemp -d)
trap 'rm -r "$run"' EXIT
swift run charlstm train corpora/plays/salt-regent.txt --output "$run" \
  --layers 1 --hidden-size 32 --embedding-size 16 --batch-size 16 --sequence-length 32 \
  --epochs 12 --learning-rate 0.01 --warmup-steps 50 --average-decay 0.99 --patience 12 \
  --dropout-embedding 0 --dropout-layers 0 --dropout-output 0 \
  --precision float32 --threads 1 --seed 1 --sample-every 0
cp "$run/best.safetensors" Tests/Fixtures/tiny.safetensors
