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
}

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    set: (fault) => void faults.push(fault),
    clear: () => void (faults = []),
    list: () => faults,
  };
}
