import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readConfig, withoutAccount } from "./config.ts";

async function home(
  t: TestContext,
  files: { user?: string; project?: string },
  env: Record<string, string> = {},
) {
  const root = await mkdtemp(join(tmpdir(), "runctl-config-"));
  t.after(() => rm(root, { recursive: true }));
  const config = join(root, ".config/runctl");
  const deep = join(root, "project/train/deep");
  await mkdir(config, { recursive: true });
  await mkdir(deep, { recursive: true });
  if (files.user !== undefined) await writeFile(join(config, "config.toml"), files.user);
  if (files.project !== undefined) {
    await writeFile(join(root, "project/.runctl.toml"), files.project);
  }
  return readConfig(deep, { HOME: root, ...env });
}

test("without files there is nothing set", async (t) => {
  assert.deepEqual(await home(t, {}), {});
});

test("a project's file is found from below, wins over the user's, and joins its tags", async (t) => {
  const config = await home(t, {
    user: 'region = "eu-west-1"\nmount-point = "/mnt/a"\n[tags]\nteam = "vision"',
    project: 'mount-point = "/mnt/b"\n[tags]\nrun = "7"',
  });

  assert.equal(config.region, "eu-west-1");
  assert.equal(config["mount-point"], "/mnt/b");
  assert.deepEqual(config.tags, { team: "vision", run: "7" });
});

for (const key of ["endpoint-url", "profile", "staging-bucket", "instance-profile", "region"]) {
  test(`a project may not set ${key}`, async (t) => {
    await assert.rejects(home(t, { project: `${key} = "x"` }), {
      code: "CONFIGURATION",
      hint: `only your own config.toml may set '${key}', not a project`,
    });
  });
}

test("a wrong key, a wrong type and broken TOML are named", async (t) => {
  await assert.rejects(home(t, { user: 'regoin = "x"' }), { message: /config.toml: 'regoin'/ });
  await assert.rejects(home(t, { project: "name = 5" }), { message: /.runctl.toml: 'name'/ });
  await assert.rejects(home(t, { project: "name = " }), { message: /is not TOML/ });
});

test("the environment wins over both files, RUNCTL_ over AWS_", async (t) => {
  const files = {
    user: 'region = "eu-west-1"\nprofile = "daily"\nproject = "a"',
    project: 'name = "b"\ninstance-type = ["c5.large"]',
  };
  const aws = await home(t, files, { AWS_DEFAULT_REGION: "us-east-1", AWS_PROFILE: "work" });
  const own = await home(t, files, {
    AWS_REGION: "us-east-1",
    RUNCTL_REGION: "us-west-2",
    RUNCTL_NAME: "c",
    RUNCTL_INSTANCE_TYPE: "m5.large,c5.large",
  });

  assert.deepEqual([aws.region, aws.profile, aws.project], ["us-east-1", "work", "a"]);
  assert.deepEqual([own.region, own.name, own.profile], ["us-west-2", "c", "daily"]);
  assert.deepEqual(own["instance-type"], ["m5.large", "c5.large"]);
});

test("keys in the environment win over the profile of the file", async (t) => {
  const config = await home(t, { user: 'profile = "daily"' }, { AWS_ACCESS_KEY_ID: "AKIA" });

  assert.equal(config.profile, undefined);
});

test("values are checked as their flags are, and the place of the wrong one is named", async (t) => {
  await assert.rejects(home(t, { project: 'mount-point = "/etc"' }), {
    code: "CONFIGURATION",
    message: /\.runctl\.toml: 'mount-point' '\/etc' cannot be a mount point/,
  });
  await assert.rejects(home(t, {}, { AWS_REGION: "mars" }), {
    code: "CONFIGURATION",
    message: /AWS_REGION: 'mars' is not a region/,
  });
});

test("for the local cloud nothing is left that speaks of an account at AWS", async (t) => {
  const config = await home(t, {
    user: 'region = "eu-west-1"\nprofile = "p"\nendpoint-url = "http://x"\nstaging-bucket = "b"\ninstance-profile = "i"\nname = "n"',
  });

  assert.deepEqual(withoutAccount(config), { name: "n", tags: {} });
});
