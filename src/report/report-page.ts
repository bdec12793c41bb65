import type { BreakEvenCurves } from "../simulation/break-even-curve.ts";
import type { SampleRun } from "../simulation/sample-runs.ts";
import type { CaseSummary } from "../simulation/summarize.ts";
import { breakEvenSection } from "./break-even-section.ts";
import { percent, range, signed } from "./figures.ts";
import { gantt } from "./gantt.ts";
import { type Line, lineChart } from "./line-chart.ts";
import { escape } from "./markup.ts";
import { style } from "./style.ts";
import { type Cell, table } from "./table.ts";

/** What the page shows; all of it comes from one simulation. */
export interface Report {
  seed: number;
  cases: readonly CaseSummary[];
  jobs: number;
  effectiveSamples: number;
  zones: readonly string[];
  assumptions: ReadonlyArray<{ what: string; value: string; origin: string }>;
  /** Runs of the same job are neighbours. */
  samples: readonly SampleRun[];
  deadlineMs: number;
  /** Of each case, ascending. */
  costs: ReadonlyArray<{ name: string; usd: Float64Array }>;
  makespans: ReadonlyArray<{ name: string; hours: Float64Array }>;
  breakEven: BreakEvenCurves | undefined;
}

/** One HTML file without scripts, fonts or pictures from elsewhere. */
export function reportPage(report: Report): string {
  const sections = [
    ["What one job costs", casesTable(report)],
    ["The same job in each case", samples(report)],
    [
      "How many jobs cost at most so much",
      distribution(
        "cost",
        report.costs.map(({ name, usd }) => ({ name, values: usd })),
        "US dollars a job",
      ),
    ],
    [
      "How many jobs are done by then",
      distribution(
        "makespan",
        report.makespans.map(({ name, hours }) => ({ name, values: hours })),
        "hours from start to end",
      ),
    ],
    ...(report.breakEven
      ? [["What restarts cost", breakEvenSection(report.breakEven)] as const]
      : []),
    ["What all of this rests on", assumptions(report)],
  ] as const;
  const body = sections.map(
    ([title, content]) => `<section><h2>${escape(title)}</h2>\n${content}</section>`,
  );
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Simulated spot jobs</title>\n<style>${style}</style>\n</head>\n<body>`,
    `<h1>Simulated spot jobs</h1>\n<p>Made by <code>runctl cost simulate</code>, seed ${report.seed}. The model is explained in docs/simulation.md.</p>`,
    ...body,
    "</body>\n</html>\n",
  ].join("\n");
}

function casesTable({ cases, jobs, effectiveSamples }: Report): string {
  const heads = [
    "case",
    "USD a job",
    "p50",
    "p90",
    "p99",
    "hours",
    "late",
    "lost h",
    "loading h",
    "waiting h",
    "starts",
    "on demand",
    "against the first",
  ];
  const rows = cases.map((one): Cell[] => [
    one.name,
    [one.costUsd.mean.toFixed(2), range(one.costUsd.interval)],
    one.costUsd.p50.toFixed(2),
    one.costUsd.p90.toFixed(2),
    one.costUsd.p99.toFixed(2),
    [one.makespanHours.mean.toFixed(1), range(one.makespanHours.interval, 1)],
    percent(one.missRate),
    one.lostWorkHours.toFixed(2),
    one.loadingHours.toFixed(2),
    one.waitingHours.toFixed(1),
    one.launches.toFixed(1),
    percent(one.onDemandShare),
    difference(one),
  ]);
  const note = `${jobs} jobs in ${effectiveSamples} independent pieces of the market; [ ] is a 95 % interval over these pieces. Equal: nobody can tell the two apart.`;
  return `${table(heads, rows)}\n<p>${escape(note)}</p>`;
}

function difference({ differenceUsd }: CaseSummary): Cell {
  const [figure = "", ...interval] = signed(differenceUsd, 2).split(" ");
  return [figure, interval.join(" ")];
}

function samples({ samples: runs, zones, deadlineMs }: Report): string {
  const key = ["waiting", "loading", "training", "on-demand", "lost"]
    .map((kind) => `<b><span class="${kind}"></span>${kind.replace("-", " ")}</b>`)
    .join("");
  const byJob = [...Map.groupBy(runs, ({ job }) => job).values()];
  return [`<p class="key">${key}</p>`, ...byJob.map((same) => gantt(same, zones, deadlineMs))].join(
    "\n",
  );
}

/** Points of each curve: more would be drawn on one another. */
const curvePoints = 200;

function distribution(
  what: string,
  cases: ReadonlyArray<{ name: string; values: Float64Array }>,
  xName: string,
): string {
  const lines = cases.map(({ name, values }): Line => {
    const last = values.length - 1;
    const count = Math.min(values.length, curvePoints);
    const points = Array.from({ length: count }, (_, at) => {
      const index = Math.round((at / Math.max(1, count - 1)) * last);
      return [values[index]!, (index + 1) / values.length] as const;
    });
    return { name, points: [[values[0]!, 0], ...points] };
  });
  return lineChart({
    about: `distribution of ${what} in each case`,
    lines,
    xName,
    yMax: 1,
    showY: (value) => `${Math.round(value * 100)} %`,
  });
}

function assumptions({ assumptions: lines }: Report): string {
  const rows = lines.map(({ what, value, origin }) => [what, value, origin]);
  return table(["what", "value", "from"], rows, "left");
}
