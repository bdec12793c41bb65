import { table } from "../../table.ts";
import type {
  AdviceOutput,
  NoticeOutput,
  PairOutput,
  PlanOutput,
  VolumeOutput,
} from "./advice-output.ts";
import { bytes, digits, time, usd, usdInDetail } from "./quantities.ts";

/** The advice as a person reads it: the answer first, what it rests on after it. */
export function describeAdvice(advice: AdviceOutput, showAllPairs: boolean): string {
  return [
    heading(advice),
    ...(advice.plans.length > 0 ? [planTable(advice)] : []),
    ...optional("volumes", volumeLines(advice)),
    ...optional("to be in time, on the average", deadlineLines(advice)),
    ...optional("not counted", noteLines(advice)),
    ...optional("not ranked", notRanked(advice)),
    ...optional(
      "break-even, restarts a month r* = (standing − standing) / (per restart − per restart)",
      pairLines(advice, showAllPairs),
    ),
    ...optional("what would change the answer", changeLines(advice)),
    ...optional("the notice", advice.notice ? noticeLines(advice.notice) : []),
    ...optional("do it", commandLines(advice)),
    section("rests on", [
      table(
        ["", "", ""],
        advice.assumptions.map(({ what, value, origin }) => [what, value, origin]),
      ).trim(),
      ...originLines(advice),
    ]),
    ...optional("prices of storage", advice.prices.storage.length > 0 ? [priceLines(advice)] : []),
  ].join("\n\n");
}

function optional(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [section(title, lines)] : [];
}

