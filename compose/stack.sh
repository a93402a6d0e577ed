#!/usr/bin/env bash
# Real servers for trying and testing, without containers: Redis, Kafka (one KRaft broker) and MariaDB on free loopback
# ports, each with its data in a folder of its own. ./dev stack and the tests start servers with this and nothing else.
#
#   stack.sh up DIR [redis] [kafka] [mysql]      all three by default; what runs already is left alone
#   stack.sh down DIR [redis] [kafka] [mysql]    ends them; data stays, and the next up uses it again
#   stack.sh kill DIR SERVER                     kill -9
#   stack.sh status DIR                          0 when everything that was started runs
#   stack.sh flags DIR                           what to give to couponsrv, couponworker and couponctl
#   stack.sh fetch                               brings Kafka's JARs into the cache (once per machine)
#
# A server's folder DIR/SERVER has port, pid and log. Settings, from the environment:
#   REDIS_OPTIONS     more options for redis-server, for example "--appendfsync always"
#   COUPON_CACHE      where Kafka's JARs are kept (~/.cache/coupon)
set -euo pipefail

readonly here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
readonly cache=${COUPON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/coupon}
readonly jars=$cache/kafka-3.9.1
readonly start_tries=5
readonly ready_polls=1200 # of 50 ms

die() { printf 'stack: %s\n' "$*" >&2; exit 1; }

# --- common ---------------------------------------------------------------------------------------

free_port() { # below the range that clients get their ports from
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

alive() { # PID: there, and not merely waiting to be collected
  local state
  state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) && [[ -n $state && $state != [ZX]* ]]
}

running() { # FOLDER
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) && alive "$pid"
}

# Starts COMMAND detached, with its output in FOLDER/log, and waits until "ready_SERVER PORT FOLDER" says so.
launch() { # SERVER FOLDER PORT COMMAND…
  local server=$1 folder=$2 port=$3 i
  shift 3
  setsid "$@" >>"$folder/log" 2>&1 </dev/null 9>&- &
  local pid=$!
  echo "$pid" >"$folder/pid"
  for ((i = 0; i < ready_polls; i++)); do
    alive "$pid" || return 1
    "ready_$server" "$port" "$folder" && { echo "$port" >"$folder/port"; return 0; }
    sleep 0.05
  done
  kill -9 "$pid" 2>/dev/null
  return 1
}

up_one() { # SERVER DIR
  local server=$1 folder=$2/$1 try port
  running "$folder" && return 0
  mkdir -p "$folder"
  "prepare_$server" "$folder" >>"$folder/log" 2>&1 || { tail -n 5 "$folder/log" >&2; die "$server could not be set up: $folder/log"; }
  for ((try = 0; try < start_tries; try++)); do
    # Clients find a restarted server where it was.
    if [[ $try -eq 0 && -s $folder/port ]]; then port=$(cat "$folder/port"); else port=$(free_port); fi
    "start_$server" "$folder" "$port" && return 0
  done
  tail -n 5 "$folder/log" >&2
  die "$server did not start: $folder/log"
}

end_one() { # SERVER DIR SIGNAL
  local folder=$2/$1 pid
  running "$folder" || return 0
  pid=$(cat "$folder/pid")
  kill "-$3" "$pid"
  while alive "$pid"; do sleep 0.02; done
  rm -f "$folder/pid"
}

# --- Redis ----------------------------------------------------------------------------------------

prepare_redis() { mkdir -p "$1/data"; }
# Debian's redis-tools brings the server's binary under the name of its checker; by its name it knows what to be.
start_redis() {
  # shellcheck disable=SC2086,SC2016
  launch redis "$1" "$2" bash -c 'exec -a redis-server redis-check-rdb "$@"' redis-server --port "$2" \
    --bind 127.0.0.1 --dir "$1/data" --appendonly yes --appendfsync everysec --save '' --maxmemory-policy noeviction \
    --enable-debug-command local --daemonize no ${REDIS_OPTIONS:-}
}
ready_redis() { (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'PING\r\n' >&3 && read -r -t 2 line <&3 && [[ $line == +PONG* || $line == -NOAUTH* ]]) 2>/dev/null; }

# --- MariaDB --------------------------------------------------------------------------------------

