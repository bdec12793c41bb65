import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { kernelCloud, skipReason as skip, until } from "./support/kernel-cloud.ts";

test(
  "user data runs once per instance, and scripts of scripts/per-boot at every boot",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    const userData = `#!/bin/sh
printf '#!/bin/sh\\necho per-boot runs\\n' >/var/lib/cloud/scripts/per-boot/hello
chmod +x /var/lib/cloud/scripts/per-boot/hello
echo kept >/root/kept
echo "endpoint $AWS_ENDPOINT_URL on $(hostname)"
`;
    const machine = await cloud.boot(1, { userData });
    const first = await cloud.untilConsole(machine, "endpoint");
    assert.match(first, /^endpoint http:\/\/169\.254\.170\.23:4566 on ip-172-31-0-1$/m);
    const log = await cloud.inside(machine, "cat /var/log/cloud-init-output.log");
    assert.match(log.stdout, /^endpoint /m);

    await cloud.backend.pressPowerButton(machine.instanceId);
    await cloud.backend.whenOff(machine.instanceId);
    await cloud.backend.boot(machine, cloud.services);

    const second = await cloud.untilConsole(machine, "per-boot runs");
    assert.equal((await cloud.inside(machine, "cat /root/kept")).stdout, "kept\n");
    assert.equal(second.match(/^endpoint/gm)?.length, 1);
  },
);

test("compressed user data is unpacked, and what is no script is not run", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const packed = await cloud.boot(1, { userData: gzipSync("#!/bin/sh\necho unpacked\n") });
  await cloud.untilConsole(packed, "unpacked");
  const text = await cloud.boot(2, { userData: "echo not a script\n" });
  await cloud.untilConsole(text, "user data is not a script");
});

test("the metadata service asks for a token of this machine", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const [one, two] = [await cloud.boot(1), await cloud.boot(2)];
  const tokenOf =
    "curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' 169.254.169.254/latest/api/token";
  const status =
    "curl -s -o /dev/null -w %{http_code} 169.254.169.254/latest/meta-data/instance-id";
  const token = (await cloud.inside(one, tokenOf)).stdout;

  assert.equal((await cloud.inside(one, status)).stdout, "401");
  assert.equal(
    (await cloud.inside(one, `${status} -H 'X-aws-ec2-metadata-token: ${token}'`)).stdout,
    "200",
  );
  assert.equal(
    (await cloud.inside(two, `${status} -H 'X-aws-ec2-metadata-token: ${token}'`)).stdout,
    "401",
  );
  const own = (await cloud.inside(two, tokenOf)).stdout;
  const id = `curl -s -H 'X-aws-ec2-metadata-token: ${own}' 169.254.169.254/latest/meta-data/instance-id`;
  assert.equal((await cloud.inside(two, id)).stdout, two.instanceId);
});

test(
  "the AWS endpoint knows which machine asks, and there is no other network",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    const machine = await cloud.boot(1);
    const endpoint = await cloud.inside(machine, "curl -s http://169.254.170.23:4566/bucket");
    assert.equal(endpoint.stdout, `${machine.instanceId} /bucket`);
    const outside = await cloud.inside(
      machine,
      "ls /sys/class/net; curl -sS -m 2 http://192.0.2.1/",
    );
    assert.match(outside.stdout, /^lo\n$/);
    assert.notEqual(outside.exitCode, 0);
  },
);

for (const command of [
  "poweroff",
  "/sbin/poweroff",
  "shutdown -h now",
  "halt",
  "systemctl poweroff",
]) {
  test(`${command} inside ends the machine in order`, { skip }, async (t) => {
    const cloud = await kernelCloud(t);
    const userData = `#!/bin/sh
trap 'echo asked to end; sync; exit 0' TERM
(sleep 0.1; ${command}) &
while :; do sleep 0.05; done
`;
    const machine = await cloud.boot(1, { userData });
    await cloud.backend.whenOff(machine.instanceId);
    assert.match(
      await cloud.console(machine),
      /shutting down\n(.*\n)*asked to end\n(.*\n)*machine: power off\n$/,
    );
  });
}

test("a shutdown waits for a program that needs time", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const userData = `#!/bin/sh
trap 'sleep 2 & wait $!; echo saved everything; exit 0' TERM
echo started
while :; do sleep 0.05; done
`;
  const machine = await cloud.boot(1, { userData });
  await cloud.untilConsole(machine, "started");
  await cloud.backend.pressPowerButton(machine.instanceId);
  await cloud.backend.whenOff(machine.instanceId);
  assert.match(await cloud.console(machine), /saved everything/);
});

test(
  "what is written to /dev/console is on the console, and orphans are reaped",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    const machine = await cloud.boot(1);
    await cloud.inside(machine, "echo one >/dev/console; echo two >/dev/console");
    assert.match(await cloud.untilConsole(machine, "two"), /one\ntwo\n/);
    await cloud.inside(machine, "(sleep 0.1 & sleep 0.1 &)");
    await until("no zombie inside", async () => {
      const { stdout } = await cloud.inside(
        machine,
        "ps -e -o stat=,comm= | grep -c '^Z\\|sleep 0.1'",
      );
      return stdout.trim() === "0";
    });
  },
);
