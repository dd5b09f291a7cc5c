#!/usr/bin/env bash
# Runs test/models/http/real-servers.test.ts against real model servers from PyPI: MLServer, KServe, Triton, MLflow and
# llama.cpp. Each gets a virtual environment of its own in a folder that is kept; the first run installs (minutes, some
# GB), later ones start what is there. A server that cannot be installed or started is left out, and its tests are
# skipped with that reason.
#
#   tools/test-real-servers.sh                      all of them
#   tools/test-real-servers.sh mlserver mlflow      these only
#
# SODALIME_REAL_SERVERS: the folder (default: sodalime-real-servers in the folder for temporary files).
# PYTHON: the interpreter (default: python3); TRITON_PYTHON: that of Triton (default: python3.10 if there is one: the
# Python inside its package does not fit every 3.11).
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
folder=${SODALIME_REAL_SERVERS:-${TMPDIR:-/tmp}/sodalime-real-servers}
python=${PYTHON:-python3}
triton_python=${TRITON_PYTHON:-$(command -v python3.10 || echo "$python")}
here=$root/tools/real-servers.py
models=$folder/models
pids=()
mkdir -p "$folder"
trap 'for pid in "${pids[@]}"; do kill -- "-$pid" 2>/dev/null; done' EXIT
set -m

# environment NAME INTERPRETER PACKAGE…: a virtual environment with these packages.
environment() {
  local name=$1 interpreter=$2
  shift 2
  [ -e "$folder/$name/installed" ] && return
  echo "installing $name"
  "$interpreter" -m venv "$folder/$name" && "$folder/$name/bin/pip" install -q "$@" > "$folder/$name.install.log" 2>&1 &&
    touch "$folder/$name/installed" || { echo "$name: not installed, see $folder/$name.install.log"; return 1; }
}

# start NAME VARIABLE PORT PATH COMMAND…: runs a server, waits until PATH answers, names it in VARIABLE.
start() {
  local name=$1 variable=$2 port=$3 path=$4
  shift 4
  "$@" > "$folder/$name.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 120); do
    if curl -sf -o /dev/null "http://127.0.0.1:$port$path"; then
      export "$variable=http://127.0.0.1:$port"
      echo "$name: started"
      return
    fi
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 1
  done
  echo "$name: not started, see $folder/$name.log"
}

wanted() { [ "${#chosen[@]}" = 0 ] || [[ " ${chosen[*]} " == *" $1 "* ]]; }
chosen=("$@")

environment mlserver "$python" mlserver mlserver-sklearn pandas || exit 1
"$folder/mlserver/bin/python" "$here" save "$models" || exit 1
export SODALIME_REAL_SERVERS_EXPECTED=$models/expected.json

if wanted mlserver; then
  export MLSERVER_HTTP_PORT=18080 MLSERVER_GRPC_PORT=18081 MLSERVER_METRICS_PORT=18082 MLSERVER_PARALLEL_WORKERS=0
  start mlserver SODALIME_MLSERVER 18080 /v2/health/ready "$folder/mlserver/bin/mlserver" start "$models/mlserver"
fi
if wanted kserve && environment kserve "$python" kserve scikit-learn; then
  start kserve SODALIME_KSERVE 18090 /v2/health/ready "$folder/kserve/bin/python" "$here" kserve "$models" 18090
fi
if wanted triton && environment triton "$triton_python" nvidia-pytriton; then
  start triton SODALIME_TRITON 18100 /v2/models/lengths/ready "$folder/triton/bin/python" "$here" triton "$models" 18100
fi
if wanted mlflow && environment mlflow "$python" mlflow scikit-learn; then
  rm -rf "$models/mlflow"
  "$folder/mlflow/bin/python" "$here" mlflow-save "$models"
  port=18110
  for name in iris labels words; do
    variable=SODALIME_MLFLOW
    [ $name = iris ] || variable=SODALIME_MLFLOW_${name^^}
    start "mlflow-$name" "$variable" $port /ping env PATH="$folder/mlflow/bin:$PATH" \
      mlflow models serve -m "$models/mlflow/$name" --env-manager local -h 127.0.0.1 -p $port
    port=$((port + 1))
  done
fi
if wanted llama && environment llama "$python" 'llama-cpp-python[server]' gguf; then
  "$folder/llama/bin/python" "$here" tiny-chat "$models/tiny.gguf"
  start llama SODALIME_LLAMA 18120 /v1/models \
    "$folder/llama/bin/python" -m llama_cpp.server --model "$models/tiny.gguf" --logits_all true --host 127.0.0.1 --port 18120
fi

cd "$root" && npx vitest run --project node test/models/http/real-servers.test.ts --reporter=verbose
