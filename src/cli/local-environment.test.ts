import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "../run-program.ts";
import { readConfig } from "./config.ts";
import { localEnvironment, shellLine } from "./local-environment.ts";

const cloud = {
  endpoint: "http://127.0.0.1:4566",
  accessKeyId: "AKIALOCAL",
  secretAccessKey: "it's/secret+",
  region: "us-east-1",
};

test("what a shell knows of AWS gives way to the local cloud, and how it prints stays", () => {
  const shell = { AWS_ENDPOINT_URL_S3: "https://s3.example", AWS_ROLE_ARN: "r", AWS_PAGER: "less" };
  const variables = localEnvironment(cloud, "/state/aws-config", shell);

  assert.equal(variables["AWS_ENDPOINT_URL"], "http://127.0.0.1:4566");
  assert.equal(variables["AWS_ENDPOINT_URL_S3"], "");
  assert.equal(variables["AWS_ROLE_ARN"], "");
  assert.equal(variables["AWS_PROFILE"], "");
  assert.equal("AWS_PAGER" in variables, false);
  assert.equal("NO_PROXY" in variables, false);
});

test("runctl itself speaks to this local cloud and to nobody else, whatever it was told before", async () => {
  const before = {
    RUNCTL_ENDPOINT_URL: "https://ec2.example",
    RUNCTL_PROFILE: "work",
    RUNCTL_REGION: "eu-west-1",
    RUNCTL_STAGING_BUCKET: "ours",
    RUNCTL_INSTANCE_PROFILE: "ours",
    RUNCTL_NAME: "stays",
  };
  const after = { ...before, ...localEnvironment(cloud, "/state/aws-config", before) };

  assert.deepEqual(await readConfig("/", { ...after, HOME: "/nobody" }), {
    region: "us-east-1",
    "endpoint-url": cloud.endpoint,
    name: "stays",
  });
});

test("a proxy is passed by, and the hosts that already were", () => {
  const shell = { HTTPS_PROXY: "p", http_proxy: "p", NO_PROXY: "intranet,.example" };
  const { NO_PROXY, no_proxy } = localEnvironment(cloud, "/state/aws-config", shell);

  assert.equal(NO_PROXY, "intranet,.example,127.0.0.1");
  assert.equal(no_proxy, NO_PROXY);
});

test("a shell reads each value as it is", async () => {
  const lines = Object.entries(localEnvironment(cloud, "/my state/aws-config", {})).map(shellLine);
  const script = `${lines.join("\n")}\nprintf %s "$AWS_SECRET_ACCESS_KEY|$AWS_CONFIG_FILE"`;

  assert.equal(
    (await runProgram("sh", ["-c", script])).stdout,
    "it's/secret+|/my state/aws-config",
  );
});
