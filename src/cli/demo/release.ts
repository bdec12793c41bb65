import type { Aws } from "../../aws/connect.ts";
import { describeInstances } from "../../aws/instances.ts";
import { describeVolumes } from "../../aws/volumes.ts";
import { type Report, step } from "../../progress.ts";
import type { ChildCli } from "./child-cli.ts";

interface Props {
  cli: ChildCli;
  aws: Aws;
  report: Report;
}

/** Terminates every instance, deletes every volume and ends the local cloud; counts what AWS still has before that. */
export async function releaseAll({
  cli,
  aws,
  report,
}: Props): Promise<{ instances: number; volumes: number }> {
  for (const { instanceId } of await living(aws)) {
    await step(report, `runctl aws terminate ${instanceId}`, () =>
      cli.run("aws", "terminate", instanceId),
    );
  }
  for (const name of ["digits", "checkpoints"]) {
    await step(report, `runctl aws ebs delete ${name}`, () =>
      cli.run("aws", "ebs", "delete", name),
    );
  }
  const left = {
    instances: (await living(aws)).length,
    volumes: (await describeVolumes(aws, {})).length,
  };
  await step(report, "runctl local down", () => cli.run("local", "down"));
  return left;
}

async function living(aws: Aws) {
  const instances = await describeInstances(aws, {});
  return instances.filter(({ state }) => state !== "terminated");
}
