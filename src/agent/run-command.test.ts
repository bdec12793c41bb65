import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../clock.ts";
import { exportLines } from "./command-script.ts";
import {
  type CommandLaunch,
  type CommandStatus,
  commandStatus,
  signalCommand,
  startCommand,
} from "./run-command.ts";

// setpriv changes user and groups, which only root may.
const skip = process.getuid?.() === 0 ? false : "needs root: the command changes its user";

test("a command gets its arguments, environment and folder unchanged", { skip }, async (t) => {
  const nasty = 'it\'s $HOME `id` "q" \\ \n two';
  const launch = await newLaunch(t, [
    "sh",
    "-c",
    'printf "%s|%s|%s" "$1" "$VALUE" "$PWD"',
    "x",
    nasty,
  ]);
  await startCommand({ ...launch, environment: { VALUE: nasty } }, systemClock);

  assert.deepEqual(await untilEnded(launch), { kind: "ended", exitCode: 0 });
  assert.equal(await readFile(launch.logFile, "utf8"), `${nasty}|${nasty}|${launch.folder}`);
});

test("a command that runs or has ended is never started again", { skip }, async (t) => {
  const launch = await newLaunch(t, ["sh", "-c", "echo once; exit 7"]);
  await Promise.all([startCommand(launch, systemClock), startCommand(launch, systemClock)]);
  assert.deepEqual(await untilEnded(launch), { kind: "ended", exitCode: 7 });

  await startCommand(launch, systemClock);

  assert.equal(await readFile(launch.logFile, "utf8"), "once\n");
});

test("the command's group gets the signal, and its own exit code is kept", { skip }, async (t) => {
  const script = `trap 'echo saved; exit 9' TERM; echo ready; while :; do sleep 0.05; done`;
  const launch = await newLaunch(t, ["sh", "-c", script]);
  await startCommand(launch, systemClock);
  await untilLogged(launch, "ready");

  await signalCommand(launch, "SIGTERM");

  assert.deepEqual(await untilEnded(launch), { kind: "ended", exitCode: 9 });
  assert.match(await readFile(launch.logFile, "utf8"), /saved/);
});

test("a command that is killed has ended with 137", { skip }, async (t) => {
  const launch = await newLaunch(t, ["sh", "-c", "echo ready; exec sleep 300"]);
  await startCommand(launch, systemClock);
  await untilLogged(launch, "ready");

  await signalCommand(launch, "SIGKILL");

  assert.deepEqual(await untilEnded(launch), { kind: "ended", exitCode: 137 });
});

test(
  "a command outlives the program that started it, and its end is known afterwards",
  { skip },
  async (t) => {
    const launch = await newLaunch(t, ["sh", "-c", "echo ready; read -r _ <go; exit 5"]);
    const program = `
    import { startCommand } from ${module("./run-command.ts")};
    import { systemClock } from ${module("../clock.ts")};
    await startCommand(${JSON.stringify(launch)}, systemClock);
    process.kill(process.pid, "SIGKILL");`;
    await run("mkfifo", [join(launch.folder, "go")]);
    await run(process.execPath, ["--input-type=module", "-e", program]);
    await untilLogged(launch, "ready");
    assert.equal((await commandStatus(launch)).kind, "running");

    await run("sh", ["-c", `echo >'${launch.folder}/go'`]);

    assert.deepEqual(await untilEnded(launch), { kind: "ended", exitCode: 5 });
  },
);

test("exports survive a shell whatever they hold", () => {
  assert.equal(exportLines({ A: "it's" }), `export A='it'\\''s'\n`);
});

const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

async function newLaunch(t: TestContext, command: string[]): Promise<CommandLaunch> {
  const folder = await mkdtemp(join(tmpdir(), "runctl-command-"));
  const launch: CommandLaunch = {
    run: join(folder, "run"),
    state: join(folder, "state"),
    command,
    user: {
      name: "root",
      uid: process.getuid!(),
      gid: process.getgid!(),
      home: userInfo().homedir,
      shell: "/bin/sh",
    },
    folder,
    environment: {},
    logFile: join(folder, "log"),
  };
  t.after(async () => {
    await signalCommand(launch, "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });
  return launch;
}

async function untilEnded(launch: CommandLaunch): Promise<CommandStatus> {
  for (;;) {
    const status = await commandStatus(launch);
    if (status.kind === "ended") return status;
    await delay(10);
  }
}

async function untilLogged(launch: CommandLaunch, text: string): Promise<void> {
  while (!(await readFile(launch.logFile, "utf8").catch(() => "")).includes(text)) await delay(10);
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((resolve) => {
    spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] }).on("close", () => resolve());
  });
}
