import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { makeCertificates } from "../../test/support/certificates.ts";
import { readCaBundle } from "./ca-bundle.ts";
import { connect } from "./connect.ts";
import { callerIdentity } from "./sts.ts";

const identity =
  "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>" +
  "<Arn>arn:aws:iam::123456789012:user/me</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";

/** STS behind a certificate of an authority of the test's own; undefined without openssl. */
async function secureSts(t: TestContext) {
  const made = makeCertificates(t, "DNS:localhost");
  if (!made) return undefined;
  let asked = 0;
  const server = createServer({ key: made.key, cert: made.cert }, (_request, response) => {
    asked += 1;
    response.writeHead(200, { "content-type": "text/xml" }).end(identity);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpointUrl = `https://localhost:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const options = { region: "us-east-1", endpointUrl, credentials, maxAttempts: 1 };
  return { options, authority: made.authority, asked: () => asked };
}

test("calls of the SDK believe the authority of AWS_CA_BUNDLE, and nobody else", async (t) => {
  const place = await secureSts(t);
  if (!place) return;
  const { options, authority, asked } = place;

  await assert.rejects(callerIdentity(connect(options)), {
    code: "UNREACHABLE",
    message: /^sts:GetCallerIdentity: the connection is not secure: .*certificate/,
    hint: /AWS_CA_BUNDLE/,
  });
  assert.equal(asked(), 0);
  const caller = await callerIdentity(connect({ ...options, caBundle: authority }));
  assert.equal(caller.accountId, "123456789012");
});

const source = (name: string) => JSON.stringify(join(import.meta.dirname, name));

test("the variable itself is read, by a program that says nothing of it", async (t) => {
  const place = await secureSts(t);
  if (!place) return;
  const program = `
    import { connect } from ${source("connect.ts")};
    import { callerIdentity } from ${source("sts.ts")};
    console.log((await callerIdentity(connect(${JSON.stringify(place.options)}))).accountId);
  `;

  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { env: { ...process.env, AWS_CA_BUNDLE: place.authority } },
  );

  assert.equal(stdout, "123456789012\n");
});

test("a bundle that is not there, or holds no certificate, is told by its variable and its path", async () => {
  const aws = connect({ region: "us-east-1", caBundle: "/nowhere/bundle.pem" });
  await assert.rejects(callerIdentity(aws), {
    code: "CONFIGURATION",
    message: "AWS_CA_BUNDLE /nowhere/bundle.pem cannot be read",
  });
  assert.throws(() => readCaBundle(import.meta.filename), {
    code: "CONFIGURATION",
    message: /AWS_CA_BUNDLE .* holds no certificate/,
  });
  assert.equal(readCaBundle(undefined), undefined);
});
