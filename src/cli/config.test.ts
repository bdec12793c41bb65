import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readConfig } from "./config.ts";

async function home(t: TestContext, files: { user?: string; project?: string }) {
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
  return readConfig(deep, { HOME: root });
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
