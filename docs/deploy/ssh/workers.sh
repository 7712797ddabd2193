#!/usr/bin/env bash
# Starts one worker on each host by ssh, and ends them all on Ctrl-C.
#   CHUNKWISE_REDIS_URL=redis://queue:6379 ./workers.sh host1 host2 ...
# Each host has Node.js, a directory CHUNKWISE_HOME (default: ~/chunkwise) in which chunkwise, bullmq and ioredis are
# installed, and the password file, if one is named, under the same path. Secrets never stand in a command line.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 HOST..." >&2; exit 2; }
: "${CHUNKWISE_REDIS_URL:?is the address of the queue, such as redis://queue:6379}"
home=${CHUNKWISE_HOME:-chunkwise}
store=${CHUNKWISE_STORE:-file:///shared/chunkwise}

settings=()
for name in CHUNKWISE_REDIS_URL CHUNKWISE_REDIS_USERNAME CHUNKWISE_REDIS_PASSWORD_FILE \
  CHUNKWISE_REDIS_CA CHUNKWISE_REDIS_CERT CHUNKWISE_REDIS_KEY; do
  [ -z "${!name:-}" ] || settings+=("$name=${!name}")
done
worker=(./node_modules/.bin/chunkwise worker --pool "${CHUNKWISE_POOL:-default}" --store "$store" --idle-exit 3600)
command="cd ${home@Q} && exec env ${settings[*]@Q} ${worker[*]@Q}"

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' INT TERM
for host in "$@"; do
  # A terminal of its own (-tt) ends the worker when the connection ends; its tasks then go to other workers.
  ssh -tt -o BatchMode=yes -o ServerAliveInterval=15 "$host" "$command" </dev/null &
  pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
exit "$failed"