function section(title: string, lines: readonly string[]): string {
  const indented = lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`);
  return [`${title}:`, ...indented].join("\n");
}

function heading({ instanceType, region, plans, computeUsdPerMonth }: AdviceOutput): string {
  const place = `${instanceType} in ${region}`;
  const [first] = plans;
  if (!first) return `${place}: no plan has a price`;
  const equal = plans.filter(({ rank }) => rank === first.rank).map(({ plan }) => plan);
  const share = (first.usdPerMonth.likely / computeUsdPerMonth) * 100;
  const money = `${usd(first.usdPerMonth.likely)} USD a month beside ${usd(computeUsdPerMonth)} for machines (${digits(share)} %)`;
  return equal.length > 1
    ? `${place}: cannot be told apart: ${equal.join(", ")}; about ${money}`
    : `${place}: ${first.plan}, ${money}`;
}

const headers = [
  "",
  "plan",
  "USD/month",
  "",
  "fixed",
  "/restart",
  "lost h",
  "load",
  "wait",
  "limited by",
];

function planTable({ plans }: AdviceOutput): string {
  const shared = (rank: number) => plans.filter((one) => one.rank === rank).length > 1;
  const rows = plans.map((one) => [
    `${one.rank}${shared(one.rank) ? "=" : ""}`,
    one.plan,
    usd(one.usdPerMonth.likely),
    range(one),
    usd(one.fixedUsdPerMonth),
    usd(one.usdPerRestart),
    digits(one.hoursLostPerMonth),
    time(one.loadHours),
    time(one.waitHours),
    one.limitedBy,
  ]);
  return table(headers, rows);
}

function range({ usdPerMonth: { low, high } }: PlanOutput): string {
  return usd(low) === usd(high) ? "" : `(${usd(low)} to ${usd(high)})`;
}

/** Plans whose volume is the same share a line. */
function volumeLines({ plans }: AdviceOutput): string[] {
  const lines = new Map<string, string[]>();
  for (const plan of plans) {
    if (!plan.volume) continue;
    const line = `${volumeName(plan.volume)}, reads ${digits(plan.volume.readMBps)} MB/s (${plan.volume.limitedBy})${losers(plan)}`;
    lines.set(line, [...(lines.get(line) ?? []), plan.plan]);
  }
  return [...lines].map(([line, names]) => `${names.join(", ")}: ${line}`);
}

function volumeName({ type, sizeGiB, iops, throughputMiBps }: VolumeOutput): string {
  const parts = [`${type} ${sizeGiB} GiB`];
  if (iops !== null) parts.push(`${digits(iops)} IOPS`);
  if (throughputMiBps !== null) parts.push(`${throughputMiBps} MiB/s`);
  return parts.join(" ");
}

function losers({ otherVolumes }: PlanOutput): string {
  if (otherVolumes.length === 0) return "";
  const others = otherVolumes.map(
    ({ type, readMBps, extraUsdPerMonth }) =>
      `${type} +${usd(extraUsdPerMonth)} at ${digits(readMBps)} MB/s`,
  );
  return `; USD a month with ${others.join(", ")}`;
}

function deadlineLines({ plans }: AdviceOutput): string[] {
  return plans.flatMap(({ plan, deadline }) => {
    if (deadline === null) return [];
    const { onDemandHours, usdPerMonth } = deadline;
    if (onDemandHours === null) return [`${plan}: late, even on demand`];
    const extra = `${usd(usdPerMonth)} USD a month, counted above`;
    return [
      onDemandHours === 0
        ? `${plan}: spot alone`
        : `${plan}: ${digits(onDemandHours)} h of each job on demand, ${extra}`,
    ];
  });
}

function noteLines({ plans, undecided }: AdviceOutput): string[] {
  const notes = plans.flatMap(({ plan, note }) => (note === null ? [] : [`${plan}: ${note}`]));
  const untold =
    "stalls while training reads, and hard disks (st1, sc1): it is not told what it reads";
  return undecided.length > 0 ? [...notes, untold] : notes;
}

function notRanked({ unpriced, undecided, impossible, plans }: AdviceOutput): string[] {
  const best = plans[0]?.usdPerMonth.likely ?? Infinity;
  return [
    ...unpriced.map(
      ({ plan, usdPerMonth: { likely }, missingPrices }) =>
        `${plan}: unpriced, at least ${usd(likely)} USD a month${likely > best ? ", more than the first already" : ""}; no sure price for ${missingPrices.join(", ")} (--price ${missingPrices[0]}=USD)`,
    ),
    ...undecided.map(({ plan, needs }) => `${plan}: ${needs}`),
    ...impossible.map(({ plan, why }) => `${plan}: impossible, ${why}`),
  ];
}

function pairLines({ breakEven, plans }: AdviceOutput, showAll: boolean): string[] {
  const first = plans[0]?.plan;
  return breakEven.filter(({ than }) => showAll || than === first).map(pairLine);
}

function pairLine({ plan, than, restarts, cheaper, standingUsd, restartUsd }: PairOutput): string {
  const pair = `${plan} instead of ${than}`;
  if (cheaper === "always") return `${pair}: always cheaper`;
  if (cheaper === "never" || restarts === null) return `${pair}: never pays`;
  const [own, other] = standingUsd.map(usdInDetail);
  const [ownRestart, otherRestart] = restartUsd.map(usdInDetail);
  const where = cheaper === "above" ? "from" : "up to";
  return `${pair}: ${where} ${digits(restarts)} = (${own} − ${other}) / (${otherRestart} − ${ownRestart})`;
}

function changeLines({ whatIf, plans }: AdviceOutput): string[] {
  const equal = plans.filter(({ rank }) => rank === 1).map(({ plan }) => plan);
  const changes = whatIf.filter(({ winner }) => winner !== null && !equal.includes(winner));
  const same = whatIf.filter((one) => !changes.includes(one)).map(({ change }) => change);
  return [
    ...changes.map(
      ({ change, winner, usdPerMonth }) =>
        `${change}: ${winner}, ${usd(usdPerMonth ?? 0)} USD a month`,
    ),
    ...(same.length > 0 ? [`not: ${same.join("; ")}`] : []),
  ];
}

function noticeLines(notice: NoticeOutput): string[] {
  const { checkpointBytes, seconds, fits, on, throughput } = notice;
  const room = `${bytes(notice.roomBytes)} in the ${seconds} s that the training has to save`;
  const burst =
    notice.burstRoomBytes > notice.roomBytes
      ? `, ${bytes(notice.burstRoomBytes)} while the instance's burst lasts`
      : "";
  const verdict =
    fits === "surely" ? "fits" : fits === "no" ? "does not fit" : "fits only while burst lasts";
  return [
    `a checkpoint of ${bytes(checkpointBytes)} ${verdict}: ${on} takes ${room}${burst} (${notice.limitedBy} is the limit)`,
    ...(fits === "surely"
      ? []
      : [
          throughput
            ? fittingLine(throughput, notice.needsBurst)
            : seconds === 0
              ? "--grace leaves no time to save: 10 s go by until the training begins to"
              : "no gp3 makes it fit on this instance",
        ]),
    `to S3 it takes ${digits(notice.s3Seconds)} s`,
  ];
}

function fittingLine(
  { miBps, iops, extraUsdPerMonth }: NonNullable<NoticeOutput["throughput"]>,
  needsBurst: boolean,
): string {
  const flags = `--throughput ${miBps}${iops > 3_000 ? ` --iops ${iops}` : ""}`;
  const money =
    extraUsdPerMonth === null
      ? "at a price that is not known here"
      : `${usd(extraUsdPerMonth)} USD a month more`;
  return `it fits with ${flags}, ${money}${needsBurst ? ", while the instance's burst lasts" : ""}`;
}

function commandLines({ commands, plans }: AdviceOutput): readonly string[] {
  if (commands.length > 0) return commands;
  const [first] = plans;
  if (!first) return [];
  return [
    `runctl has no command for '${first.plan}'${first.volume ? " with this volume" : ""} yet`,
  ];
}

function originLines({ prices }: AdviceOutput): string[] {
  return [
    `prices of machines: ${prices.machineOrigin}`,
    `losses and waits: ${prices.capacityOrigin}`,
    ...prices.notAsked,
  ];
}

function priceLines({ prices }: AdviceOutput): string {
  const rows = prices.storage.map(({ name, usd: price, unit, origin }) => [
    name,
    price === null ? "unknown" : plain(price),
    unit,
    origin,
  ]);
  return table(["name", "USD", "for a", "origin"], rows);
}

/** All digits of a price, without an exponent. */
const plain = (price: number) => price.toFixed(10).replace(/\.?0+$/, "");
