import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { finished } from "node:stream/promises";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import tar from "tar-stream";
import { packCode } from "./code-archive.ts";
import { checkCode, listCode } from "./code-files.ts";

const strict = { allowSecrets: false, allowLarge: false };

async function codeDirectory(t: TestContext, files: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), "runctl-code-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

async function entries(body: Uint8Array) {
  const found: { name: string; mode: number | undefined; linkname: string | null | undefined }[] =
    [];
  const extract = tar.extract();
  extract.on("entry", ({ name, mode, linkname }, stream, next) => {
    found.push({ name, mode, linkname });
    stream.on("end", next);
    stream.resume();
  });
  extract.end(await promisify(zstdDecompress)(body));
  await finished(extract);
  return found;
}

async function paths(directory: string) {
  return (await listCode(directory)).map(({ path }) => path);
}

test("the same files give the same archive, whenever they were written", async (t) => {
  const files = { "train.py": "print(1)", "lib/a.py": "a", "lib/b.py": "b" };
  const first = await codeDirectory(t, files);
  const second = await codeDirectory(t, Object.fromEntries(Object.entries(files).toReversed()));
  await utimes(join(second, "train.py"), 1, 1);

  const one = await packCode(first, await listCode(first));
  const two = await packCode(second, await listCode(second));

  assert.deepEqual(two.file, one.file);
  assert.match(one.file.key, /^code\/[0-9a-f]{64}\.tar\.zst$/);
});

test("modes and links are kept", async (t) => {
  const directory = await codeDirectory(t, { "run.sh": "#!/bin/sh", "lib/a.py": "" });
  await chmod(join(directory, "run.sh"), 0o755);
  await chmod(join(directory, "lib/a.py"), 0o600);
  await symlink("lib/a.py", join(directory, "link"));

  const { body } = await packCode(directory, await listCode(directory));

  const byName = new Map((await entries(body)).map((entry) => [entry.name, entry]));
  assert.deepEqual([...byName.keys()], ["lib/", "lib/a.py", "link", "run.sh"]);
  assert.equal(byName.get("run.sh")?.mode, 0o755);
  assert.equal(byName.get("lib/a.py")?.mode, 0o600);
  assert.equal(byName.get("link")?.linkname, "lib/a.py");
});

test(".git and what the ignore files name is left out, in every folder", async (t) => {
  const directory = await codeDirectory(t, {
    ".git/config": "",
    ".gitignore": "*.log\n/data/\n",
    ".runctlignore": "notes.md\n",
    "a.py": "",
    "a.log": "",
    "notes.md": "",
    "data/big": "",
    "sub/data/kept": "",
    "sub/.gitignore": "!b.log\nsecret/\n",
    "sub/b.log": "",
    "sub/c.log": "",
    "sub/secret/x": "",
  });

  assert.deepEqual(await paths(directory), [
    ".gitignore",
    ".runctlignore",
    "a.py",
    "sub",
    "sub/.gitignore",
    "sub/b.log",
    "sub/data",
    "sub/data/kept",
  ]);
});

for (const name of [".env", ".env.local", "id_rsa", "keys/server.pem", ".npmrc", "credentials"]) {
  test(`${name} is taken for a secret, and refused without a flag`, async (t) => {
    const files = await listCode(await codeDirectory(t, { [name]: "x", "a.py": "" }));

    assert.throws(() => checkCode(files, strict), { code: "REFUSED", message: new RegExp(name) });
    checkCode(files, { ...strict, allowSecrets: true });
  });
}

test("what only looks like a secret, or is left out, is fine", async (t) => {
  const directory = await codeDirectory(t, {
    ".gitignore": ".env\n",
    ".env": "KEY=1",
    ".env.example": "KEY=",
    "environment.py": "",
  });

  checkCode(await listCode(directory), strict);
});

test("over 500 MB are refused without a flag", async (t) => {
  const files = await listCode(await codeDirectory(t, { "model.bin": "x" }));
  const large = files.map((file) => ({
    ...file,
    stats: Object.assign(Object.create(file.stats) as typeof file.stats, { size: 500_000_001 }),
  }));

  assert.throws(() => checkCode(large, strict), { code: "REFUSED", message: /500 MB/ });
  checkCode(large, { ...strict, allowLarge: true });
});

test("a file instead of a directory is refused", async (t) => {
  const directory = await codeDirectory(t, { "a.py": "" });

  await assert.rejects(listCode(join(directory, "a.py")), { code: "USAGE" });
  await assert.rejects(listCode(join(directory, "missing")), { code: "USAGE" });
});