prepare_mysql() {
  [[ ! -d $1/data/mysql ]] || return 0
  rm -rf "$1/data"
  mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db --user="$(id -un)" \
    --datadir="$1/data" --innodb-log-file-size=8M
}
start_mysql() {
  launch mysql "$1" "$2" mariadbd --no-defaults --user="$(id -un)" --datadir="$1/data" --port="$2" \
    --bind-address=127.0.0.1 --socket="$1/data/socket" --pid-file="$1/data/mysqld.pid" --skip-log-bin \
    --innodb-buffer-pool-size=64M --innodb-log-file-size=64M --max-connections=200 --performance-schema=OFF
}
ready_mysql() { mariadb --no-defaults --host=127.0.0.1 --port="$1" --user=root --connect-timeout=2 \
  -e 'CREATE DATABASE IF NOT EXISTS coupon CHARACTER SET utf8mb4' 2>/dev/null; }

# --- Kafka ----------------------------------------------------------------------------------------

fetch_kafka() {
  [[ ! -e $jars/complete ]] || return 0
  mkdir -p "$cache"
  (
    flock 8
    [[ ! -e $jars/complete ]] || exit 0
    rm -rf "$jars"
    mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars" >&2 ||
      die "Kafka's JARs could not be fetched: see the messages above"
    touch "$jars/complete"
  ) 8>"$cache/lock"
}

prepare_kafka() { mkdir -p "$1/data"; fetch_kafka; }
# A second listener tells its clients another port than its own, where a test may put a proxy: "OWN TOLD" in FOLDER/proxied.
start_kafka() {
  local controller own told
  controller=$(free_port)
  [[ -s $1/proxied ]] || echo "$(free_port) $(free_port)" >"$1/proxied"
  read -r own told <"$1/proxied"
  cat >"$1/server.properties" <<TEXT
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$2,PROXIED://127.0.0.1:$own,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$2,PROXIED://127.0.0.1:$told
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$1/data
num.network.threads=2
num.io.threads=2
num.partitions=1
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.enable=false
TEXT
  if [[ ! -e $1/data/meta.properties ]]; then
    local id
    id=$(head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | cut -c 1-22)
    java -XX:TieredStopAtLevel=1 -cp "$jars/*" kafka.tools.StorageTool format -t "$id" -c "$1/server.properties" \
      >>"$1/log" 2>&1 || return 1
  fi
  launch kafka "$1" "$2" java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$jars/*" kafka.Kafka "$1/server.properties"
}
# A broker listens before it serves: it serves once it answers for its metadata.
ready_kafka() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && kcat -b "127.0.0.1:$1" -L -m 2 2>/dev/null | grep -q '^  broker 1 '
}

# --- commands -------------------------------------------------------------------------------------

port_of() { cat "$1/$2/port" 2>/dev/null || die "$2 was never started in $1"; }

flags() {
  printf -- '--gate redis://127.0.0.1:%s --journal kafka://127.0.0.1:%s --ledger mysql://root@127.0.0.1:%s/coupon\n' \
    "$(port_of "$1" redis)" "$(port_of "$1" kafka)" "$(port_of "$1" mysql)"
}

status() {
  local server all=0
  for server in redis kafka mysql; do
    [[ -d $1/$server ]] || continue
    if running "$1/$server"; then
      printf '%-6s runs on 127.0.0.1:%s, pid %s\n' "$server" "$(cat "$1/$server/port")" "$(cat "$1/$server/pid")"
    else
      printf '%-6s is down\n' "$server"
      all=1
    fi
  done
  return $all
}

command=${1-}
[[ $command != fetch ]] || { fetch_kafka; exit; }
[[ $# -ge 2 ]] || die "usage: stack.sh up|down|kill|status|flags DIR [redis] [kafka] [mysql]"
dir=$(mkdir -p "$2" && cd "$2" && pwd)
shift 2
[[ $# -gt 0 ]] || set -- redis kafka mysql
for server in "$@"; do [[ $server =~ ^(redis|kafka|mysql)$ ]] || die "'$server' is not a server: use redis, kafka or mysql"; done
case $command in
  up)
    exec 9>"$dir/lock"
    flock 9
    for server in "$@"; do up_one "$server" "$dir"; done ;;
  down) for server in "$@"; do end_one "$server" "$dir" TERM; done ;;
  kill) for server in "$@"; do end_one "$server" "$dir" KILL; done ;;
  status) status "$dir" ;;
  flags) flags "$dir" ;;
  *) die "unknown command '$command'" ;;
esac
