// On the kernel backend: how long from RunInstances to a mounted volume, and from an interruption notice to SIGTERM
// and to an unmounted volume. The reference is the boot of an instance whose user data only prints the time.
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeImagesCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { type Aws, connect } from "../src/aws/connect.ts";
import { consoleOutput, describeInstances } from "../src/aws/instances.ts";
import { momentOf } from "../src/cli/demo/agent-log.ts";
import { type ChildCli, childCli } from "../src/cli/demo/child-cli.ts";
import { readAgentLog } from "../src/cli/demo/instance-words.ts";
import { systemClock } from "../src/clock.ts";
import { requireLocalCloud } from "../src/cli/require-local-cloud.ts";
import { median, round } from "./measure.ts";

interface Sample {
  bareBootMs: number;
  launchToMountedMs: number;
  noticeToSigtermMs: number;
  noticeToUnmountedMs: number;
}

const runs = 7;
const directory = await mkdtemp(join(tmpdir(), "runctl-bench-"));
const stateDirectory = join(directory, "cloud");
const runctl = join(import.meta.dirname, "../bin/runctl.mjs");
const cli = childCli(stateDirectory, new AbortController().signal, runctl);

await cli.run("local", "up", "--detach", "--port", "0", "--backend", "kernel");
try {
  const { endpoint, region, ...keys } = await requireLocalCloud(stateDirectory);
  const aws = connect({ region, endpointUrl: endpoint, credentials: keys });
  await cli.run("aws", "setup");
  await cli.run("aws", "ebs", "create", "--size", "1", "--name", "bench");
  // The first launch stages the agent and formats the volume.
  await launchAndInterrupt(cli, aws);
  const samples: Sample[] = [];
  for (let run = 0; run < runs; run += 1) {
    samples.push({ bareBootMs: await bareBoot(aws), ...(await launchAndInterrupt(cli, aws)) });
  }
  const reference = median(samples.map(({ bareBootMs }) => bareBootMs));
  const results = (["launchToMountedMs", "noticeToSigtermMs", "noticeToUnmountedMs"] as const).map(
    (name) => {
      const values = samples.map((sample) => sample[name]);
      const middle = median(values);
      return {
        name,
        medianMs: round(middle),
        maxMs: round(Math.max(...values)),
        ratio: round(middle / reference),
      };
    },
  );
  const goals = { launchToMountedMs: "median at most 3000", noticeToSigtermMs: "at most 2500" };
  const report = {
    benchmark: "launch",
    goals,
    reference: { bareBootMs: reference },
    runs,
    results,
  };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
} finally {
  await cli.run("local", "down");
  await rm(directory, { recursive: true });
}

async function launchAndInterrupt(runner: ChildCli, aws: Aws) {
  const words = ["--spot", "--ebs-volume", "bench:/mnt/bench", "--", "sleep", "600"];
  const { instanceId } = await runner.run<{ instanceId: string }>("aws", "create", ...words);
  const launchedAt = await timeOfLaunch();
  const { noticeAt } = await runner.run<{ noticeAt: string }>("local", "interrupt", instanceId);
  const log = await untilUnmounted(aws, instanceId);
  await runner.run("aws", "terminate", instanceId);
  return {
    launchToMountedMs: momentOf(log, "mounted") - launchedAt,
    noticeToSigtermMs: momentOf(log, "sigtermSent") - Date.parse(noticeAt),
    noticeToUnmountedMs: momentOf(log, "unmounted") - Date.parse(noticeAt),
  };
}

/** When the server answered the last RunInstances. */
async function timeOfLaunch(): Promise<number> {
  const log = await readFile(join(stateDirectory, "access.log"), "utf8");
  const line = log.split("\n").findLast((text) => text.includes(" ec2 RunInstances 200 "));
  return Date.parse(line?.split(" ")[0] ?? "");
}

async function untilUnmounted(aws: Aws, instanceId: string): Promise<string> {
  for (;;) {
    const log = await readAgentLog(aws, instanceId);
    if (log.includes('"unmounted"')) return log;
    await systemClock.sleep(100);
  }
}

/** From the call to the first line that the user data prints. */
async function bareBoot(aws: Aws): Promise<number> {
  const client = await aws.ec2();
  const { Images = [] } = await client.send(new DescribeImagesCommand({ Owners: ["amazon"] }));
  const script = "#!/bin/sh\necho first-line $(date +%s%3N)\npoweroff\n";
  const answer = await client.send(
    new RunInstancesCommand({
      ImageId: Images.find(({ Architecture }) => Architecture === "x86_64")?.ImageId,
      InstanceType: "c5.2xlarge",
      MinCount: 1,
      MaxCount: 1,
      InstanceInitiatedShutdownBehavior: "terminate",
      UserData: Buffer.from(script).toString("base64"),
    }),
  );
  const id = answer.Instances?.[0]?.InstanceId ?? "";
  while ((await describeInstances(aws, { instanceIds: [id] }))[0]?.state !== "terminated") {
    await systemClock.sleep(50);
  }
  const at = /first-line (\d+)/.exec(await consoleOutput(aws, id))?.[1];
  return Number(at) - (await timeOfLaunch());
}
