import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ManifestFile } from "../../manifest.ts";
import { openDownloadJournal } from "./download-journal.ts";

const note = (path: string, etag = "1"): ManifestFile => ({
  path,
  key: path,
  sizeBytes: 1,
  etag,
  modifiedMs: 0,
  checksum: { algorithm: "CRC32", value: "AAAAAA==" },
});

async function journalIn(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), "runctl-journal-"));
  t.after(() => rm(root, { recursive: true }));
  const path = join(root, ".runctl-journal");
  return { root, path, open: (source = "s3://b/") => openDownloadJournal(path, root, source) };
}

const odd = ["plain", 'quo"te', "line\nbreak", "back\\slash", "ü/😀"];

test("a journal that was torn anywhere keeps its whole lines, and goes on after them", async (t) => {
  const { path, open } = await journalIn(t);
  const first = await open();
  for (const name of odd) void first.add(note(name));
  await first.flush();
  await first.close();
  const bytes = await readFile(path);
  const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at);
  for (let cut = ends[0]! + 1; cut <= bytes.length; cut += 101) {
    await writeFile(path, bytes.subarray(0, cut));

    const again = await open();
    void again.add(note("more", "2"));
    await again.flush();
    const whole = ends.filter((end) => end < cut).length - 1;
    const found = odd.filter((name) => again.notes.find(name)?.path === name);
    assert.deepEqual(found, odd.slice(0, whole), `cut at ${cut}`);
    await again.close();

    const last = await open();
    assert.equal(last.notes.find("more")?.etag, "2");
    assert.equal([...last.notes.left()].length, whole + 1);
    await last.close();
  }
});

test("the last note of a path counts, and notes of another source do not", async (t) => {
  const { open } = await journalIn(t);
  const first = await open();
  void first.add(note("a", "1"));
  void first.add(note("a", "2"));
  await first.flush();
  await first.close();

  const second = await open();
  assert.equal(second.notes.find("a")?.etag, "2");
  assert.deepEqual([...second.notes.left()].length, 1);
  await second.close();
  const other = await open("s3://other/");
  assert.equal(other.notes.find("a"), undefined);
  assert.ok(other.isContinued);
  await other.close();
});

test("a journal that is removed leaves nothing, and the next one is no continuation", async (t) => {
  const { root, open } = await journalIn(t);
  const first = await open();
  void first.add(note("a"));
  await first.flush();
  await first.remove();

  assert.deepEqual(await readdir(root), []);
  const second = await open();
  assert.deepEqual([second.isContinued, second.notes.find("a")], [false, undefined]);
  await second.close();
});

test("a journal that is no plain file, or cannot be opened, does not count as none; .new is made anew", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "runctl-journal-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const [path, outside] = [join(root, "journal"), join(root, "outside")];
  await writeFile(outside, "precious");
  await symlink(outside, `${path}.new`);

  await (await openDownloadJournal(path, root, "s3://bucket/p/")).close();
  await rm(path);
  await symlink(outside, path);
  await assert.rejects(openDownloadJournal(path, root, "s3://bucket/p/"), { code: "CONFLICT" });
  await rm(path);
  await mkdir(path);
  await assert.rejects(openDownloadJournal(path, root, "s3://bucket/p/"), { code: "CONFLICT" });

  assert.equal(await readFile(outside, "utf8"), "precious");
});
