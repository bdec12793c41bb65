import type { Aws } from "../../aws/connect.ts";
import { type AwsInstance, describeInstances } from "../../aws/instances.ts";
import { describeVolumes } from "../../aws/volumes.ts";
import { type Report, step } from "../../progress.ts";
import type { ChildCli } from "./child-cli.ts";

interface Released {
  left: { instances: number; volumes: number };
  /** Every instance of the story. */
  instanceIds: string[];
}

interface Props {
  cli: ChildCli;
  aws: Aws;
  report: Report;
}

/** Terminates every instance, deletes every volume and ends the local cloud; counts what AWS still has before that. */
export async function releaseAll({ cli, aws, report }: Props): Promise<Released> {
  const all = await describeInstances(aws, {});
  const instances = all.filter(isAlive);
  await step(report, "runctl aws terminate, for each instance", () =>
    Promise.all(instances.map(({ instanceId }) => cli.run("aws", "terminate", instanceId))),
  );
  for (const name of ["digits", "checkpoints"]) {
    await step(report, `runctl aws ebs delete ${name}`, () =>
      cli.run("aws", "ebs", "delete", name),
    );
  }
  const left = {
    instances: (await describeInstances(aws, {})).filter(isAlive).length,
    volumes: (await describeVolumes(aws, {})).length,
  };
  await step(report, "runctl local down", () => cli.run("local", "down"));
  return { left, instanceIds: all.map(({ instanceId }) => instanceId) };
}

const isAlive = ({ state }: AwsInstance) => state !== "terminated";
