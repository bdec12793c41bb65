import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { reportPage } from "../../src/report/report-page.ts";
import { type Picture, readPng } from "../support/png.ts";
import { simulatedReport } from "../support/simulated-report.ts";

const run = promisify(execFile);
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
);
const lookOver = readFileSync(join(import.meta.dirname, "../support/look-over-page.js"), "utf8");
const size = { width: 1100, height: 2000 };

test("the report shows its drawings in a browser, on light and on dark ground", async (t) => {
  const directory = await pageIn(t);
  if (directory === undefined) return;
  for (const [theme, ground, training, lost] of [
    ["light", "255,255,255", "0,114,178", "176,0,32"],
    ["dark", "20,23,26", "86,180,233", "255,93,108"],
  ] as const) {
    const picture = await screenshot(t, directory, theme);
    assert.deepEqual([picture.width, picture.height], [size.width, size.height]);
    const colours = countColours(picture);
    const most = [...colours].toSorted((a, b) => b[1] - a[1])[0]?.[0];
    assert.equal(most, ground, theme);
    // Bars of training, and what was lost, are large enough to be seen.
    assert.ok((colours.get(training) ?? 0) > 2_000, `${theme}: training ${colours.get(training)}`);
    assert.ok((colours.get(lost) ?? 0) > 20, `${theme}: lost ${colours.get(lost)}`);
    // Nothing runs over the right edge.
    for (let y = 0; y < size.height; y += 1)
      assert.equal(picture.rgb(size.width - 8, y).join(","), ground, `${theme}, line ${y}`);
  }
});

test("on narrow and wide windows nothing is cut, runs over the edge or lies on other words", async (t) => {
  const directory = await pageIn(t);
  if (directory === undefined) return;
  const page = await readFile(join(directory, "page.html"), "utf8");
  await writeFile(join(directory, "frames.html"), frames(page, [800, 1_100, 1_400]));
  const dom = await dump(directory, "frames.html");
  const found = /<pre id="found">(.*?)<\/pre>/s.exec(dom)?.[1] ?? "";
  const looked = JSON.parse(found) as Array<{ texts: number; tables: number; faults: string[] }>;
  assert.equal(looked.length, 3);
  for (const { texts, tables, faults } of looked) {
    assert.ok(texts > 50 && tables === 3, found);
    assert.deepEqual(faults, []);
  }
  // The drawings are those of the page: as many with words as sections and sample runs make.
  assert.equal(page.match(/<svg[^>]*role="img"/g)?.length, 5);
});

/** A directory with the page; undefined, with the reason told, where nothing can show it. */
async function pageIn(t: TestContext): Promise<string | undefined> {
  if (!chromium) {
    t.skip("Chromium is not installed: nothing can show the page");
    return undefined;
  }
  const directory = await mkdtemp(join(tmpdir(), "runctl-report-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, "page.html"), reportPage(await simulatedReport()));
  return directory;
}

/** The page in windows of several widths, each looked over as it stands there. */
function frames(page: string, widths: readonly number[]): string {
  const text = JSON.stringify(page).replaceAll("<", "\\u003c");
  return `<!doctype html><body><pre id="found"></pre><script>
${lookOver}
const all = ${JSON.stringify(widths)}.map((width) => new Promise((done) => {
  const frame = document.createElement("iframe");
  Object.assign(frame, { width, height: 900, srcdoc: ${text}, onload: () => done(lookOver(frame)) });
  document.body.append(frame);
}));
Promise.all(all).then((found) => { document.getElementById("found").textContent = JSON.stringify(found); });
</script>`;
}

async function dump(directory: string, page: string): Promise<string> {
  const { stdout } = await run(
    chromium!,
    [...flags(directory), "--dump-dom", `file://${join(directory, page)}`],
    { maxBuffer: 2 ** 26 },
  );
  return stdout;
}

const flags = (directory: string) => [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--hide-scrollbars",
  `--user-data-dir=${join(directory, "profile")}`,
];

async function screenshot(
  t: TestContext,
  directory: string,
  theme: "light" | "dark",
): Promise<Picture> {
  const file = join(directory, `${theme}.png`);
  await run(
    chromium!,
    [
      ...flags(directory),
      // 0 is dark, 1 is light.
      `--blink-settings=preferredColorScheme=${theme === "dark" ? 0 : 1}`,
      `--window-size=${size.width},${size.height}`,
      `--screenshot=${file}`,
      `file://${join(directory, "page.html")}`,
    ],
    { signal: t.signal },
  );
  return readPng(await readFile(file));
}

function countColours(picture: Picture): Map<string, number> {
  const counts = new Map<string, number>();
  for (let y = 0; y < picture.height; y += 1)
    for (let x = 0; x < picture.width; x += 1) {
      const colour = picture.rgb(x, y).join(",");
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  return counts;
}
