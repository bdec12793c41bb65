#!/bin/sh
# runctl: fetches the Node runtime and the agent from S3 and starts the agent. All data stand in the quoted blocks at the end.
set -u
export PATH=$PATH:/usr/sbin:/sbin
D=/opt/runctl B=/var/lib/cloud/scripts/per-boot
X="$D/node $D/agent.mjs $D/spec.json"
say() { echo "runctl: $*" >/dev/console; }
mkdir -p $D /run/runctl $B
# Runs now, and by cloud-init at each later boot of this instance, but not of one that is made from its image.
: >/var/lib/cloud/instance/runctl
cat >$B/runctl <<'U'
#!/bin/sh
[ -e /var/lib/cloud/instance/runctl ] || exit 0
# off_after SECONDS FILE: powers off then, unless FILE is there
off_after() { { sleep "$1"; [ -e "$2" ] || { echo 'runctl: no sign of life: power off' >/dev/console; poweroff; sleep 150; poweroff -f; }; } </dev/null >/dev/null 2>&1 & }
off_after @SILENT@ /run/runctl/reported
@LIFETIME@
U
chmod 755 $B/runctl
$B/runctl
fail() { say "FAILED: $*: power off"; sync; poweroff; exit 1; }
spec=''
M=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}/latest
uptime() { read -r up _ </proc/uptime; up=${up%.*}; }
again() { uptime; end=$((up + retry)); until "$@"; do uptime; [ $up -lt $end ] || return 1; sleep 2; done; }
token() { T=$(curl -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 900' "$M/api/token"); }
meta() { echo "header = \"X-aws-ec2-metadata-token: $T\"" | curl -sf -m 5 -K - "$M/meta-data/$1"; }
member() { printf %s "$C" | sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p'; }
keys() {
  token && N=$(meta iam/security-credentials/) && C=$(meta "iam/security-credentials/$N") || return 1
  ID=$(member AccessKeyId) SECRET=$(member SecretAccessKey) TOKEN=$(member Token)
  [ -n "$ID" ] && [ -n "$SECRET" ] && [ -n "$TOKEN" ]
}
sha() { sha256sum | cut -c1-64; }
# Of no bytes at all, the body of a GET.
E=$(sha </dev/null)
H='host;x-amz-content-sha256;x-amz-date;x-amz-security-token'
# bytes HEX N: the bytes, each xor N. Built-ins only, so that no key is ever on a command line.
bytes() {
  h=$1 o=''
  while [ -n "$h" ]; do t=${h#??} b=$((0x${h%"${h#??}"} ^ $2)) o="$o\\$((b / 64))$((b / 8 % 8))$((b % 8))" h=$t; done
  printf "$o"
}
hmac() {
  k=$1
  while [ ${#k} -lt 128 ]; do k=${k}00; done
  i=$({ bytes "$k" 54; printf %s "$2"; } | sha)
  { bytes "$k" 92; bytes "$i" 0; } | sha
}
# sign PATH HOST TIME: the Authorization of a GET without query (Signature Version 4); PATH needs no encoding
sign() {
  scope=${3%T*}/$region/s3/aws4_request
  q=$(printf 'GET\n%s\n\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\nx-amz-security-token:%s\n\n%s\n%s' "$1" "$2" $E "$3" "$TOKEN" "$H" $E | sha)
  s=$(printf %s "AWS4$SECRET" | od -An -v -tx1 | tr -d ' \n')
  for part in "${3%T*}" "$region" s3 aws4_request; do s=$(hmac "$s" "$part"); done
  s=$(hmac "$s" "$(printf 'AWS4-HMAC-SHA256\n%s\n%s\n%s' "$3" "$scope" "$q")")
  echo "AWS4-HMAC-SHA256 Credential=$ID/$scope, SignedHeaders=$H, Signature=$s"
}
# get KEY SHA256 FILE
get() {
  [ -f "$3" ] && [ "$(sha <"$3")" = "$2" ] && return
  p=/$bucket/$1 now=$(date -u +%Y%m%dT%H%M%SZ)
  keys || { say 'no role credentials yet'; return 1; }
  w=$(printf 'header = "%s"\n' "x-amz-date: $now" "x-amz-content-sha256: $E" "x-amz-security-token: $TOKEN" \
    "Authorization: $(sign "$p" "${endpoint#*://}" "$now")" |
    curl -sSf --connect-timeout 10 --speed-time 30 --speed-limit 1000 -o "$3.part" -K - "$endpoint$p" 2>&1) || { say "s3:GetObject $1: $w"; return 1; }
  [ "$(sha <"$3.part")" = "$2" ] || { say "$1: wrong SHA-256"; return 1; }
  mv "$3.part" "$3"
}
fetch() { say "fetching s3://$bucket/$1"; again get "$@" || fail "cannot fetch s3://$bucket/$1"; }
start() {
  if [ -d /run/systemd/system ]; then
    cat >/etc/systemd/system/runctl-agent.service <<U
[Unit]
Wants=network-online.target
After=network-online.target nss-lookup.target runctl-command.scope
StartLimitIntervalSec=600
StartLimitBurst=30
StartLimitAction=poweroff
[Service]
ExecStart=$X
PassEnvironment=AWS_ENDPOINT_URL
Restart=always
RestartSec=1
KillMode=mixed
TimeoutStopSec=110
U
    systemctl daemon-reload || return
    L='systemctl start --no-block runctl-agent'
  else
    L="setsid sh -c 'trap end=1 TERM; until [ \"\${end:-}\" ]; do $X; sleep .2 || sleep 1; done' </dev/null >>/var/log/runctl-agent.out 2>&1 &"
  fi
  echo "$L" >>$B/runctl
  eval "$L"
}
(umask 077 && cat >$D/spec.json) <<'RUNCTL_SPEC'
@SPEC@
RUNCTL_SPEC
while read -r name value; do export "$name=$value"; done <<'RUNCTL_FETCH'
@FETCH@
RUNCTL_FETCH
endpoint=${AWS_ENDPOINT_URL:-https://s3.$region.amazonaws.com}
fetch "$node" "$node_sha" $D/node
fetch "$agent" "$agent_sha" $D/agent.mjs
[ -z "$spec" ] || fetch "$spec" "$spec_sha" $D/spec.json
chmod 755 $D/node && chmod 600 $D/spec.json && start || fail 'cannot start the agent'
say 'agent started'
