import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { StaticCredentials } from "../../src/aws/connect.ts";
import type { GuestServices } from "../../src/local-cloud/hosts/backend.ts";
import { createNullBackend, type NullBackend } from "../../src/local-cloud/hosts/null-backend.ts";

export interface GuestBackend extends NullBackend {
  /** What a booted instance would talk to. */
  services(): GuestServices;
}

/** A null backend that keeps hold of what its machines were given, so that a test can play the guest. */
export function createGuestBackend(): GuestBackend {
  const backend = createNullBackend();
  let given: GuestServices | undefined;
  return {
    ...backend,
    boot(machine, services) {
      given = services;
      return backend.boot(machine, services);
    },
    services() {
      if (given) return given;
      throw new Error("no instance has booted");
    },
  };
}

/** Serves a guest's listener on a port of this machine's until the test ends. */
export async function serveGuest(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The role's credentials as the instance gets them: from IMDSv2. */
export async function credentialsFromImds(
  t: TestContext,
  services: GuestServices,
  instanceId: string,
): Promise<StaticCredentials & { sessionToken: string }> {
  const imds = await serveGuest(t, services.imds(instanceId));
  const tokenAnswer = await fetch(`${imds}/latest/api/token`, {
    method: "PUT",
    headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" },
  });
  const headers = { "x-aws-ec2-metadata-token": await tokenAnswer.text() };
  const path = `${imds}/latest/meta-data/iam/security-credentials/`;
  const role = await (await fetch(path, { headers })).text();
  const answer = await (await fetch(path + role, { headers })).json();
  const { AccessKeyId, SecretAccessKey, Token } = answer as Record<string, string>;
  return {
    accessKeyId: AccessKeyId ?? "",
    secretAccessKey: SecretAccessKey ?? "",
    sessionToken: Token ?? "",
  };
}
