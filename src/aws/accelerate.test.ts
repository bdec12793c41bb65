import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { connect } from "./connect.ts";
import { accelerate } from "./s3-access.ts";

/** Serves the metadata of an instance in eu-west-1, and S3 with a bucket that has acceleration. */
async function serve(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === "/latest/api/token") response.end("token");
    else if (request.url === "/latest/meta-data/placement/region") response.end("eu-west-1");
    else if (request.url?.includes("accelerate")) {
      response.end("<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>");
    } else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function awsIn(region: string, endpointUrl: string) {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const toServer = connect({ region, endpointUrl, credentials });
  return { ...connect({ region, credentials }), s3: () => toServer.s3() };
}

test("an instance in the bucket's region is refused acceleration, which it would only pay for", async (t) => {
  const endpoint = await serve(t);
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  await assert.rejects(accelerate(awsIn("eu-west-1", endpoint), "data", env), {
    code: "USAGE",
    message: /instance is in eu-west-1/,
    hint: /leave --use-acceleration out/,
  });
});

test("an instance elsewhere, and what is no instance, may accelerate", async (t) => {
  const endpoint = await serve(t);
  const elsewhere = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  await accelerate(awsIn("us-east-1", endpoint), "data", elsewhere);
  await accelerate(awsIn("eu-west-1", endpoint), "data", { AWS_EC2_METADATA_DISABLED: "true" });
  const nobody = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `${endpoint}/nobody` };
  await accelerate(awsIn("eu-west-1", endpoint), "data", nobody);
});
