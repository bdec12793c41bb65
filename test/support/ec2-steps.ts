import * as fc from "fast-check";

/** What may be done to the local cloud and its guests. Volumes and instances are named by their number, modulo how many there are. */
export type Step =
  | {
      do: "create";
      zone: string;
      sizeGiB: number;
      isMultiAttach: boolean;
      token: string | undefined;
    }
  | { do: "launch"; zone: string; isSpot: boolean; onPowerOff: "stop" | "terminate" }
  | { do: "attach"; volume: number; instance: number; device: string }
  | { do: "detach"; volume: number; instance: number | undefined; force: boolean }
  | { do: "delete"; volume: number }
  | { do: "set-deleted-with-instance"; volume: number; instance: number; isDeleted: boolean }
  | { do: "mount" | "unmount"; volume: number; instance: number }
  | { do: "terminate" | "stop" | "start" | "interrupt" | "power-off"; instance: number };

const number = fc.nat({ max: 5 });
const zone = fc.constantFrom("us-east-1a", "us-east-1a", "us-east-1b");
const device = fc.constantFrom("/dev/sdf", "xvdf", "/dev/sdg", "/dev/sdh", "/dev/sda", "/dev/sdf9");

const create = fc.record({
  do: fc.constant("create" as const),
  zone,
  sizeGiB: fc.constantFrom(0, 4, 4, 5),
  isMultiAttach: fc.boolean(),
  token: fc.constantFrom(undefined, undefined, "one", "two"),
});

const launch = fc.record({
  do: fc.constant("launch" as const),
  zone,
  isSpot: fc.boolean(),
  onPowerOff: fc.constantFrom("stop" as const, "terminate" as const),
});

const attach = fc.record({
  do: fc.constant("attach" as const),
  volume: number,
  instance: number,
  device,
});

const detach = fc.record({
  do: fc.constant("detach" as const),
  volume: number,
  instance: fc.option(number, { nil: undefined }),
  force: fc.boolean(),
});

const others: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constant("delete" as const), volume: number }),
  fc.record({
    do: fc.constant("set-deleted-with-instance" as const),
    volume: number,
    instance: number,
    isDeleted: fc.boolean(),
  }),
  fc.record({
    do: fc.constantFrom("mount" as const, "unmount" as const),
    volume: number,
    instance: number,
  }),
  fc.record({
    do: fc.constantFrom(
      "terminate" as const,
      "stop" as const,
      "start" as const,
      "interrupt" as const,
      "power-off" as const,
    ),
    instance: number,
  }),
];

/** A story that begins with a volume and an instance in one zone, so that most of it is about something. */
export const story: fc.Arbitrary<Step[]> = fc
  .tuple(
    create,
    launch,
    fc.array(
      fc.oneof(
        { arbitrary: create, weight: 2 },
        { arbitrary: launch, weight: 2 },
        { arbitrary: attach, weight: 5 },
        { arbitrary: detach, weight: 4 },
        ...others.map((arbitrary) => ({ arbitrary, weight: 2 })),
      ),
      { maxLength: 14 },
    ),
  )
  .map(([first, second, rest]) => [
    { ...first, sizeGiB: 4 },
    { ...second, zone: first.zone },
    ...rest,
  ]);
