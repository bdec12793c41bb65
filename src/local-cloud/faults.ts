/** What can be made to go wrong on purpose, through the admin API. */
export type Fault =
  /** RunInstances answers InsufficientInstanceCapacity. Undefined members match all. */
  | { kind: "no-capacity"; zone?: string; instanceType?: string }
  /** EC2 does not know a new instance profile for this long. */
  | { kind: "late-instance-profile"; seconds: number }
  /** The next `count` calls of `action` are answered RequestLimitExceeded (S3: 503 SlowDown). */
  | { kind: "throttled"; action: string; count: number }
  /** The instance's guest reaches no S3. */
  | { kind: "no-s3-from-instances" };

/** The faults that are in force; kept in memory only. */
export interface Faults {
  set(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** Whether a call is to be throttled; takes one off the count. Actions are named as in policies, such as `ec2:CreateVolume`. */
  takeThrottle(action: string): boolean;
}

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    set: (fault) => void faults.push(fault),
    clear: () => void (faults = []),
    list: () => faults,
    takeThrottle(action) {
      const index = faults.findIndex(
        (fault) => fault.kind === "throttled" && isNamed(fault.action, action),
      );
      const fault = faults[index];
      if (fault?.kind !== "throttled") return false;
      const left = fault.count > 1 ? [{ ...fault, count: fault.count - 1 }] : [];
      faults = faults.toSpliced(index, 1, ...left);
      return true;
    },
  };
}

/** `CreateVolume`, `ec2:CreateVolume`, `s3:*` and `*` all name `ec2:CreateVolume` or its like. */
function isNamed(wanted: string, action: string): boolean {
  const [service, name] = action.split(":");
  return [action, name, `${service}:*`, "*"].includes(wanted);
}
