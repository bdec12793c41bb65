import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";

export interface HangGuardOptions {
  /** The agent's sign of life; of this boot. */
  heartbeat: string;
  /** Has a line for each hang; of this boot. */
  hangs: string;
  /** How long the agent may be without a sign of life. */
  hungAfterSeconds: number;
}

/**
 * `$1` agent · `$2` seconds · `$3` heartbeat · `$4` hangs. No clock is compared: a heartbeat that reads as it did the
 * last time is an agent that hangs. It ends with its agent, whose child it is; the next agent has a guard of its own.
 */
const script = `
last=none beats=0
while sleep "$2"; do
  read -r _ _ _ parent _ <"/proc/$$/stat"
  [ "$parent" = "$1" ] || exit 0
  read -r beat <"$3"
  if [ "$beat" != "$last" ]; then
    last=$beat beats=$((beats + 1))
    [ $beats -ne 10 ] || : >"$4"
    continue
  fi
  echo hang >>"$4"
  if [ "$(wc -l <"$4")" -ge 5 ]; then
    echo 'runctl: the agent hangs again and again: power off' >/dev/console
    poweroff
  else
    echo 'runctl: the agent hangs: it is started again' >/dev/console
  fi
  kill -9 "$1"
  exit
done`;

/**
 * A shell that watches over this agent: one that hangs would see no notice and never end the instance, which goes on
 * costing money. It is killed, and whoever has started it starts it again; the fifth time in a row the machine is
 * switched off. The same under systemd and without (systemd's own watchdog wants a program run for each heartbeat).
 */
export function startHangGuard(options: HangGuardOptions, terminated: AbortSignal): void {
  const { heartbeat, hangs, hungAfterSeconds } = options;
  let beats = 0;
  const beat = () => writeFileSync(heartbeat, `${process.pid} ${(beats += 1)}\n`);
  beat();
  setInterval(beat, Math.min(5_000, hungAfterSeconds * 250)).unref();
  writeFileSync(hangs, "", { flag: "a" });

  const words = [String(process.pid), String(hungAfterSeconds), heartbeat, hangs];
  const again = () => setTimeout(start, hungAfterSeconds * 1_000).unref();
  function start() {
    if (terminated.aborted) return;
    const guard = spawn("sh", ["-c", script, "runctl-guard", ...words], { stdio: "ignore" });
    guard.unref();
    guard.once("exit", again).once("error", again);
  }
  start();
}
